/** What the life cycle of pods remembers of each. */
import { NONE } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'

/** A row per pod. */
export class Lives extends ColumnTable {
  /** The workload whose requests the pod serves, NONE for a pod that runs for a duration. */
  workload = this.column(Int32Array, NONE)
  /** Number of the pod within its workload, for keyed draws. */
  ordinal = this.column(Int32Array)
  duration = this.column(Float64Array)
  /** 1: uses CPU as a background flow. 1: its node is down. */
  running = this.column(Uint8Array)
  stopped = this.column(Uint8Array)
  /** When a background pod will have run for its duration. */
  completion = this.column(Float64Array)
  /** Why a pod in its grace period ends. */
  reason = this.column(Uint8Array)
  /** 1: its containers are started by the keeper. */
  kept = this.column(Uint8Array)
  /** 1: it has been ready before. */
  seasoned = this.column(Uint8Array)
  /** Whether it is in the endpoints: 0 no, 1 as a ready pod, 2 as one that terminates, 3 whether it is ready or not. */
  listed = this.column(Uint8Array)
}

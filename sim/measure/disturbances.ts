/**
 * What disturbs workloads and for how long: node failures with the parts of their recovery, drains, and the marks of all actions and faults
 * for charts.
 */
import type { Time, WorkloadId } from '../common/ids.ts'
import type { PodLanes } from './pod-lanes.ts'

/** Most marks that a run keeps. */
const MAX_MARKS = 500

/**
 * The failure of nodes with pods of a workload, until as many pods serve as are desired. Times that were not reached are Infinity; a part that
 * was not needed has no time.
 */
export interface Failure {
  readonly workload: WorkloadId
  readonly from: Time
  /** The pods have left the endpoints. */
  detected: Time
  /** The last pod was deleted because of it, and the last pod bound after that. */
  evicted: Time
  bound: Time
  to: Time
}

/** The parts of a recovery, which add up to its duration [µs]. */
export interface RecoveryParts {
  readonly detection: Time
  readonly eviction: Time
  readonly rescheduling: Time
  readonly start: Time
}

/** The parts of a failure that has ended: each begins where the one before it ended, and what was not needed takes no time. */
export function partsOf({ from, detected, evicted, bound, to }: Failure): RecoveryParts {
  const until = (time: Time, before: Time): Time => (time === Infinity ? before : Math.min(to, Math.max(time, before)))
  const first = Math.min(to, detected)
  const second = until(evicted, first)
  const third = until(bound, second)
  return { detection: first - from, eviction: second - first, rescheduling: third - second, start: to - third }
}

/** A drain of a node. */
export interface Drain {
  readonly from: Time
  /** When the last pod that had to leave was gone; Infinity: not until the horizon. */
  to: Time
}

/** An action or a fault, for charts and change windows. */
export interface Mark {
  readonly kind: 'action' | 'fault'
  readonly text: string
  readonly from: Time
  /** When the fault ended; absent: it has no duration. */
  readonly to?: Time
}

export class Disturbances {
  readonly failures: Failure[] = []
  readonly drains: Drain[] = []
  readonly marks: Mark[] = []
  /** Marks beyond MAX_MARKS. */
  unmarked = 0
  /** By workload: failures that it has not recovered from. */
  private readonly open: (Failure[] | undefined)[] = []
  /** Null: no chart is drawn of this run. */
  private readonly lanes: PodLanes | null

  constructor(lanes: PodLanes | null = null) {
    this.lanes = lanes
  }

  /** Nodes with pods of the workload have stopped; nodes that stop at the same time are one failure. */
  fails(workload: WorkloadId, now: Time): void {
    const open = (this.open[workload] ??= [])
    if (open.at(-1)?.from === now) return
    const failure = { workload, from: now, detected: Infinity, evicted: Infinity, bound: Infinity, to: Infinity }
    open.push(failure)
    this.failures.push(failure)
    this.lanes?.begins('failure', failure)
  }

  detected(workload: WorkloadId, now: Time): void {
    for (const failure of this.open[workload] ?? []) failure.detected = Math.min(failure.detected, now)
  }

  evicted(workload: WorkloadId, now: Time): void {
    for (const failure of this.open[workload] ?? []) failure.evicted = now
  }

  bound(workload: WorkloadId, now: Time): void {
    for (const failure of this.open[workload] ?? []) if (failure.evicted < Infinity) failure.bound = now
  }

  /** As many pods serve as are desired. */
  recovered(workload: WorkloadId, now: Time): void {
    const open = this.open[workload]
    if (open === undefined || open.length === 0) return
    for (const failure of open) failure.to = now
    open.length = 0
  }

  /** A drain begins. */
  drain(now: Time): Drain {
    const drain = { from: now, to: Infinity }
    this.drains.push(drain)
    return drain
  }

  /** An action or a fault happens now, for `duration` (0: at once). */
  mark(kind: Mark['kind'], text: string, now: Time, duration: Time = 0): void {
    if (this.marks.length === MAX_MARKS) this.unmarked++
    else this.marks.push({ kind, text, from: now, ...(duration > 0 ? { to: now + duration } : {}) })
  }
}

/** What kubelets remember of the container of each pod. */
import { NONE, type PodId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { restartTime } from './crash-back-off.ts'

/** A row per pod. */
export class Containers extends ColumnTable {
  /** Ordinal of the pod within its workload. */
  ordinal = this.column(Int32Array)
  /** Number of the present life of the container: events of an earlier one are void. */
  life = this.column(Int32Array, NONE)
  /** 1: the process runs. And: its readiness probe has succeeded. */
  runs = this.column(Uint8Array)
  isReady = this.column(Uint8Array)
  /** 1: it answers nothing any more. */
  hangs = this.column(Uint8Array)
  /** When its process listens. */
  listensAt = this.column(Float64Array)
  /** 1: the image is on the node. */
  pulled = this.column(Uint8Array)
  exits = this.column(Int32Array)
  wait = this.column(Float64Array)
  last = this.column(Float64Array)
  private readonly backOff = { wait: 0, last: 0 }

  /** The pod was created; nothing of an earlier pod of the row counts. */
  open(pod: PodId, ordinal: number): void {
    this.reserve(pod + 1)
    this.ordinal[pod] = ordinal
    this.life[pod] = NONE
    this.runs[pod] = 0
    this.isReady[pod] = 0
    this.pulled[pod] = 0
    this.exits[pod] = 0
    this.wait[pod] = 0
  }

  /** When the container, which exits now, is started again. */
  restart(pod: PodId, now: Time): Time {
    const { backOff } = this
    backOff.wait = this.wait[pod]
    backOff.last = this.last[pod]
    const time = restartTime(backOff, now)
    this.wait[pod] = backOff.wait
    this.last[pod] = backOff.last
    return time
  }
}

/** Pods as columns. The row of a pod that is gone is reused under the next epoch, so that a million pods need as many rows as exist at one time. */
import { NONE } from '../common/ids.ts'
import type { PodClassId, PodId, ServiceId, Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Classes } from './classes.ts'
import { PodPhase } from './views.ts'
import type { PodsView } from './views.ts'

/** The columns of all pods; see `PodsView` for their meaning. */
export class Pods extends ColumnTable implements PodsView {
  count = 0
  readonly podClass = this.column(Int32Array)
  readonly cpu = this.column(Float64Array)
  readonly memory = this.column(Float64Array)
  readonly phase = this.kinds<PodPhase>(PodPhase.Gone)
  readonly node = this.column(Int32Array, NONE)
  readonly nominated = this.column(Int32Array, NONE)
  readonly deviceMask = this.column(Int32Array)
  readonly service = this.column(Int32Array, NONE)
  readonly owner = this.column(Int32Array, NONE)
  readonly created = this.column(Float64Array)
  readonly duration = this.column(Float64Array)
  readonly deadline = this.column(Float64Array)
  readonly requested = this.column(Float64Array)
  readonly tail = this.column(Float64Array)
  readonly job = this.column(Int32Array, NONE)
  readonly gang = this.column(Int32Array, NONE)
  readonly gangSize = this.column(Int32Array, 1)
  /** Time of the bind [µs], 0 before. */
  readonly bound = this.column(Float64Array)
  readonly order = this.column(Float64Array)
  readonly epoch = this.column(Int32Array)
  /** A stack of rows. */
  private readonly freeRows = this.column(Int32Array)
  private freeCount = 0
  private creations = 0

  constructor() {
    super(256)
  }

  /** A pending pod, in a free row or in a new one. */
  take(classes: Classes, podClass: PodClassId, service: ServiceId, now: Time, duration: Time, deadline: Time): PodId {
    let pod: PodId
    if (this.freeCount > 0) pod = this.freeRows[--this.freeCount]
    else {
      pod = this.count++
      this.reserve(this.count)
    }
    this.setClass(classes, pod, podClass)
    this.phase[pod] = PodPhase.Pending
    this.node[pod] = NONE
    this.nominated[pod] = NONE
    this.deviceMask[pod] = 0
    this.service[pod] = service
    this.owner[pod] = NONE
    this.created[pod] = now
    this.duration[pod] = duration
    this.deadline[pod] = deadline
    this.requested[pod] = duration
    this.tail[pod] = duration
    this.job[pod] = NONE
    this.gang[pod] = NONE
    this.gangSize[pod] = 1
    this.bound[pod] = 0
    this.order[pod] = this.creations++
    return pod
  }

  /** The class of a pod that is pending. */
  setClass(classes: Classes, pod: PodId, podClass: PodClassId): void {
    this.podClass[pod] = podClass
    this.cpu[pod] = classes.cpu[podClass]
    this.memory[pod] = classes.memory[podClass]
  }

  /** Sets the requested time of a pending pod [µs], and the rigid job whose `size` tasks start together (`gang` NONE: none). */
  setJob(pod: PodId, requested: Time, gang: number, size: number): void {
    this.requested[pod] = requested
    this.gang[pod] = gang
    this.gangSize[pod] = size
  }

  /** Sets the job of a pending pod, and its longest chain of run times to the end of it [µs]. */
  setTask(pod: PodId, job: number, tail: Time): void {
    this.job[pod] = job
    this.tail[pod] = tail
  }

  /** Frees the row. The next epoch shows whoever remembers (row, epoch) that the pod is gone. */
  give(pod: PodId): void {
    this.phase[pod] = PodPhase.Gone
    this.node[pod] = NONE
    this.nominated[pod] = NONE
    this.deviceMask[pod] = 0
    this.epoch[pod]++
    this.freeRows[this.freeCount++] = pod
  }

  /** Rows that are free for the next pods. */
  get spare(): number {
    return this.freeCount
  }
}

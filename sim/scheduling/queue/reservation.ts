/**
 * The reservation of EASY backfilling: the earliest time at which the first job of the queue can start if running jobs end at their requested
 * times (the shadow time), and what is left beside it then. A later job may start now if it ends by the shadow time, or if the first job
 * still fits at the shadow time beside it.
 * Source: Lifka 1995, The ANL/IBM SP Scheduling System; Mu'alem, Feitelson 2001, Utilization, Predictability, Workloads, and User Runtime
 * Estimates in Scheduling the IBM SP2 with Backfilling.
 *
 * The papers count processors of one kind. Here nodes have several resources, and a node is chosen by the scheduler only when the job
 * starts; so the second rule asks how many slots of the first job the later job can take at most, wherever it is placed. With equal
 * requests, as of processors, this is the papers' count of extra processors; otherwise a job that would fit beside may have to wait.
 */
import type { PodClassId, PodId, Time } from '../../common/ids.ts'
import { DEVICES, PodPhase } from '../../cluster/views.ts'
import type { ClusterView, Column } from '../../cluster/views.ts'
import { slotsOn, type Free } from './slots.ts'

/** A job that was started: its pods, which may be gone by now, and when it ends by its requested time. */
export interface StartedJob {
  readonly pods: readonly PodId[]
  readonly epochs: readonly number[]
  readonly end: Time
}

/** Computed for the first job; valid until the cluster changes. */
export class Reservation implements Free {
  /** When the first job can start at the latest; Infinity when it cannot. */
  shadow: Time = Infinity
  /** Slots of the first job's class at the shadow time beyond those that it needs. */
  private spare = 0
  private podClass: PodClassId = 0
  private readonly view: ClusterView
  /** What is free at the shadow time. */
  free: Float64Array[] = []
  freeDevice = new Int32Array(0)

  constructor(view: ClusterView) {
    this.view = view
  }

  /** Reserves for `count` pods of the class; `started` is in ascending order of ends. */
  plan(podClass: PodClassId, count: number, started: readonly StartedJob[], now: Time): void {
    const { nodes } = this.view
    this.podClass = podClass
    this.free = nodes.free.map((column) => copied(column, new Float64Array(nodes.count)))
    this.freeDevice = copied(nodes.freeDevice, new Int32Array(nodes.count * DEVICES))
    const slots = new Float64Array(nodes.count)
    let sum = 0
    for (let node = 0; node < nodes.count; node++) sum += slots[node] = this.slots(node)
    this.shadow = Infinity
    for (let i = 0; i < started.length && sum < count;) {
      const { end } = started[i]
      const touched = new Set<number>()
      for (; i < started.length && started[i].end === end; i++) this.release(started[i], touched)
      for (const node of touched) {
        const after = this.slots(node)
        sum += after - slots[node]
        slots[node] = after
      }
      if (sum >= count) this.shadow = Math.max(now, end)
    }
    this.spare = sum - count
  }

  /** Whether a job that fits now may start before the first one; `end` is when it ends by its requested time. */
  admits(podClass: PodClassId, count: number, end: Time): boolean {
    return end <= this.shadow || count * this.slotsTaken(podClass, count) <= this.spare
  }

  /** Largest number of slots of the first job that one pod of the class takes on average, over the nodes and numbers of pods. */
  private slotsTaken(podClass: PodClassId, count: number): number {
    const { nodes, classes } = this.view
    if (podClass === this.podClass) return 1
    if (classes.gpus[podClass] > 0 && classes.gpus[this.podClass] > 0) return Infinity // devices differ in how they fill up
    if (classes.request.every((column) => column[podClass] <= column[this.podClass])) return 1
    let most = 0
    for (let node = 0; node < nodes.count; node++) {
      const before = this.slots(node)
      const fitting = Math.min(count, slotsOn(this.view, podClass, node))
      if (before === 0 || fitting === 0) continue
      for (let pods = 1; pods <= fitting; pods++) {
        let after = Infinity
        for (let resource = 0; resource < this.free.length; resource++) {
          const asked = classes.request[resource][this.podClass]
          const free = this.free[resource][node] - pods * classes.request[resource][podClass]
          if (asked > 0) after = Math.min(after, Math.max(0, Math.floor(free / asked)))
        }
        most = Math.max(most, (before - Math.min(before, after)) / pods)
      }
    }
    return most
  }

  private slots(node: number): number {
    return slotsOn(this.view, this.podClass, node, this)
  }

  /** Frees what the pods of the job hold, in the copy. */
  private release({ pods, epochs }: StartedJob, touched: Set<number>): void {
    const { pods: all, classes } = this.view
    pods.forEach((pod, i) => {
      if (all.epoch[pod] !== epochs[i] || all.phase[pod] < PodPhase.Bound) return
      const node = all.node[pod]
      const podClass = all.podClass[pod]
      for (let resource = 0; resource < this.free.length; resource++) this.free[resource][node] += classes.request[resource][podClass]
      for (let device = 0; device < DEVICES; device++)
        if ((all.deviceMask[pod] & (1 << device)) !== 0) this.freeDevice[node * DEVICES + device] += classes.gpuMilli[podClass]
      touched.add(node)
    })
  }
}

/** The first places of the column in a new one. */
function copied<T extends Float64Array | Int32Array>(column: Column, into: T): T {
  for (let row = 0; row < into.length; row++) into[row] = column[row]
  return into
}

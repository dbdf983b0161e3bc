/**
 * The reservations of conservative backfilling: each job gets one when it arrives, at the earliest time at which it can start by the
 * requested times without moving a job that came before it. When resources become free earlier than requested, the schedule is compressed:
 * in order, each job moves to the earliest time at which it fits beside the reservations of all others, so that no job starts later than it
 * was promised. Where that cannot be kept (a job runs longer than requested, a node is lost), all reservations are computed again, in order.
 * Source: Feitelson, Mu'alem Weil 1998, Utilization and Predictability in Scheduling the IBM SP2 with Backfilling (IPPS/SPDP);
 * Mu'alem, Feitelson 2001, IEEE TPDS 12(6), section 2.
 *
 * The papers count processors. Here the scheduler chooses the nodes when a job starts, so a reservation counts slots: how many pods of the
 * class fit at once, less what pods of other classes can take at most, wherever they run. With equal requests these are the processors.
 */
import type { NodeId, PodClassId, Time } from '../../common/ids.ts'
import { DEVICES, NodeState, PodPhase } from '../../cluster/views.ts'
import type { ClassesView, ClusterView } from '../../cluster/views.ts'
import type { StartedJob } from './reservation.ts'
import { SlotProfile } from './slot-profile.ts'
import { slotsOn, type Free } from './slots.ts'

/** A pending job as reservations see it. */
export interface ReservedJob {
  readonly podClass: PodClassId
  readonly size: number
  readonly requested: Time
  /** The reserved start; Infinity: none, as it fits at no time that is known. */
  start: Time
}

/** What a plan needs besides the jobs. */
export interface PlanInput {
  /** Jobs that run, in ascending order of their ends by the requested times. */
  readonly started: readonly StartedJob[]
  readonly now: Time
  /** Time from the bind of a pod until its run time begins. */
  readonly startUp: Time
}

export class ReservedStarts {
  private readonly view: ClusterView
  private profiles = new Map<PodClassId, SlotProfile>()
  private input: PlanInput = { started: [], now: 0, startUp: 0 }

  constructor(view: ClusterView) {
    this.view = view
  }

  /**
   * Brings the reservations of the jobs, first in order first, up to date; `compress`: what is free may be more than before. Only the first
   * `depth` jobs that can start at some time get a reservation, the others start where they move none of these.
   */
  plan(jobs: readonly ReservedJob[], input: PlanInput, compress: boolean, depth: number): void {
    this.input = input
    this.profiles = new Map()
    for (const { podClass } of jobs) if (!this.profiles.has(podClass)) this.profiles.set(podClass, this.profileOf(podClass))
    const held = jobs.filter(({ start }) => start < Infinity)
    for (const job of held) job.start = Math.max(job.start, input.now)
    if (!held.every((job) => this.keep(job))) this.startOver(jobs)
    let reserved = 0
    for (const job of jobs) {
      const promised = job.start < Infinity
      if (!promised || compress) {
        if (promised) this.occupy(job, 1)
        job.start = this.earliest(job)
        if (reserved >= depth && job.start > input.now) job.start = Infinity
        if (job.start < Infinity) this.occupy(job, -1)
      }
      if (job.start > input.now && job.start < Infinity) reserved++
    }
  }

  private startOver(jobs: readonly ReservedJob[]): void {
    for (const podClass of this.profiles.keys()) this.profiles.set(podClass, this.profileOf(podClass))
    for (const job of jobs) job.start = Infinity
  }

  private keep(job: ReservedJob): boolean {
    if (!this.profiles.get(job.podClass)!.holds(job.size, job.start, this.lengthOf(job))) return false
    this.occupy(job, -1)
    return true
  }

  private earliest(job: ReservedJob): Time {
    return this.profiles.get(job.podClass)!.earliest(job.size, this.lengthOf(job))
  }

  private lengthOf({ requested }: ReservedJob): Time {
    return Math.max(1, this.input.startUp + requested)
  }

  /** Takes (-1) or gives back (1) the slots of every class that the job needs. */
  private occupy(job: ReservedJob, sign: 1 | -1): void {
    const { classes } = this.view
    const end = job.start + this.lengthOf(job)
    for (const [podClass, profile] of this.profiles)
      profile.add(job.start, end, sign * job.size * slotsTaken(classes, job.podClass, podClass))
  }

  /** The free slots of a class beside the jobs that run. A job that is over its requested time is expected to end at once. */
  private profileOf(podClass: PodClassId): SlotProfile {
    const { view } = this
    const { nodes } = view
    const { started, now } = this.input
    const admissible: NodeId[] = []
    const slots = new Float64Array(nodes.count)
    let sum = 0
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.state[node] !== NodeState.Ready || !view.admissible(podClass, node)) continue
      admissible.push(node)
      sum += slots[node] = slotsOn(view, podClass, node)
    }
    const profile = new SlotProfile(now, sum)
    const copy = new FreeCopy(view, admissible)
    for (const job of started) {
      for (const node of copy.release(job)) {
        const after = slotsOn(view, podClass, node, copy)
        profile.add(Math.max(job.end, now + 1), Infinity, after - slots[node])
        slots[node] = after
      }
    }
    return profile
  }
}

/** What is free on nodes when jobs that run have ended. */
class FreeCopy implements Free {
  readonly free: Float64Array[]
  readonly freeDevice: Int32Array
  private readonly here: Uint8Array
  private readonly view: ClusterView

  constructor(view: ClusterView, rows: readonly NodeId[]) {
    const { nodes } = view
    this.view = view
    this.here = new Uint8Array(nodes.count)
    this.free = nodes.free.map(() => new Float64Array(nodes.count))
    this.freeDevice = new Int32Array(nodes.count * DEVICES)
    for (const node of rows) {
      this.here[node] = 1
      this.free.forEach((column, resource) => (column[node] = nodes.free[resource][node]))
      for (let at = node * DEVICES; at < (node + 1) * DEVICES; at++) this.freeDevice[at] = nodes.freeDevice[at]
    }
  }

  /** Frees what the pods of the job hold; the nodes on which that changes anything. */
  release({ pods, epochs }: StartedJob): Set<NodeId> {
    const { pods: all, classes } = this.view
    const touched = new Set<NodeId>()
    pods.forEach((pod, i) => {
      const node = all.node[pod]
      if (all.epoch[pod] !== epochs[i] || all.phase[pod] < PodPhase.Bound || this.here[node] === 0) return
      const podClass = all.podClass[pod]
      for (let resource = 0; resource < this.free.length; resource++) this.free[resource][node] += classes.request[resource][podClass]
      for (let device = 0; device < DEVICES; device++)
        if ((all.deviceMask[pod] & (1 << device)) !== 0) this.freeDevice[node * DEVICES + device] += classes.gpuMilli[podClass]
      touched.add(node)
    })
    return touched
  }
}

/**
 * The largest number of slots of class `of` that one pod of class `by` takes on a node: floor(f / a) - floor((f - b) / a) is at most
 * ceil(b / a) for each resource, and at most the largest of these for the scarcest one.
 */
function slotsTaken(classes: ClassesView, by: PodClassId, of: PodClassId): number {
  if (by === of) return 1
  let most = 1
  for (const column of classes.request) if (column[of] > 0) most = Math.max(most, Math.ceil(column[by] / column[of]))
  const { gpus, gpuMilli } = classes
  if (gpus[by] === 0 || gpus[of] === 0) return most
  const devices = gpus[of] > 1 ? Math.ceil(gpus[by] / gpus[of]) : gpus[by] * Math.ceil(gpuMilli[by] / gpuMilli[of])
  return Math.max(most, devices)
}

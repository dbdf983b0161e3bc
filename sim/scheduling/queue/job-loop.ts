/**
 * Drives a placer job by job. The tasks of a rigid job start together or not at all; a pod that belongs to no such job is a job of one task.
 * A job is one decision: when all of its tasks fit at once they are bound one after another at the same instant, since the placer must see
 * the effect of each bind. The tasks of a job have equal requests, so that whether they fit does not depend on which nodes are chosen.
 *
 * The order of the queue may block (`QueueOrder.discipline`). Without a discipline a job that does not fit is skipped, as pods are in
 * queue.ts. With `fcfs` no job starts before the first one. With `easy` a job may start before the first one if it does not delay it
 * (reservation.ts). With `conservative` each job has a reservation and starts when that has come (reserved-starts.ts). A job that would not
 * fit even if all nodes were empty blocks nothing: batch systems refuse it on submission.
 */
import { NONE } from '../../common/ids.ts'
import type { PodClassId, PodId, Time } from '../../common/ids.ts'
import type { Decisions } from '../../cluster/decisions.ts'
import { NodeState, PodPhase, Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor } from '../../cluster/views.ts'
import type { QueueOrder } from '../orders/policy.ts'
import type { Placer, Wake } from '../policy.ts'
import { assertPlaced } from './chosen.ts'
import type { SchedulingDriver } from './driver.ts'
import { Reservation, type StartedJob } from './reservation.ts'
import { ReservedStarts } from './reserved-starts.ts'
import { fitsAtOnce, fitsEmptyCluster } from './slots.ts'

/** What the loop knows besides the queue. */
export interface JobLoopOptions {
  readonly view: ClusterView
  readonly placer: Placer
  readonly order: QueueOrder
  /** Name of the algorithm, for messages. */
  readonly name: string
  now(): Time
  /** Time from the bind of a pod until its run time begins. */
  readonly startUp: Time
}

/** A pending job. */
interface Job {
  readonly pods: PodId[]
  readonly podClass: PodClassId
  /** Tasks that the job has when all have arrived. */
  size: number
  readonly gang: number
  readonly rank: number
  readonly created: number
  /** Requested run time, the longest of its tasks. */
  requested: Time
  /** The last state of the cluster in which it could not start (`JobLoop.state`). */
  refusedIn: number
  /** Reserved start under `conservative`, Infinity for none. */
  start: Time
}

export class JobLoop implements SchedulingDriver {
  again = false
  waiting = 0
  /** Pending jobs, first in order first. */
  private readonly jobs: Job[] = []
  /** Jobs of which not all tasks have been bound, by gang. */
  private readonly gangs = new Map<number, Job>()
  private readonly jobOf = new Map<PodId, Job>()
  /** Jobs that were started, in ascending order of their ends; kept when the order reads requested times. */
  private started: StartedJob[] = []
  private readonly reservation: Reservation
  private readonly reservedStarts: ReservedStarts
  /** The state and time that the reserved starts were planned for. */
  private plannedIn = NONE
  private plannedAt: Time = NONE
  /** Whether pods have joined since then. */
  private arrived = false
  /** The job whose tasks are being bound, and how many are. */
  private current: Job | null = null
  private placed = 0
  /** Counts what can make a refused job fit: freed resources, joined nodes, another first job. */
  private state = 0
  /** The state since which nothing was freed. */
  private gainedIn = 0
  private head: Job | null = null
  /** Whether anything happened since a look at all jobs found none to start. */
  private changed = false
  private cursor: LogCursor | undefined
  private readonly options: JobLoopOptions

  constructor(options: JobLoopOptions) {
    if (options.order.groups !== undefined)
      throw new Error(
        `rigid jobs have no order by groups of pods such as fair-share; accepted: a queue order with a rank, fcfs, easy or conservative`,
      )
    this.options = options
    this.reservation = new Reservation(options.view)
    this.reservedStarts = new ReservedStarts(options.view)
  }

  /** The tasks of a job are not all bound: the next wake goes on at the same instant. */
  get unfinished(): boolean {
    return this.current !== null
  }

  get idle(): boolean {
    return this.waiting === 0
  }

  enqueue(pod: PodId): void {
    const { view, order } = this.options
    const { pods } = view
    this.waiting++
    this.changed = true
    this.arrived = true
    const gang = pods.gang[pod]
    let job = gang === NONE ? undefined : this.gangs.get(gang)
    if (job === undefined) {
      const rank = order.rank?.(pod, view) ?? 0
      const size = gang === NONE ? 1 : pods.gangSize[pod]
      job = {
        pods: [],
        podClass: pods.podClass[pod],
        size,
        gang,
        rank,
        created: pods.order[pod],
        requested: 0,
        refusedIn: NONE,
        start: Infinity,
      }
      if (gang !== NONE) this.gangs.set(gang, job)
      this.insert(job)
    }
    if (job.podClass !== pods.podClass[pod])
      throw new Error(`pod ${pod} belongs to a rigid job whose tasks have other requests; accepted: tasks with equal requests`)
    job.pods.push(pod)
    job.requested = Math.max(job.requested, pods.requested[pod])
    this.jobOf.set(pod, job)
  }

  /** The job goes on with one task less. */
  drop(pod: PodId): void {
    const job = this.jobOf.get(pod)
    if (job === undefined) return
    this.jobOf.delete(pod)
    job.pods.splice(job.pods.indexOf(pod), 1)
    job.size--
    this.waiting--
    this.state++
    this.changed = true
    if (job.size === 0) this.remove(job)
  }

  refused(pod: PodId): void {
    throw new Error(`${this.options.name}: the bind of pod ${pod} of a rigid job was refused; accepted: a scheduler with a live view`)
  }

  wake(_reason: Wake, view: ClusterView, out: Decisions): boolean {
    this.again = false
    if (this.current === null) {
      this.current = this.next(view)
      this.placed = 0
    }
    if (this.current === null) return false
    this.bindTask(this.current, view, out)
    this.again = true
    return true
  }

  unschedulable(visit: (pod: PodId) => void): void {
    this.follow(this.options.view)
    for (const job of this.jobs) if (job.refusedIn >= this.gainedIn) job.pods.forEach(visit)
  }

  private bindTask(job: Job, view: ClusterView, out: Decisions): void {
    const { placer, name } = this.options
    const pod = job.pods[this.placed]
    const node = placer.place(pod, view)
    if (this.placed === 0) out.examined += placer.examined
    if (node === NONE) throw new Error(`${name} placed pod ${pod} on no node although it fits one; accepted for rigid jobs: a node`)
    const devices = placer.devices ?? NONE
    assertPlaced(name, { pod, node, devices }, view)
    out.bind(pod, node, devices)
    this.jobOf.delete(pod)
    this.waiting--
    if (++this.placed < job.pods.length) return
    this.current = null
    this.remove(job)
    const { discipline } = this.options.order
    if (discipline === 'easy' || discipline === 'conservative') this.remember(job, view)
  }

  /** The job to start now, null when there is none. */
  private next(view: ClusterView): Job | null {
    this.follow(view)
    if (!this.changed) return null
    const { discipline } = this.options.order
    if (discipline === 'conservative') return this.nextReserved(view)
    let blocked = false
    let planned = false
    for (const job of this.jobs) {
      if (job.pods.length < job.size) continue
      if (job.refusedIn !== this.state) {
        if (blocked && !planned) {
          this.plan(this.head as Job)
          planned = true
        }
        if (fitsAtOnce(view, job.podClass, job.size) && (!blocked || this.backfills(job))) return job
        job.refusedIn = this.state
      }
      if (discipline === undefined || blocked || !fitsEmptyCluster(view, job.podClass, job.size)) continue
      if (discipline === 'fcfs') break
      blocked = true
      this.setHead(job)
    }
    this.changed = false
    return null
  }

  /** The first job whose reserved start has come. */
  private nextReserved(view: ClusterView): Job | null {
    const now = this.options.now()
    if (this.plannedAt !== now || this.plannedIn !== this.state || this.arrived) this.reserve(now)
    for (const job of this.jobs) {
      if (job.start <= now && fitsAtOnce(view, job.podClass, job.size)) return job
      job.refusedIn = this.state
    }
    this.changed = false
    return null
  }

  private reserve(now: Time): void {
    const { startUp, order } = this.options
    this.forgetEnded()
    const whole = this.jobs.filter((job) => job.pods.length === job.size)
    this.reservedStarts.plan(whole, { started: this.started, now, startUp }, this.plannedIn !== this.state, order.depth ?? Infinity)
    this.plannedIn = this.state
    this.plannedAt = now
    this.arrived = false
  }

  /** A job that could not start beside another first job may start beside this one. */
  private setHead(job: Job): void {
    if (this.head === job) return
    this.head = job
    this.state++
    job.refusedIn = this.state
  }

  private forgetEnded(): void {
    const { epoch, phase } = this.options.view.pods
    this.started = this.started.filter(({ pods, epochs }) =>
      pods.some((pod, i) => epoch[pod] === epochs[i] && phase[pod] >= PodPhase.Bound),
    )
  }

  private plan(head: Job): void {
    const { now } = this.options
    this.forgetEnded()
    this.reservation.plan(head.podClass, head.size, this.started, now())
  }

  private backfills(job: Job): boolean {
    return this.reservation.admits(job.podClass, job.size, this.endOf(job))
  }

  private endOf(job: Job): Time {
    return this.options.now() + this.options.startUp + job.requested
  }

  private remember(job: Job, view: ClusterView): void {
    const one = { pods: job.pods, epochs: job.pods.map((pod) => view.pods.epoch[pod]), end: this.endOf(job) }
    let place = this.started.length
    while (place > 0 && this.started[place - 1].end > one.end) place--
    this.started.splice(place, 0, one)
  }

  /** By rank, then by creation. */
  private insert(job: Job): void {
    let low = 0
    let high = this.jobs.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.jobs[middle]
      if (other.rank < job.rank || (other.rank === job.rank && other.created < job.created)) low = middle + 1
      else high = middle
    }
    this.jobs.splice(low, 0, job)
  }

  private remove(job: Job): void {
    this.jobs.splice(this.jobs.indexOf(job), 1)
    if (job.gang !== NONE) this.gangs.delete(job.gang)
    if (this.head === job) this.head = null
  }

  /** Reads the log up to the present. */
  private follow(view: ClusterView): void {
    const cursor = (this.cursor ??= view.log.open())
    while (cursor.next()) {
      const { subject, value } = cursor
      const gains =
        subject === Subject.PodReleased ||
        subject === Subject.NodeAdded ||
        subject === Subject.NodeClass ||
        (subject === Subject.NodeState && value === NodeState.Ready)
      if (!gains) continue
      this.gainedIn = ++this.state
      this.changed = true
    }
  }
}

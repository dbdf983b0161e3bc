/**
 * A scheduler at work: wakes when there is something to do, decides, is busy for its decision time, and commits.
 *
 * With the live view a decision is committed at its start (the scheduler reserves the node, then spends its time), so it never conflicts.
 * With a snapshot the scheduler copies the state of the cluster, decides on the copy, and commits at the end of its decision time; the
 * cluster refuses what has become impossible meanwhile, and the pod returns to its queue (optimistic concurrency on shared state:
 * Schwarzkopf, Konwinski, Abd-El-Malek, Wilkes 2013, Omega: flexible, scalable schedulers for large compute clusters).
 */
import type { Refusals } from '../cluster/feasibility/reasons.ts'
import { Decisions } from '../cluster/decisions.ts'
import { StaleNodes } from '../cluster/stale.ts'
import { PodPhase, type ClusterView } from '../cluster/views.ts'
import { createChosen } from '../common/define.ts'
import type { NodeId, PodId, Time } from '../common/ids.ts'
import { Wake, type RunBudget, type SchedulingContext } from '../scheduling/policy.ts'
import { driverOf } from '../scheduling/queue/driver-of.ts'
import type { SchedulingDriver } from '../scheduling/queue/driver.ts'
import type { CarryOut, PlacementRun, Role, SchedulerSpec } from './placement-role.ts'

/** Row of the role, and the kinds of its events. */
interface Place {
  readonly row: number
  readonly wakes: number
  readonly commits: number
  readonly budgets: () => readonly RunBudget[]
}

export class SchedulerRole implements Role {
  warm = true
  private busyUntil = 0
  private wakePending = false
  /** A decision is made and not yet committed. */
  private inFlight = false
  private refreshed = -Infinity
  private readonly out = new Decisions()
  /** Epochs of the pods that the decision in flight is about. */
  private epochs = new Int32Array(64)
  private readonly view: ClusterView
  private readonly snapshot: StaleNodes | null
  private readonly driver: SchedulingDriver
  private readonly run: PlacementRun
  private readonly spec: SchedulerSpec
  private readonly place: Place
  private readonly carryOut: CarryOut

  constructor(run: PlacementRun, spec: SchedulerSpec, place: Place, carryOut: CarryOut) {
    const { simulator, streams, cluster, scheduling } = run
    this.run = run
    this.spec = spec
    this.place = place
    this.carryOut = carryOut
    this.snapshot = spec.view === 'snapshot' ? new StaleNodes(cluster) : null
    this.view = this.snapshot?.view ?? cluster.view
    if (this.snapshot !== null) scheduling.shared = true
    const context: SchedulingContext = {
      random: streams.stream(place.row === 0 ? 'scheduling' : `scheduling/${spec.name}`),
      now: () => simulator.now,
      budgets: place.budgets,
      ...(run.input.present === undefined ? {} : { surroundings: run.input.present.surroundings }),
      wakeAt: (time) => void simulator.at(time, place.wakes, place.row, Wake.Timer),
      offers: () => scheduling.countOffers(() => simulator.now),
      declared: () => run.declared.counts(cluster),
    }
    const order = spec.order === undefined ? undefined : createChosen(spec.order, undefined)
    const { background, delays } = run.input
    const rigid = background.some((source) => source.rigid === true && source.scheduler === place.row)
    if ((rigid || order?.discipline !== undefined) && this.snapshot !== null)
      throw new Error(`the scheduler ${spec.name} starts jobs as a whole, for which it needs a live view; accepted: view: live`)
    const jobs = { rigid, now: context.now, startUp: delays.bind + delays.pull + delays.start }
    this.driver = driverOf(createChosen(spec.algorithm, context), this.view, order, spec.algorithm.definition.name, jobs)
  }

  arrived(pod: PodId): void {
    this.driver.enqueue(pod)
    this.wake(Wake.PodsArrived)
  }

  dropped(pod: PodId): void {
    this.driver.drop(pod)
  }

  roomFreed(): void {
    if (this.driver.waiting > 0) this.wake(Wake.RoomFreed)
  }

  eachUnschedulable(visit: (pod: PodId) => void): void {
    this.driver.unschedulable(visit)
  }

  refusals(pod: PodId): Refusals | null {
    return this.driver.refusals?.(pod) ?? null
  }

  hold(until: Time): void {
    this.busyUntil = Math.max(this.busyUntil, until)
  }

  settle(): void {
    this.decideAll(Wake.PodsArrived)
  }

  /** A bind on a live view cannot conflict, so the algorithm chose a node that does not fit; one on a snapshot is tried again. */
  refused(pod: PodId, node: NodeId): void {
    if (this.snapshot === null) {
      throw new Error(`${this.spec.algorithm.definition.name} chose a node that the pod does not fit: pod ${pod}, node ${node}`)
    }
    // The pod may have been bound or deleted meanwhile; if it is still pending, the next decision is made on a fresh copy.
    this.refreshed = -Infinity
    if (this.run.cluster.view.pods.phase[pod] === PodPhase.Pending) this.driver.refused(pod)
  }

  private wake(reason: Wake): void {
    if (this.wakePending) return
    this.wakePending = true
    const { simulator } = this.run
    simulator.at(Math.max(simulator.now, this.busyUntil), this.place.wakes, this.place.row, reason)
  }

  /** Handles the event of a wake, also of a timer that the algorithm set. */
  wakes(reason: Wake): void {
    if (reason !== Wake.Timer) this.wakePending = false
    // A wake is planned for the end of a decision; only a scheduler that has gone down since is busy still.
    if (this.run.simulator.now < this.busyUntil || (reason === Wake.Timer && this.inFlight)) {
      this.wake(reason)
      return
    }
    if (this.inFlight) return
    const { decision, perNode } = this.spec
    if (this.warm || (decision === 0 && perNode === 0)) {
      this.decideAll(reason)
      return
    }
    if (!this.decide(reason)) return
    const { simulator } = this.run
    this.busyUntil = simulator.now + decision + perNode * this.out.examined
    if (this.snapshot === null) {
      this.carryOut(this.out, this.busyUntil, this)
      while (this.driver.unfinished && this.decide(Wake.Again)) this.carryOut(this.out, this.busyUntil, this)
      if (this.driver.again && !(this.driver.idle && simulator.spare(this.busyUntil))) this.wake(Wake.Again)
      return
    }
    this.inFlight = true
    this.rememberEpochs()
    simulator.at(this.busyUntil, this.place.commits, this.place.row, 0)
  }

  /** The decision time of a snapshot has passed. */
  commits(): void {
    this.inFlight = false
    this.out.keepGroups((row) => this.run.cluster.view.pods.epoch[this.out.pod[row]] === this.epochs[row])
    const { again } = this.driver
    this.carryOut(this.out, this.run.simulator.now, this)
    if (again || this.refreshed === -Infinity) this.wake(Wake.Again)
  }

  private decideAll(reason: Wake): void {
    while (this.decide(reason)) {
      this.carryOut(this.out, this.run.simulator.now, this)
      if (!this.driver.again) return
      reason = Wake.Again
    }
  }

  /** One decision into `out`; false when there is nothing to decide until the cluster changes. */
  private decide(reason: Wake): boolean {
    const { simulator, cluster } = this.run
    if (this.snapshot !== null && simulator.now - this.refreshed >= this.spec.refresh) {
      this.snapshot.advance(cluster.view.log.version)
      this.refreshed = simulator.now
    }
    this.out.clear()
    return this.driver.wake(reason, this.view, this.out)
  }

  private rememberEpochs(): void {
    const { out } = this
    const { epoch } = this.run.cluster.view.pods
    if (out.count > this.epochs.length) this.epochs = new Int32Array(2 * out.count)
    for (let row = 0; row < out.count; row++) this.epochs[row] = epoch[out.pod[row]]
  }
}

/**
 * PodDisruptionBudgets and the eviction API: how many pods of a selection may be evicted now. Rollouts, scale-downs, taint evictions,
 * preemption and direct deletions are not limited by budgets.
 * Source: Kubernetes 1.34 pkg/controller/disruption/disruption.go, pkg/registry/core/pod/storage/eviction.go.
 */
import type { RunBudget } from '../../scheduling/policy.ts'
import type { PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { scaledValue, type IntOrPercent } from './percent.ts'
import { ApiPhase, type PodControl, type PodObjects } from './pod-objects.ts'
import { WorkQueue } from './work-queue.ts'

/** A pod whose eviction was granted and that is not gone after this time counts again [µs]. */
const DELETION_TIMEOUT: Time = 120_000_000
/** Most pods of one budget that may be granted an eviction and not be gone. */
const MAX_DISRUPTED = 2000

/** A workload that controls pods; its size is read when a budget is counted. */
export interface Scalable {
  readonly replicas: number
}

/** What a user sets: one of the two limits. */
export interface BudgetSpec {
  readonly minAvailable?: IntOrPercent
  readonly maxUnavailable?: IntOrPercent
  /** Whether a pod that is not ready may always be evicted; otherwise only while enough others are healthy. */
  readonly unhealthyPods: 'IfHealthyBudget' | 'AlwaysAllow'
}

/** What the controller reports. */
export interface BudgetStatus {
  /** Evictions that are granted now. */
  allowed: number
  healthy: number
  desired: number
  expected: number
}

/** One PodDisruptionBudget object. */
export interface Budget {
  readonly row: number
  readonly spec: BudgetSpec
  readonly status: BudgetStatus
  /** Selected pods whose objects exist, and the workload that controls each; null without one. */
  readonly pods: Map<PodId, Scalable | null>
  /** Pods whose eviction was granted, and when. */
  readonly disrupted: Map<PodId, Time>
}

/** What became of an eviction request. */
export type EvictionResult = 'evicted' | 'too many requests' | 'several budgets'

/** What the controller needs of the run. */
export interface DisruptionRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: Pick<PodControl, 'delete'>
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
}

export class DisruptionController {
  private readonly budgets: Budget[] = []
  private readonly queue: WorkQueue
  private readonly run: DisruptionRun

  constructor(run: DisruptionRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'disruption', (row) => this.sync(this.budgets[row]), run.latency)
  }

  /** The controller is down until this time; evictions are judged by what it wrote last. */
  hold(until: Time): void {
    this.queue.hold(until)
  }

  /** The budgets as a scheduler reads them before it evicts pods; one whose eviction was granted is not counted again. */
  get limits(): RunBudget[] {
    return this.budgets.map(({ status, pods, disrupted }) => ({
      allowed: status.allowed,
      covers: (pod) => pods.has(pod) && !disrupted.has(pod),
    }))
  }

  create(spec: BudgetSpec): Budget {
    const row = this.budgets.length
    const budget: Budget = {
      row,
      spec,
      status: { allowed: 0, healthy: 0, desired: 0, expected: 0 },
      pods: new Map(),
      disrupted: new Map(),
    }
    this.budgets.push(budget)
    this.queue.add(row)
    return budget
  }

  /** A pod that the budget selects was created. */
  podAdded(budget: Budget, pod: PodId, workload: Scalable | null): void {
    budget.pods.set(pod, workload)
    this.queue.add(budget.row)
  }

  /** A selected pod has changed. Workloads are not watched: a new size counts from the next event of a pod on. */
  podChanged(budget: Budget): void {
    this.queue.add(budget.row)
  }

  /** A selected pod is gone. */
  podGone(budget: Budget, pod: PodId): void {
    budget.pods.delete(pod)
    budget.disrupted.delete(pod)
    this.queue.add(budget.row)
  }

  /** The eviction API: deletes the pod if its budgets allow it. `budgets` are those that select the pod. */
  evict(pod: PodId, budgets: readonly Budget[]): EvictionResult {
    const { objects, control } = this.run
    const [budget] = budgets
    const free = objects.phase[pod] !== ApiPhase.Running || objects.deleting[pod] === 1
    if (!free && budgets.length > 1) return 'several budgets'
    if (!free && budget !== undefined && !this.allows(budget, pod)) return 'too many requests'
    control.delete(pod)
    return 'evicted'
  }

  private allows({ spec, status, disrupted, row }: Budget, pod: PodId): boolean {
    const { objects, simulator } = this.run
    if (objects.ready[pod] === 0) {
      if (spec.unhealthyPods === 'AlwaysAllow') return true
      if (status.healthy >= status.desired && status.desired > 0) return true
    }
    if (status.allowed === 0 || disrupted.size > MAX_DISRUPTED) return false
    status.allowed--
    disrupted.set(pod, simulator.now)
    this.queue.add(row)
    return true
  }

  private sync(budget: Budget): void {
    const { status } = budget
    this.forgetDisrupted(budget)
    const { expected, desired } = this.wanted(budget)
    status.expected = expected
    status.desired = desired
    status.healthy = this.healthy(budget)
    status.allowed = expected > 0 ? Math.max(0, status.healthy - desired) : 0
  }

  /** Drops granted evictions whose pod terminates, or that are too old; the next to grow old causes a sync. */
  private forgetDisrupted({ disrupted, row }: Budget): void {
    const { objects, simulator } = this.run
    const { now } = simulator
    let next = Infinity
    for (const [pod, since] of disrupted) {
      const end = since + DELETION_TIMEOUT
      if (objects.deleting[pod] === 1 || end < now) disrupted.delete(pod)
      else next = Math.min(next, end)
    }
    // One microsecond later, because an entry counts up to its end.
    if (next < Infinity) this.queue.addAfter(row, next - now + 1)
  }

  private healthy({ pods, disrupted }: Budget): number {
    const { objects, simulator } = this.run
    let healthy = 0
    for (const pod of pods.keys()) {
      if (objects.deleting[pod] === 1 || objects.ready[pod] === 0) continue
      const since = disrupted.get(pod)
      if (since === undefined || since + DELETION_TIMEOUT <= simulator.now) healthy++
    }
    return healthy
  }

  /** Percentages and maxUnavailable count the sizes of the workloads; a whole minAvailable counts the pods. Percentages are rounded up. */
  private wanted({ spec, pods }: Budget): { expected: number; desired: number } {
    const { minAvailable, maxUnavailable } = spec
    if (maxUnavailable !== undefined) {
      const expected = scaleOf(pods)
      return { expected, desired: Math.max(0, expected - scaledValue(maxUnavailable, expected, 'up')) }
    }
    if (typeof minAvailable === 'number') return { expected: pods.size, desired: minAvailable }
    const expected = scaleOf(pods)
    return { expected, desired: minAvailable === undefined ? 0 : scaledValue(minAvailable, expected, 'up') }
  }
}

/** Sum of the sizes of the distinct workloads; pods without one do not count. */
function scaleOf(pods: ReadonlyMap<PodId, Scalable | null>): number {
  let sum = 0
  for (const workload of new Set(pods.values())) sum += workload?.replicas ?? 0
  return sum
}

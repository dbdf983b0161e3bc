/** Preemption on the columns of a run: the victims and the node that `../preemption.ts` finds from objects. */
import type { NodeId, PodId } from '../../../../common/ids.ts'
import { NONE } from '../../../../common/ids.ts'
import { PodPhase } from '../../../../cluster/views.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import type { CandidateLimits } from '../preemption.ts'
import { DryRun } from './dry-run.ts'
import type { KubeIndex } from './index.ts'
import type { Plan } from './plans.ts'

/** A disruption budget of the run. */
export interface RunBudget {
  /** Pods that may still be disrupted. */
  readonly allowed: number
  covers(pod: PodId): boolean
}

/** Pods that would have to go. */
export interface Victims {
  readonly node: NodeId
  /** Most important first. */
  readonly pods: readonly PodId[]
  /** Victims whose budget allows no disruption. */
  readonly violations: number
}

/** Finds victims for pods that fit nowhere. */
export class Preemptor {
  /** Pods that were evicted for another one, with the epoch of their row. */
  private readonly evicted: Map<PodId, number>
  private readonly index: KubeIndex
  private readonly limits: CandidateLimits
  private readonly budgets: () => readonly RunBudget[]
  private readonly draw: (count: number) => number

  constructor(
    index: KubeIndex,
    limits: CandidateLimits,
    budgets: () => readonly RunBudget[],
    draw: (count: number) => number,
    evicted = new Map<PodId, number>(),
  ) {
    this.evicted = evicted
    this.index = index
    this.limits = limits
    this.budgets = budgets
    this.draw = draw
  }

  /**
   * The node and its victims; null when it would not help. Ineligible: the pod may not preempt, or its victims still terminate. The pod was refused by
   * every node just now.
   */
  find(pod: PodId, view: ClusterView): Victims | 'ineligible' | null {
    const { index } = this
    const plan = index.planOf(pod, view)
    if (plan.info.pod.preemptionPolicy === 'Never') return 'ineligible'
    if (index.world.lowestPriority() >= plan.info.priority) return null
    index.deciding = pod
    if (this.waits(pod, plan, view)) return 'ineligible'
    const potential = index.searched(plan, view).filter((row) => new DryRun(index, plan, row, view).refusal()?.resolvable === true)
    if (potential.length === 0) return null
    return this.leastHarmful(this.candidates(plan, potential, view), view)
  }

  /** Remembers that the pod was evicted. */
  evicts(pod: PodId, view: ClusterView): void {
    if (this.evicted.size > 1000) for (const [old, epoch] of this.evicted) if (view.pods.epoch[old] !== epoch) this.evicted.delete(old)
    this.evicted.set(pod, view.pods.epoch[pod])
  }

  /** Whether a victim of lower priority still terminates on the node that is promised to the pod, unless that node has become hopeless. */
  private waits(pod: PodId, plan: Plan, view: ClusterView): boolean {
    const { index } = this
    const node = index.nominations.nodeOf(pod)
    if (node === NONE || !index.world.has(node)) return false
    if (new DryRun(index, plan, node, view).refusal()?.resolvable === false) return false
    let leaving = false
    view.eachPodOn(node, (other) => {
      const preempted = this.evicted.get(other) === view.pods.epoch[other] && view.pods.phase[other] === PodPhase.Terminating
      if (preempted && priorityOf(other, view) < plan.info.priority) leaving = true
    })
    return leaving
  }

  private candidates(plan: Plan, potential: readonly NodeId[], view: ClusterView): Victims[] {
    const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = this.limits
    const share = Math.trunc((potential.length * minCandidateNodesPercentage) / 100)
    const enough = Math.min(potential.length, Math.max(share, minCandidateNodesAbsolute))
    const start = this.draw(potential.length)
    const budgets = this.budgets()
    const found: Victims[] = []
    let harmless = 0
    for (let i = 0; i < potential.length && !(harmless > 0 && found.length >= enough); i++) {
      const victims = this.victimsOn(plan, potential[(start + i) % potential.length], budgets, view)
      if (victims === null) continue
      found.push(victims)
      if (victims.violations === 0) harmless++
    }
    return found
  }

  /** Removes all pods of lower priority, then puts back as many as still leave capacity: those with violated budgets first, important ones first. */
  private victimsOn(plan: Plan, node: NodeId, budgets: readonly RunBudget[], view: ClusterView): Victims | null {
    const lower: PodId[] = []
    view.eachPodOn(node, (pod) => {
      if (priorityOf(pod, view) < plan.info.priority) lower.push(pod)
    })
    if (lower.length === 0) return null
    const trial = new DryRun(this.index, plan, node, view)
    for (const pod of lower) trial.remove(pod)
    if (trial.refusal() !== null) {
      trial.end()
      return null
    }
    lower.sort((a, b) => byImportance(a, b, view))
    const violating = violatingPods(lower, budgets)
    const victims: PodId[] = []
    for (const pod of [...lower.filter((one) => violating.has(one)), ...lower.filter((one) => !violating.has(one))]) {
      trial.add(pod)
      if (trial.refusal() === null) continue
      trial.remove(pod)
      victims.push(pod)
    }
    trial.end()
    victims.sort((a, b) => byImportance(a, b, view))
    return { node, pods: victims, violations: victims.filter((pod) => violating.has(pod)).length }
  }

  /** The criteria of kube-scheduler, one after another; a draw between candidates that are equal in all. */
  private leastHarmful(candidates: readonly Victims[], view: ClusterView): Victims | null {
    let best = candidates
    for (const criterion of CRITERIA) {
      let lowest = Infinity
      for (const one of best) lowest = Math.min(lowest, criterion(one, view))
      best = best.filter((one) => criterion(one, view) === lowest)
    }
    return best.length === 0 ? null : best[this.draw(best.length)]
  }
}

const priorityOf = (pod: PodId, { pods, classes }: ClusterView): number => classes.priority[pods.podClass[pod]]

/** Higher priority first, then earlier start. */
function byImportance(a: PodId, b: PodId, view: ClusterView): number {
  return priorityOf(b, view) - priorityOf(a, view) || view.pods.bound[a] - view.pods.bound[b]
}

/** Pods whose removal, one after another in this order, exceeds a budget. */
function violatingPods(pods: readonly PodId[], budgets: readonly RunBudget[]): ReadonlySet<PodId> {
  const violating = new Set<PodId>()
  const left = budgets.map(({ allowed }) => allowed)
  for (const pod of pods)
    for (const [i, budget] of budgets.entries()) {
      if (!budget.covers(pod)) continue
      left[i]--
      if (left[i] < 0) violating.add(pod)
    }
  return violating
}

/** Added to each priority so that more victims weigh more, whatever the sign of their priorities. */
const SHIFT = 2_147_483_648

/** The lowest value wins. */
const CRITERIA: readonly ((victims: Victims, view: ClusterView) => number)[] = [
  ({ violations }) => violations,
  ({ pods }, view) => priorityOf(pods[0], view),
  ({ pods }, view) => pods.reduce((sum, pod) => sum + priorityOf(pod, view) + SHIFT, 0),
  ({ pods }) => pods.length,
  ({ pods }, view) => {
    const top = priorityOf(pods[0], view)
    return -pods.reduce((least, pod) => (priorityOf(pod, view) === top ? Math.min(least, view.pods.bound[pod]) : least), Infinity)
  },
]

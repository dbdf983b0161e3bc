/**
 * DefaultPreemption: which pods of lower priority would have to go for the pod to fit, and on which node that does the least harm. Source: Kubernetes
 * 1.34 pkg/scheduler/framework/preemption/preemption.go, plugins/defaultpreemption/default_preemption.go.
 */
import { isSet } from './cluster.ts'
import type { FilterCycle } from './filtering.ts'
import type { NodeInfo } from './node-info.ts'
import type { KubeBudget } from './objects.ts'
import type { PodInfo } from './pod-info.ts'
import { unresolvable, type Rejection } from './plugin.ts'
import { compiled, type Selector } from '../../../cluster/feasibility/selectors.ts'

/** Victims on one node. */
export interface Candidate {
  readonly node: NodeInfo
  /** Most important first. */
  readonly victims: readonly PodInfo[]
  /** Victims whose budget allows no disruption. */
  readonly violations: number
}

/** What preemption found. */
export interface Preemption {
  /** Whether the pod may preempt at all; if not, `message` says why. */
  readonly eligible: boolean
  readonly message: string
  /** Nodes on which removing pods might help. */
  readonly potential: readonly NodeInfo[]
  readonly candidates: readonly Candidate[]
  /** Potential nodes on which it does not help; the plugin is empty where no pod has a lower priority. */
  readonly failed: ReadonlyMap<NodeInfo, Rejection>
  /** The candidates between which no criterion decides; the real scheduler takes one of them. */
  readonly best: readonly Candidate[]
}

/** How many candidates are looked for. */
export interface CandidateLimits {
  readonly minCandidateNodesPercentage: number
  readonly minCandidateNodesAbsolute: number
}

/** Finds victims for a pod that no node can run. `offset` is the place among the potential nodes at which the search begins. */
export function preempt(
  cycle: FilterCycle,
  rejected: ReadonlyMap<NodeInfo, Rejection>,
  limits: CandidateLimits,
  offset: (count: number) => number,
): Preemption {
  const message = ineligible(cycle, rejected)
  const potential = cycle.cluster.nodes.filter((node) => rejected.get(node)?.code === 'Unschedulable')
  const failed = new Map<NodeInfo, Rejection>()
  const candidates: Candidate[] = []
  if (message !== '' || potential.length === 0)
    return { eligible: message === '', message, potential: message === '' ? potential : [], candidates, failed, best: [] }
  const share = Math.trunc((potential.length * limits.minCandidateNodesPercentage) / 100)
  const enough = Math.min(potential.length, Math.max(share, limits.minCandidateNodesAbsolute))
  const start = offset(potential.length)
  const budgets = cycle.cluster.budgets.map((budget) => ({ budget, selector: compiled(budget.selector) }))
  let harmless = 0
  for (let i = 0; i < potential.length && !(harmless > 0 && candidates.length >= enough); i++) {
    const node = potential[(start + i) % potential.length]
    const outcome = victimsOn(cycle, node, budgets)
    if ('plugin' in outcome) failed.set(node, outcome)
    else {
      candidates.push(outcome)
      if (outcome.violations === 0) harmless++
    }
  }
  return { eligible: true, message: '', potential, candidates, failed, best: leastHarmful(candidates) }
}

/** Why the pod may not preempt; empty when it may. */
function ineligible({ pod, cluster }: FilterCycle, rejected: ReadonlyMap<NodeInfo, Rejection>): string {
  if (pod.pod.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const promised = isSet(pod.pod.nominatedNode) ? cluster.nodeNamed(pod.pod.nominatedNode) : undefined
  if (promised === undefined || rejected.get(promised)?.code === 'UnschedulableAndUnresolvable') return ''
  const leaving = promised.pods.some(
    (other) => other.priority < pod.priority && other.pod.terminating === true && other.pod.preempted === true,
  )
  return leaving ? 'not eligible due to a terminating pod on the nominated node.' : ''
}

interface CompiledBudget {
  readonly budget: KubeBudget
  readonly selector: Selector
}

/** Removes all pods of lower priority, then puts back as many as still leave capacity for the pod: those with violated budgets first, important ones first. */
function victimsOn(cycle: FilterCycle, on: NodeInfo, budgets: readonly CompiledBudget[]): Candidate | Rejection {
  const node = on.copy()
  const lower = node.pods.filter(({ priority }) => priority < cycle.pod.priority)
  if (lower.length === 0) return { plugin: '', ...unresolvable('No preemption victims found for incoming pod') }
  for (const pod of lower) cycle.remove(pod, node)
  const rejection = cycle.check(node)
  let removed = lower
  let outcome: Candidate | Rejection
  if (rejection !== null) outcome = rejection
  else {
    const ordered = [...lower].sort(byImportance)
    const violating = violatingPods(ordered, budgets)
    const victims: PodInfo[] = []
    for (const pod of [...ordered.filter((one) => violating.has(one)), ...ordered.filter((one) => !violating.has(one))]) {
      cycle.add(pod, node)
      if (cycle.check(node) === null) continue
      cycle.remove(pod, node)
      victims.push(pod)
    }
    removed = victims.sort(byImportance)
    outcome = { node: on, victims: removed, violations: removed.filter((pod) => violating.has(pod)).length }
  }
  // The filters' counts are shared by all nodes, so they are restored.
  for (const pod of removed) cycle.changed(pod, on, 1)
  return outcome
}

/** A pod without a start time starts now, later than every other. */
const startOf = ({ pod }: PodInfo): number => pod.startTime ?? Infinity

/** Higher priority first, then earlier start. */
function byImportance(a: PodInfo, b: PodInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  const [first, second] = [startOf(a), startOf(b)]
  return first === second ? 0 : first - second
}

/** Pods whose removal, one after another in this order, exceeds a budget. */
function violatingPods(pods: readonly PodInfo[], budgets: readonly CompiledBudget[]): ReadonlySet<PodInfo> {
  const left = budgets.map(({ budget }) => budget.disruptionsAllowed)
  const violating = new Set<PodInfo>()
  for (const pod of pods) {
    if (Object.keys(pod.labels).length === 0) continue
    for (const [i, { budget, selector }] of budgets.entries()) {
      if (budget.namespace !== pod.pod.namespace || selector.empty || !selector.matches(pod.labels)) continue
      if (budget.disruptedPods?.includes(pod.pod.name) === true) continue
      left[i]--
      if (left[i] < 0) violating.add(pod)
    }
  }
  return violating
}

/** Added to each priority so that more victims weigh more, whatever the sign of their priorities. */
const SHIFT = 2_147_483_648

/** Criteria of the choice, one after another; the lowest value wins. */
const CRITERIA: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0].priority,
  ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + SHIFT, 0),
  ({ victims }) => victims.length,
  ({ victims }) => {
    const top = victims.filter(({ priority }) => priority === victims[0].priority)
    return -Math.min(...top.map(startOf))
  },
]

function leastHarmful(candidates: readonly Candidate[]): Candidate[] {
  let best = [...candidates]
  for (const criterion of CRITERIA) {
    const lowest = best.reduce((least, one) => Math.min(least, criterion(one)), Infinity)
    best = best.filter((one) => criterion(one) === lowest)
  }
  return best
}

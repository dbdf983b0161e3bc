/**
 * PodTopologySpread: pods of a selection are spread over the domains of a topology key. DoNotSchedule constraints exclude domains that have more
 * than `maxSkew` pods above the smallest one, ScheduleAnyway constraints prefer domains with fewer.
 */
import type { ClusterState } from '../cluster.ts'
import type { NodeInfo } from '../node-info.ts'
import { requiredNodesMatch } from '../../../../cluster/feasibility/node-selectors.ts'
import type { SpreadConstraint } from '../objects.ts'
import { MAX_SCORE, unresolvable, unschedulable, type FilterRun, type Plugin, type Refusal, type ScoreRun } from '../plugin.ts'
import { untolerated, type PodInfo } from '../pod-info.ts'
import { compiled, labelKeys, type Selector } from '../../../../cluster/feasibility/selectors.ts'
import { defaultSelector } from './default-selector.ts'
import { EXCLUDING } from './taint-toleration.ts'

export const HOSTNAME = 'kubernetes.io/hostname'

/** The constraints of pods that have none of their own, unless the configuration lists others. */
export const SYSTEM_DEFAULTS: readonly SpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

/** A compiled constraint. */
export interface Constraint {
  readonly key: string
  readonly maxSkew: number
  readonly minDomains: number
  readonly selector: Selector
  readonly honorsAffinity: boolean
  readonly honorsTaints: boolean
}

/** The plugin with a list of default constraints; null: those of the system. */
export function podTopologySpread(defaults: readonly SpreadConstraint[] | null): Plugin {
  return {
    name: 'PodTopologySpread',
    preFilter: (pod, cluster) => {
      const constraints = constraintsOf(pod, cluster, 'DoNotSchedule', defaults ?? SYSTEM_DEFAULTS)
      return constraints.length === 0 ? null : new SpreadFilter(pod, cluster, constraints)
    },
    preScore: (pod, cluster, nodes) => {
      const constraints = constraintsOf(pod, cluster, 'ScheduleAnyway', defaults ?? SYSTEM_DEFAULTS)
      if (constraints.length === 0) return null
      const allKeys = (pod.pod.topologySpreadConstraints ?? []).length > 0 || defaults !== null
      return new SpreadScore(pod, cluster, nodes, constraints, allKeys)
    },
  }
}

/** The constraints of a pod with this action: its own ones, or the defaults. */
export function constraintsOf(
  pod: PodInfo,
  cluster: Pick<ClusterState, 'services' | 'workloads'>,
  action: SpreadConstraint['whenUnsatisfiable'],
  defaults: readonly SpreadConstraint[],
): Constraint[] {
  const own = pod.pod.topologySpreadConstraints ?? []
  const list = (own.length > 0 ? own : defaults).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
  if (list.length === 0) return []
  const shared = own.length > 0 ? null : defaultSelector(pod.pod, cluster)
  if (shared?.empty === true) return []
  return list.map((one) => ({
    key: one.topologyKey,
    maxSkew: one.maxSkew,
    minDomains: one.minDomains ?? 1,
    selector: shared ?? compiled(one.labelSelector, labelKeys(pod.labels, one.matchLabelKeys, 'In')),
    honorsAffinity: one.nodeAffinityPolicy !== 'Ignore',
    honorsTaints: one.nodeTaintsPolicy === 'Honor',
  }))
}

/** Whether the pods of a node count for a constraint. */
export function includes({ honorsAffinity, honorsTaints }: Constraint, pod: PodInfo, { node }: Pick<NodeInfo, 'node'>): boolean {
  if (honorsAffinity && !requiredNodesMatch(pod.pod, node)) return false
  return !honorsTaints || untolerated(node.taints, pod.tolerations, EXCLUDING) === undefined
}

const hasAllKeys = (node: NodeInfo, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ key }) => node.label(key) !== undefined)

/** Pods of the node in the namespace that the selector matches and that are not being deleted. A selector without conditions counts none. */
function matching(node: NodeInfo, selector: Selector, namespace: string): number {
  if (selector.empty) return 0
  return node.pods.filter(({ pod, labels }) => pod.terminating !== true && pod.namespace === namespace && selector.matches(labels)).length
}

function leastOf(counts: Iterable<number>): number {
  let least = Infinity
  for (const count of counts) least = Math.min(least, count)
  return least
}

class SpreadFilter implements FilterRun {
  private readonly pod: PodInfo
  private readonly constraints: readonly Constraint[]
  /** By constraint: pods per domain, of all nodes with all keys that the constraint includes. */
  private readonly counts: Map<string, number>[]
  /** By constraint: pods of the smallest domain; absent after a change. */
  private smallest: (number | undefined)[] = []

  constructor(pod: PodInfo, cluster: ClusterState, constraints: readonly Constraint[]) {
    this.pod = pod
    this.constraints = constraints
    this.counts = constraints.map(() => new Map<string, number>())
    for (const node of cluster.nodes)
      this.count(
        node,
        () => true,
        ({ selector }) => matching(node, selector, pod.pod.namespace),
      )
  }

  changed(other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    if (other.pod.namespace !== this.pod.pod.namespace) return
    this.count(
      node,
      ({ selector }) => selector.matches(other.labels),
      () => by,
    )
  }

  filter(node: NodeInfo): Refusal | null {
    for (const [i, { key, selector, minDomains, maxSkew }] of this.constraints.entries()) {
      const domain = node.label(key)
      if (domain === undefined) return unresolvable("node(s) didn't match pod topology spread constraints (missing required label)")
      const counts = this.counts[i]
      const smallest = counts.size < minDomains ? 0 : (this.smallest[i] ??= leastOf(counts.values()))
      const self = selector.matches(this.pod.labels) ? 1 : 0
      if ((counts.get(domain) ?? 0) + self - smallest > maxSkew)
        return unschedulable("node(s) didn't match pod topology spread constraints")
    }
    return null
  }

  private count(node: NodeInfo, counts: (constraint: Constraint) => boolean, amount: (constraint: Constraint) => number): void {
    if (!hasAllKeys(node, this.constraints)) return
    for (const [i, constraint] of this.constraints.entries()) {
      if (!counts(constraint) || !includes(constraint, this.pod, node)) continue
      const domain = node.label(constraint.key)!
      this.counts[i].set(domain, (this.counts[i].get(domain) ?? 0) + amount(constraint))
      this.smallest[i] = undefined
    }
  }
}

class SpreadScore implements ScoreRun {
  private readonly namespace: string
  private readonly constraints: readonly Constraint[]
  /** Candidates without all topology keys; they score 0. */
  private readonly ignored = new Set<NodeInfo>()
  /** By constraint: pods per domain of a candidate. Pods of the same host are counted on the host. */
  private readonly counts: Map<string, number>[]
  /** By constraint: ln(number of domains + 2), so that a difference of one pod weighs the more, the more domains there are. */
  private readonly weights: number[]

  constructor(pod: PodInfo, cluster: ClusterState, candidates: readonly NodeInfo[], constraints: readonly Constraint[], allKeys: boolean) {
    this.namespace = pod.pod.namespace
    this.constraints = constraints
    this.counts = constraints.map(() => new Map<string, number>())
    for (const node of candidates) {
      if (allKeys && !hasAllKeys(node, constraints)) this.ignored.add(node)
      else this.open(node)
    }
    const hosts = candidates.length - this.ignored.size
    this.weights = constraints.map(({ key }, i) => Math.log((key === HOSTNAME ? hosts : this.counts[i].size) + 2))
    for (const node of cluster.nodes) if (!allKeys || hasAllKeys(node, constraints)) this.count(node, pod)
  }

  score(node: NodeInfo): number {
    if (this.ignored.has(node)) return 0
    let score = 0
    for (const [i, { key, selector, maxSkew }] of this.constraints.entries()) {
      const domain = node.label(key)
      if (domain === undefined) continue
      const pods = key === HOSTNAME ? matching(node, selector, this.namespace) : this.counts[i].get(domain)!
      score += pods * this.weights[i] + (maxSkew - 1)
    }
    return Math.round(score)
  }

  /** 100 for the lowest; others (highest + lowest - own) / highest. */
  normalize(scores: number[], nodes: readonly NodeInfo[]): void {
    let lowest = Infinity
    let highest = -Infinity
    for (const [i, score] of scores.entries()) {
      if (this.ignored.has(nodes[i])) continue
      lowest = Math.min(lowest, score)
      highest = Math.max(highest, score)
    }
    for (let i = 0; i < scores.length; i++) {
      if (this.ignored.has(nodes[i])) scores[i] = 0
      else scores[i] = highest === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (highest + lowest - scores[i])) / highest)
    }
  }

  private open(node: NodeInfo): void {
    for (const [i, { key }] of this.constraints.entries()) if (key !== HOSTNAME) this.counts[i].set(node.label(key) ?? '', 0)
  }

  private count(node: NodeInfo, pod: PodInfo): void {
    for (const [i, constraint] of this.constraints.entries()) {
      const domain = node.label(constraint.key) ?? ''
      const before = this.counts[i].get(domain)
      if (before === undefined || !includes(constraint, pod, node)) continue
      this.counts[i].set(domain, before + matching(node, constraint.selector, this.namespace))
    }
  }
}

/**
 * InterPodAffinity: required terms of the pod and required anti-affinity of those that run exclude domains; preferred terms of both, and required
 * affinity of those that run, add their weights to domains.
 */
import type { ClusterState } from '../cluster.ts'
import type { NodeInfo } from '../node-info.ts'
import type { Labels } from '../objects.ts'
import { MAX_SCORE, unresolvable, unschedulable, type FilterRun, type Plugin, type Refusal, type ScoreRun } from '../plugin.ts'
import { termSelects, type AffinityTerm, type PodInfo } from '../pod-info.ts'
import { NOTHING } from '../../../../cluster/feasibility/selectors.ts'

/** Arguments of the plugin. */
export interface InterPodAffinityArgs {
  /** Weight that a required affinity term of a running pod has for the pods that it selects. */
  readonly hardPodAffinityWeight: number
  /** Leaves out preferred terms of running pods where the pod has none. */
  readonly ignorePreferredTermsOfExistingPods: boolean
}

const NO_LABELS: Labels = {}

/** The plugin with these arguments. */
export const interPodAffinity = (args: InterPodAffinityArgs): Plugin => ({
  name: 'InterPodAffinity',
  preFilter: (pod, cluster) => {
    const run = new AffinityFilter(pod, cluster)
    return run.applies ? run : null
  },
  preScore: (pod, cluster) => preScore(pod, cluster, args),
})

/** A term of the pod to place, with the namespaces that its selector selects; a selector without conditions stays, it matches every namespace. */
export function resolved(term: AffinityTerm, cluster: Pick<ClusterState, 'namespaces'>): AffinityTerm {
  if (term.namespaceSelector.empty) return term
  const selected = [...cluster.namespaces].filter(([, labels]) => term.namespaceSelector.matches(labels)).map(([name]) => name)
  return { ...term, namespaces: new Set([...term.namespaces, ...selected]), namespaceSelector: NOTHING }
}

/** Counts by topology key and value; what returns to zero is no entry. */
class DomainCounts {
  private readonly counts = new Map<string, Map<string, number>>()

  get empty(): boolean {
    return this.counts.size === 0
  }

  at(key: string, value: string): number {
    return this.counts.get(key)?.get(value) ?? 0
  }

  add(node: NodeInfo, key: string, by: number): void {
    const value = node.label(key)
    if (value === undefined) return
    const values = this.counts.get(key) ?? new Map<string, number>()
    const count = (values.get(value) ?? 0) + by
    if (count === 0) values.delete(value)
    else values.set(value, count)
    if (values.size === 0) this.counts.delete(key)
    else this.counts.set(key, values)
  }

  /** Whether one of the node's labels has a count. */
  covers(node: NodeInfo): boolean {
    for (const key of this.counts.keys()) {
      const value = node.label(key)
      if (value !== undefined && this.at(key, value) > 0) return true
    }
    return false
  }
}

class AffinityFilter implements FilterRun {
  private readonly pod: PodInfo
  private readonly namespaceLabels: Labels
  private readonly affinity: readonly AffinityTerm[]
  private readonly antiAffinity: readonly AffinityTerm[]
  /** Pods whose required anti-affinity selects the pod. */
  private readonly repelled = new DomainCounts()
  /** Pods that all required affinity terms of the pod select. */
  private readonly attracted = new DomainCounts()
  /** Pods that one of its required anti-affinity terms selects. */
  private readonly avoided = new DomainCounts()

  constructor(pod: PodInfo, cluster: ClusterState) {
    this.pod = pod
    this.namespaceLabels = cluster.labelsOf(pod.pod.namespace)
    this.affinity = pod.terms.requiredAffinity.map((term) => resolved(term, cluster))
    this.antiAffinity = pod.terms.requiredAntiAffinity.map((term) => resolved(term, cluster))
    for (const node of cluster.nodes) for (const other of node.pods) this.changed(other, node, 1)
  }

  get applies(): boolean {
    return !this.repelled.empty || this.affinity.length > 0 || this.antiAffinity.length > 0
  }

  changed(other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    for (const term of other.terms.requiredAntiAffinity)
      if (termSelects(term, this.pod, this.namespaceLabels)) this.repelled.add(node, term.topologyKey, by)
    if (this.affinity.length > 0 && this.affinity.every((term) => termSelects(term, other, NO_LABELS)))
      for (const term of this.affinity) this.attracted.add(node, term.topologyKey, by)
    for (const term of this.antiAffinity) if (termSelects(term, other, NO_LABELS)) this.avoided.add(node, term.topologyKey, by)
  }

  filter(node: NodeInfo): Refusal | null {
    if (!this.nearOthers(node)) return unresolvable("node(s) didn't match pod affinity rules")
    const near = this.antiAffinity.some(({ topologyKey }) => {
      const value = node.label(topologyKey)
      return value !== undefined && this.avoided.at(topologyKey, value) > 0
    })
    if (near) return unschedulable("node(s) didn't match pod anti-affinity rules")
    return this.repelled.covers(node) ? unschedulable("node(s) didn't satisfy existing pods anti-affinity rules") : null
  }

  /** Required affinity. The first pod of a group that selects itself may go anywhere that has the topology keys. */
  private nearOthers(node: NodeInfo): boolean {
    const values = this.affinity.map(({ topologyKey }) => node.label(topologyKey))
    if (values.includes(undefined)) return false
    if (this.affinity.every(({ topologyKey }, i) => this.attracted.at(topologyKey, values[i]!) > 0)) return true
    return this.attracted.empty && this.affinity.every((term) => termSelects(term, this.pod, NO_LABELS))
  }
}

function preScore(pod: PodInfo, cluster: ClusterState, args: InterPodAffinityArgs): ScoreRun | null {
  const affinity = pod.terms.preferredAffinity.map((term) => resolved(term, cluster))
  const antiAffinity = pod.terms.preferredAntiAffinity.map((term) => resolved(term, cluster))
  if (args.ignorePreferredTermsOfExistingPods && affinity.length === 0 && antiAffinity.length === 0) return null
  const here = cluster.labelsOf(pod.pod.namespace)
  const sums = new Map<string, Map<string, number>>()
  const count = (term: AffinityTerm, selected: PodInfo, namespaceLabels: Labels, node: NodeInfo, weight: number): void => {
    const value = node.label(term.topologyKey)
    if (value === undefined || !termSelects(term, selected, namespaceLabels)) return
    const values = sums.get(term.topologyKey) ?? new Map<string, number>()
    sums.set(term.topologyKey, values.set(value, (values.get(value) ?? 0) + weight))
  }
  for (const node of cluster.nodes) {
    for (const other of node.pods) {
      for (const term of affinity) count(term, other, NO_LABELS, node, term.weight)
      for (const term of antiAffinity) count(term, other, NO_LABELS, node, -term.weight)
      const { requiredAffinity, preferredAffinity, preferredAntiAffinity } = other.terms
      if (args.hardPodAffinityWeight > 0) for (const term of requiredAffinity) count(term, pod, here, node, args.hardPodAffinityWeight)
      for (const term of preferredAffinity) count(term, pod, here, node, term.weight)
      for (const term of preferredAntiAffinity) count(term, pod, here, node, -term.weight)
    }
  }
  if (sums.size === 0) return null
  return {
    score: (node) => {
      let score = 0
      for (const [key, values] of sums) {
        const value = node.label(key)
        if (value !== undefined) score += values.get(value) ?? 0
      }
      return score
    },
    normalize: scaleToRange,
  }
}

/** The lowest score becomes 0, the highest 100; all equal: 0. */
function scaleToRange(scores: number[]): void {
  const lowest = scores.reduce((least, score) => Math.min(least, score), Infinity)
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity)
  const range = highest - lowest
  for (let i = 0; i < scores.length; i++) scores[i] = range > 0 ? Math.trunc(MAX_SCORE * ((scores[i] - lowest) / range)) : 0
}

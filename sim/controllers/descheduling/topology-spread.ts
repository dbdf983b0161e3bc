/**
 * RemovePodsViolatingTopologySpreadConstraint: where the domains of a constraint differ by more than its maxSkew, pods leave the largest ones
 * until the rest could be even. Only pods that may be evicted are counted.
 * Source: sigs.k8s.io/descheduler pkg/framework/plugins/removepodsviolatingtopologyspreadconstraint. Namespaces, domains and pods in the order in
 * which they are found.
 */
import { requiredNodesMatch } from '../../cluster/feasibility/node-selectors.ts'
import { compiled, labelKeys, type Selector } from '../../cluster/feasibility/selectors.ts'
import type { SpreadConstraint } from '../../cluster/rules.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import { untolerated, type PodInfo } from '../../scheduling/profiles/kubernetes/pod-info.ts'
import { nodeLabelsOf, nodeNameOf } from '../../scheduling/profiles/kubernetes/run-pods.ts'
import type { Evictor } from './evictor.ts'
import type { RemovePodsViolatingTopologySpreadConstraint } from './spec.ts'

/** A constraint of a namespace; the rules about nodes are those of the first pod that has it. */
interface Constraint {
  readonly key: string
  readonly maxSkew: number
  readonly selector: Selector
  readonly honorsAffinity: boolean
  readonly honorsTaints: boolean
  readonly pod: PodInfo
}

/** The pods of a domain; from the back they are evicted first. */
interface Domain {
  readonly name: string
  pods: PodId[]
}

/** Evicts pods of domains that exceed a constraint. */
export function removeViolatingPods(spec: RemovePodsViolatingTopologySpreadConstraint, nodes: readonly NodeId[], evictor: Evictor): void {
  const leaving = new Set<PodId>()
  const spread = new Spread(spec, nodes, evictor)
  for (const pods of byNamespace(spec, nodes, evictor).values())
    for (const constraint of constraintsOf(pods, spec, evictor)) spread.balance(constraint, pods, leaving)
  const full = new Set<NodeId>()
  for (const pod of leaving) {
    const node = evictor.view.pods.node[pod]
    if (full.has(node) || !evictor.passes(pod, nodes)) continue
    const result = evictor.evict(pod)
    if (result === 'total limit') return
    if (result === 'node limit') full.add(node)
  }
}

function byNamespace({ namespaces }: RemovePodsViolatingTopologySpreadConstraint, nodes: readonly NodeId[], evictor: Evictor) {
  const groups = new Map<string, PodId[]>()
  for (const node of nodes) {
    const found: PodId[] = []
    evictor.view.eachPodOn(node, (pod) => {
      if (evictor.isEvictable(pod) && evictor.isIn(pod, namespaces)) found.push(pod)
    })
    for (const pod of found.reverse()) {
      const namespace = evictor.namespaceOf(pod)
      const group = groups.get(namespace)
      if (group === undefined) groups.set(namespace, [pod])
      else group.push(pod)
    }
  }
  return groups
}

/** The different constraints of the pods. */
function constraintsOf(
  pods: readonly PodId[],
  { constraints }: RemovePodsViolatingTopologySpreadConstraint,
  evictor: Evictor,
): Iterable<Constraint> {
  const found = new Map<string, Constraint>()
  for (const podClass of new Set(pods.map((pod) => evictor.view.pods.podClass[pod]))) {
    const info = evictor.infoOf(podClass)
    for (const one of info.pod.topologySpreadConstraints ?? []) {
      if (!constraints.includes(one.whenUnsatisfiable)) continue
      const made = constraintOf(one, info)
      const { nodeSelector, affinity, tolerations } = info.pod
      const rules = [made.honorsAffinity ? [nodeSelector, affinity?.nodeAffinity] : null, made.honorsTaints ? tolerations : null]
      const key = JSON.stringify([made.key, made.maxSkew, made.selector.id, rules])
      if (!found.has(key)) found.set(key, made)
    }
  }
  return found.values()
}

const constraintOf = (one: SpreadConstraint, pod: PodInfo): Constraint => ({
  key: one.topologyKey,
  maxSkew: one.maxSkew,
  selector: compiled(one.labelSelector, labelKeys(pod.labels, one.matchLabelKeys, 'In')),
  honorsAffinity: one.nodeAffinityPolicy !== 'Ignore',
  honorsTaints: one.nodeTaintsPolicy === 'Honor',
  pod,
})

class Spread {
  private readonly labels: ReadonlyMap<NodeId, Readonly<Record<string, string>>>
  private readonly spec: RemovePodsViolatingTopologySpreadConstraint
  private readonly nodes: readonly NodeId[]
  private readonly evictor: Evictor

  constructor(spec: RemovePodsViolatingTopologySpreadConstraint, nodes: readonly NodeId[], evictor: Evictor) {
    this.spec = spec
    this.nodes = nodes
    this.evictor = evictor
    this.labels = new Map(nodes.map((node) => [node, nodeLabelsOf(node, evictor.view)]))
  }

  /** Adds the pods that have to leave for this constraint. */
  balance(constraint: Constraint, pods: readonly PodId[], leaving: Set<PodId>): void {
    const { evictor } = this
    const eligible = this.nodes.filter((node) => this.includes(constraint, node))
    const domains = new Map<string, PodId[]>()
    for (const node of eligible) {
      const name = this.labels.get(node)![constraint.key]
      if (name !== undefined) domains.set(name, [])
    }
    let count = 0
    for (const pod of pods) {
      const { podClass, node } = evictor.view.pods
      const name = this.labels.get(node[pod])?.[constraint.key]
      if (name === undefined || !constraint.selector.matches(evictor.infoOf(podClass[pod]).labels)) continue
      const known = domains.get(name)
      if (known === undefined) domains.set(name, [pod])
      else known.push(pod)
      count++
    }
    const sizes = [...domains.values()].map((one) => one.length)
    if (Math.max(...sizes) - Math.min(...sizes) <= constraint.maxSkew) return
    this.move(constraint, this.sorted(domains), count / domains.size, { eligible, leaving })
  }

  private includes({ honorsAffinity, honorsTaints, pod }: Constraint, node: NodeId): boolean {
    const { view } = this.evictor
    const { taints } = view.templateOf(node)
    if (honorsAffinity && !requiredNodesMatch(pod.pod, { name: nodeNameOf(node, view), labels: this.labels.get(node)! })) return false
    return !honorsTaints || untolerated(taints, pod.tolerations, ['NoSchedule', 'NoExecute']) === undefined
  }

  /** Small domains first; in a domain pods that select nodes first, then by priority. */
  private sorted(domains: ReadonlyMap<string, PodId[]>): Domain[] {
    const { view } = this.evictor
    const rank = (pod: PodId): number => {
      const { nodeSelector, affinity } = this.evictor.infoOf(view.pods.podClass[pod]).pod
      const selects = Object.keys(nodeSelector ?? {}).length > 0 || (affinity?.nodeAffinity ?? null) !== null
      return selects ? 0 : 1
    }
    const priority = (pod: PodId): number => view.classes.priority[view.pods.podClass[pod]]
    return [...domains]
      .map(([name, pods]) => ({ name, pods: [...pods].sort((a, b) => rank(a) - rank(b) || priority(a) - priority(b)) }))
      .sort((a, b) => a.pods.length - b.pods.length)
  }

  /** From the largest domain to the smallest, towards the mean, by at most half of what they differ beyond maxSkew. */
  private move(
    { key, maxSkew }: Constraint,
    domains: readonly Domain[],
    mean: number,
    { eligible, leaving }: { readonly eligible: readonly NodeId[]; readonly leaving: Set<PodId> },
  ): void {
    const small = new Set(domains.filter(({ pods }) => pods.length < mean).map(({ name }) => name))
    const targets = eligible.filter((node) => small.has(this.labels.get(node)![key]))
    let to = 0
    let from = domains.length - 1
    while (to < from) {
      const taker = domains[to]
      if (domains[from].pods.length <= mean) from--
      const skew = domains[from].pods.length - taker.pods.length
      const moves = Math.min(
        Math.ceil(domains[from].pods.length - mean),
        Math.ceil(mean - taker.pods.length),
        Math.ceil((skew - maxSkew) / 2),
      )
      if (skew <= maxSkew || moves <= 0) {
        to++
        continue
      }
      this.give(domains[from], taker, moves, { targets, leaving })
    }
  }

  /** Pods that fit on a node of a small domain are the first to go; those that fit nowhere count as moved, and stay. */
  private give(
    giver: Domain,
    taker: Domain,
    count: number,
    { targets, leaving }: { readonly targets: readonly NodeId[]; readonly leaving: Set<PodId> },
  ): void {
    const { evictor, spec } = this
    const fits = new Map(giver.pods.map((pod) => [pod, evictor.fitsElsewhere(pod, targets)]))
    giver.pods.sort((a, b) => Number(fits.get(a)) - Number(fits.get(b)))
    const moved = giver.pods.splice(giver.pods.length - count)
    for (const pod of moved) if (!spec.topologyBalanceNodeFit || fits.get(pod)!) leaving.add(pod)
    taker.pods.push(...moved)
  }
}

/** All topology groups of a round: which rules concern a pod, and the counts of pods placed so far. */
import type { Taint } from '../../../cluster/spec.ts'
import type { Requirement } from './requirement.ts'
import { HOSTNAME, Requirements } from './requirements.ts'
import { tolerates, type NodePool, type PendingPod, type TopologyRule } from './specs.ts'
import { TopologyGroup, type ChooseDomain, type Domains } from './topology-group.ts'

/** The groups and their counts. */
export class Topology {
  private readonly domains: ReadonlyMap<string, Domains>
  private readonly choose: ChooseDomain
  private readonly groups = new Map<string, TopologyGroup>()
  /** Groups of required anti-affinity as others see it: pods that they select stay away from the domains of their owners. */
  private readonly inverse = new Map<string, TopologyGroup>()

  constructor(pools: readonly NodePool[], choose: ChooseDomain) {
    this.domains = domainsOf(pools)
    this.choose = choose
  }

  /** Makes the pod an owner of the groups of its rules, and of no others. Called again after a preference was given up. */
  update(pod: PendingPod): void {
    for (const group of this.groups.values()) group.disown(pod.id)
    for (const rule of pod.rules) {
      if (rule.type === 'anti-affinity' && rule.weight === null) this.group(this.inverse, rule, pod).own(pod.id)
      this.group(this.groups, rule, pod).own(pod.id)
    }
  }

  /** A planned node got its first pod: its host name is a domain. */
  registerHost(name: string): void {
    for (const groups of [this.groups, this.inverse])
      for (const group of groups.values()) if (group.rule.key === HOSTNAME) group.register([name])
  }

  /** Counts a pod that was placed on a node with these requirements. */
  record(pod: PendingPod, node: Requirements): void {
    for (const group of this.groups.values()) {
      if (!group.countsOn(pod, node)) continue
      const domains = node.get(group.rule.key)
      // A pod with anti-affinity blocks each domain in which it may be; a pod of another rule counts once its domain is known.
      if (group.rule.type === 'anti-affinity') group.record(domains.values)
      else if (domains.only !== null) group.record([domains.only])
    }
    for (const group of this.inverse.values()) if (group.ownedBy(pod.id)) group.record(node.get(group.rule.key).values)
  }

  /** The node's requirements narrowed by all rules that concern the pod; the rule's key when one has no domain left. */
  narrow(pod: PendingPod, together: readonly PendingPod[], podRequirements: Requirements, node: Requirements): Requirements | string {
    const narrowed = new Requirements(node)
    for (const [groups, concerns] of [
      [this.groups, (group: TopologyGroup) => group.ownedBy(pod.id)],
      [this.inverse, (group: TopologyGroup) => group.countsOn(pod, node)],
    ] as const)
      for (const group of groups.values()) {
        if (!concerns(group)) continue
        const { key } = group.rule
        const podDomains = podRequirements.get(key)
        const domains = group.allowed({ pod, together, podDomains, nodeDomains: node.get(key), choose: this.choose })
        if (domains.isEmpty) return key
        narrowed.add(domains)
      }
    return narrowed
  }

  private group(groups: Map<string, TopologyGroup>, rule: TopologyRule, pod: PendingPod): TopologyGroup {
    const filter = rule.type === 'spread' ? nodeFilter(pod) : []
    const identity = identityOf(rule, filter, pod)
    let group = groups.get(identity)
    if (group === undefined) {
      const sets = [...(this.domains.get(rule.key) ?? [])]
      // The domains of a spread ignore taints; those of an affinity are in pools whose taints its first pod tolerates.
      const own = sets.filter(([, taints]) => rule.type === 'spread' || taints.some((set) => tolerates(pod.tolerations, set)))
      groups.set(
        identity,
        (group = new TopologyGroup(
          rule,
          filter,
          own.map(([domain]) => domain),
        )),
      )
    }
    return group
  }
}

/** A spread counts nodes that satisfy the node selector and one term of the required node affinity of its pods. */
function nodeFilter({ nodeSelector, required }: PendingPod): Requirements[] {
  const selector = Requirements.labels(nodeSelector)
  if (required.length === 0) return [selector]
  return required.map((expressions) => new Requirements(selector).addAll(Requirements.of(expressions)))
}

/**
 * Rules with the same identity share a group. Karpenter's hash of a node filter covers the keys of its requirements but not their values, so
 * pods that select different values of one label share the group, and the filter, of the first of them.
 */
function identityOf(rule: TopologyRule, filter: readonly Requirements[], { tolerations }: PendingPod): string {
  const { type, key, selector, maxSkew } = rule
  const keys = filter.map((requirements) => [...requirements.keys()].sort().join()).sort()
  const accepted =
    rule.type === 'spread' ? tolerations.map((one) => JSON.stringify([one.key, one.operator, one.value, one.effect])).sort() : []
  return JSON.stringify([
    type,
    key,
    maxSkew,
    Object.keys(selector)
      .sort()
      .map((label) => [label, selector[label]]),
    keys,
    accepted,
  ])
}

/** The values of each label over the instance types of all pools, and the taints of the pools in which they occur. */
function domainsOf(pools: readonly NodePool[]): ReadonlyMap<string, Domains> {
  const domains = new Map<string, Map<string, (readonly Taint[])[]>>()
  const insert = (requirement: Requirement, { taints }: NodePool): void => {
    let ofKey = domains.get(requirement.key)
    if (ofKey === undefined) domains.set(requirement.key, (ofKey = new Map<string, (readonly Taint[])[]>()))
    for (const value of requirement.values) {
      const sets = ofKey.get(value)
      if (sets === undefined || taints.length === 0) ofKey.set(value, [taints])
      else if (sets[0].length > 0) sets.push(taints)
    }
  }
  for (const pool of pools) {
    const common = Requirements.of(pool.requirements).addAll(Requirements.labels(pool.labels))
    for (const type of pool.instanceTypes) {
      const requirements = new Requirements(common).addAll(type.requirements)
      for (const key of requirements.keys()) insert(requirements.get(key), pool)
    }
    for (const key of common.keys()) if (!common.get(key).complement) insert(common.get(key), pool)
  }
  return domains
}

/** The pods that one topology rule counts, by domain, and the domains in which a further pod may be placed. */
import type { Taint } from '../../../cluster/spec.ts'
import { Requirement } from './requirement.ts'
import { HOSTNAME, type Requirements } from './requirements.ts'
import { selects, type PendingPod, type TopologyRule } from './specs.ts'

/** Decides between equal domains. The real program takes the first in map order, which is random. */
export type ChooseDomain = (candidates: readonly string[], pod: PendingPod, together: readonly PendingPod[]) => string

/** What is asked of a group: where may the pod be placed on a node. */
export interface DomainQuestion {
  readonly pod: PendingPod
  /** Pods that are on the node already. */
  readonly together: readonly PendingPod[]
  /** Domains that the pod allows. */
  readonly podDomains: Requirement
  /** Domains that the node may be in. */
  readonly nodeDomains: Requirement
  readonly choose: ChooseDomain
}

/** Domains of a label over all node pools, each with the sets of taints of the pools that offer it. */
export type Domains = ReadonlyMap<string, readonly (readonly Taint[])[]>

/** One rule with its counts; pods with equal rules share a group. */
export class TopologyGroup {
  readonly rule: TopologyRule
  /** Alternatives of which a node must satisfy one to be counted; none: every node is counted. */
  private readonly nodeFilter: readonly Requirements[]
  private readonly owners = new Set<number>()
  private readonly counts = new Map<string, number>()
  /** Domains without a pod. */
  private readonly empty = new Set<string>()

  constructor(rule: TopologyRule, nodeFilter: readonly Requirements[], domains: Iterable<string>) {
    this.rule = rule
    this.nodeFilter = nodeFilter
    this.register(domains)
  }

  /** Makes domains known; those without a count are empty. */
  register(domains: Iterable<string>): void {
    for (const domain of domains)
      if (!this.counts.has(domain)) {
        this.counts.set(domain, 0)
        this.empty.add(domain)
      }
  }

  record(domains: Iterable<string>): void {
    for (const domain of domains) {
      this.counts.set(domain, (this.counts.get(domain) ?? 0) + 1)
      this.empty.delete(domain)
    }
  }

  own(pod: number): void {
    this.owners.add(pod)
  }

  disown(pod: number): void {
    this.owners.delete(pod)
  }

  ownedBy(pod: number): boolean {
    return this.owners.has(pod)
  }

  selects({ labels }: PendingPod): boolean {
    return selects(this.rule.selector, labels)
  }

  /** Whether the pod counts on a node with these requirements. */
  countsOn(pod: PendingPod, node: Requirements): boolean {
    return this.selects(pod) && (this.nodeFilter.length === 0 || this.nodeFilter.some((filter) => node.conflict(filter, false) === null))
  }

  /** The domains to which the node is narrowed when the pod is placed on it; empty when there is none. */
  allowed(question: DomainQuestion): Requirement {
    const { key, type } = this.rule
    const { values } = question.nodeDomains
    const host = key === HOSTNAME && values.size === 1 ? [...values][0] : null
    if (type === 'spread') return this.spread(question, host)
    const domains = type === 'affinity' ? this.affinity(question, host) : this.antiAffinity(question, host)
    return Requirement.in(key, ...domains)
  }

  /** The domain with the fewest pods of those that stay within the skew. For host names the minimum is 0, since a new node can be added. */
  private spread({ pod, together, podDomains, nodeDomains, choose }: DomainQuestion, host: string | null): Requirement {
    const { key, maxSkew } = this.rule
    const self = this.selects(pod) ? 1 : 0
    if (host !== null) return Requirement.in(key, ...((this.counts.get(host) ?? 0) + self <= maxSkew ? [host] : []))
    const least = this.leastCount(podDomains)
    let best = Infinity
    let candidates: string[] = []
    for (const [domain, count] of this.counts) {
      if (!nodeDomains.has(domain) || count + self - least > maxSkew || count > best) continue
      if (count < best) candidates = []
      best = count
      candidates.push(domain)
    }
    if (candidates.length === 0) return Requirement.in(key)
    return Requirement.in(key, candidates.length === 1 ? candidates[0] : choose(candidates, pod, together))
  }

  private leastCount(podDomains: Requirement): number {
    const { key, minDomains } = this.rule
    if (key === HOSTNAME) return 0
    let least = Infinity
    let supported = 0
    for (const [domain, count] of this.counts)
      if (podDomains.has(domain)) {
        supported++
        least = Math.min(least, count)
      }
    return minDomains !== undefined && supported < minDomains ? 0 : least
  }

  /** Domains that have a pod of the group; when there is none yet and the pod is one of them, a first domain is chosen. */
  private affinity({ pod, together, podDomains, nodeDomains, choose }: DomainQuestion, host: string | null): string[] {
    const first = (): boolean => this.selects(pod) && (this.counts.size === this.empty.size || !this.anyIn(podDomains))
    if (host !== null) return podDomains.has(host) && ((this.counts.get(host) ?? 0) > 0 || first()) ? [host] : []
    const domains = [...this.counts.keys()]
    const taken = domains.filter((domain) => this.counts.get(domain)! > 0 && podDomains.has(domain) && nodeDomains.has(domain))
    if (taken.length > 0 || !first()) return taken
    const common = podDomains.and(nodeDomains)
    // One of those that the node allows, and one of those that the pod allows: the node is narrowed to both.
    return [domains.filter((domain) => common.has(domain)), domains.filter((domain) => podDomains.has(domain))].flatMap((candidates) =>
      candidates.length > 1 ? [choose(candidates, pod, together)] : candidates,
    )
  }

  private anyIn(podDomains: Requirement): boolean {
    for (const [domain, count] of this.counts) if (count > 0 && podDomains.has(domain)) return true
    return false
  }

  /** Domains without a pod of the group. */
  private antiAffinity({ podDomains, nodeDomains }: DomainQuestion, host: string | null): string[] {
    if (host !== null) return (this.counts.get(host) ?? 0) === 0 ? [host] : []
    return [...this.empty].filter((domain) => nodeDomains.has(domain) && podDomains.has(domain))
  }
}

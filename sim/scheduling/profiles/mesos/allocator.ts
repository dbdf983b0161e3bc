/**
 * Mesos's two-level scheduling: the master offers the free resources of agents, frameworks take or decline them (Apache Mesos 1.11,
 * HierarchicalAllocatorProcess). Agents are taken in an order that the caller hands in; the real one shuffles them.
 */
import type { Time } from '../../../common/ids.ts'
import { add, atMost, beyond, isNothing, sum, type Amounts } from './amounts.ts'
import { DrfSorter } from './sorter.ts'

/** An agent, by its row. */
export type Agent = number

/** Resources of one agent that are offered to one framework. */
export interface Offer {
  readonly framework: string
  readonly agent: Agent
  readonly amounts: Amounts
}

/** Quota of a top-level role with its children. Resources without an entry are not guaranteed, and not limited. */
export interface Quota {
  readonly guarantees: Amounts
  readonly limits: Amounts
}

/** How long a framework is not offered again what it declined, unless it says otherwise [µs]. */
export const DECLINE_FILTER: Time = 5_000_000

/** The smallest offer has one of these: 0.01 CPU [millicores] or 32 MB of memory [bytes]. */
const SMALLEST: Amounts = { cpu: 10, memory: 33_554_432 }

const allocatable = (amounts: Amounts): boolean => Object.keys(SMALLEST).some((resource) => (amounts[resource] ?? 0) >= SMALLEST[resource])

interface Framework {
  readonly role: string
  /** Per agent what was declined, and until when. */
  readonly filters: Map<Agent, { readonly amounts: Amounts; readonly until: Time }>
}

/** Guarantees that are not fulfilled yet, and what is free for them, during one allocation. */
interface Headroom {
  readonly required: Record<string, number>
  readonly available: Record<string, number>
}

const topOf = (role: string): string => role.split('/')[0]

/** The allocator with its agents and frameworks. */
export class MesosAllocator {
  private readonly roles: DrfSorter
  private readonly excluded: readonly string[]
  /** Frameworks of each role. */
  private readonly members = new Map<string, DrfSorter>()
  private readonly frameworks = new Map<string, Framework>()
  private readonly free = new Map<Agent, Record<string, number>>()
  private readonly totals = new Map<Agent, Amounts>()
  private readonly total: Record<string, number> = {}
  /** By top-level role. */
  private readonly quotas = new Map<string, Quota>()

  /** Resources that are `excluded` do not count for shares. */
  constructor(excluded: readonly string[] = []) {
    this.excluded = excluded
    this.roles = new DrfSorter(excluded)
  }

  addAgent(agent: Agent, amounts: Amounts): void {
    this.free.set(agent, { ...amounts })
    this.totals.set(agent, amounts)
    this.changeTotal(amounts, 1)
  }

  /** The agent leaves; what is allocated on it is released by who holds it. */
  removeAgent(agent: Agent): void {
    const amounts = this.totals.get(agent)
    if (amounts === undefined) return
    this.free.delete(agent)
    this.totals.delete(agent)
    this.changeTotal(amounts, -1)
    for (const { filters } of this.frameworks.values()) filters.delete(agent)
  }

  hasAgent(agent: Agent): boolean {
    return this.free.has(agent)
  }

  /** What the agent has free now, beside what is offered. */
  setFree(agent: Agent, amounts: Amounts): void {
    if (this.free.has(agent)) this.free.set(agent, { ...amounts })
  }

  addFramework(framework: string, role: string): void {
    let sorter = this.members.get(role)
    if (sorter === undefined) {
      this.members.set(role, (sorter = new DrfSorter(this.excluded)))
      sorter.addTotal(this.total)
    }
    this.frameworks.set(framework, { role, filters: new Map() })
    sorter.activate(framework)
    this.roles.activate(role)
  }

  setWeight(role: string, weight: number): void {
    this.roles.setWeight(role, weight)
  }

  setQuota(role: string, quota: Quota): void {
    if (topOf(role) !== role) throw new Error(`quota of the role ${role}; accepted: of a role without a parent`)
    this.quotas.set(role, quota)
  }

  /** The framework wants no offers until it revives. */
  suppress(framework: string): void {
    this.members.get(this.known(framework).role)!.deactivate(framework)
  }

  /** Ends all filters of the framework, and its suppression. */
  revive(framework: string): void {
    const { role, filters } = this.known(framework)
    filters.clear()
    this.members.get(role)!.activate(framework)
  }

  /**
   * One allocation over all agents. First, agents are offered to roles whose guarantees are not fulfilled, the rest then in fair order: the whole free rest
   * of an agent to the first framework that did not decline as much, cut to the limits of its role, and so that enough stays for guarantees; what is cut
   * off goes to the next ones. An offer counts as allocated at once, so the next agent sees changed shares.
   */
  allocate(now: Time, order: (agents: readonly Agent[]) => readonly Agent[]): Offer[] {
    const offers: Offer[] = []
    const agents = order([...this.free.keys()].filter((agent) => allocatable(this.free.get(agent)!)))
    const headroom = this.headroom()
    if (this.quotas.size > 0) for (const agent of agents) this.offerGuarantees(agent, headroom, now, offers)
    let candidates = this.candidates()
    if (candidates.length === 0) return offers
    for (const agent of agents) {
      const offered = this.offerFairly(agent, candidates, headroom, now, offers)
      if (offered) candidates = this.candidates()
    }
    return offers
  }

  /** The framework uses a part of the offer; the rest is free again, and filtered as if it had been declined. */
  accept(offer: Offer, used: Amounts, now: Time = 0, filter: Time = 0): void {
    for (const resource in used)
      if (used[resource] > (offer.amounts[resource] ?? 0))
        throw new Error(
          `${offer.framework} uses ${used[resource]} of ${resource} on ${offer.agent}; offered: ${offer.amounts[resource] ?? 0}`,
        )
    const rest: Record<string, number> = { ...offer.amounts }
    add(rest, used, -1)
    this.declineRest(offer, rest, now, filter)
  }

  /** The framework takes nothing and is not offered a part of the same on this agent for a while. */
  decline(offer: Offer, now: Time, filter: Time = DECLINE_FILTER): void {
    this.declineRest(offer, offer.amounts, now, filter)
  }

  /** Resources of a framework are free again: its tasks ended, or it did not use an offer. */
  release(framework: string, agent: Agent, amounts: Amounts): void {
    const free = this.free.get(agent)
    if (free !== undefined) add(free, amounts, 1)
    this.adjust(framework, amounts, -1)
  }

  /** Changes what a framework holds, beside offers. */
  adjust(framework: string, amounts: Amounts, sign: 1 | -1): void {
    const { role } = this.known(framework)
    this.roles.adjust(role, amounts, sign)
    this.members.get(role)!.adjust(framework, amounts, sign)
  }

  /** Weighted dominant share of a role with its children. */
  share(role: string): number {
    return this.roles.share(role)
  }

  private declineRest({ framework, agent }: Offer, rest: Amounts, now: Time, filter: Time): void {
    this.release(framework, agent, rest)
    if (filter > 0 && !isNothing(rest)) this.known(framework).filters.set(agent, { amounts: rest, until: now + filter })
  }

  private changeTotal(amounts: Amounts, sign: 1 | -1): void {
    add(this.total, amounts, sign)
    this.roles.addTotal(amounts, sign)
    for (const sorter of this.members.values()) sorter.addTotal(amounts, sign)
  }

  private headroom(): Headroom {
    const required: Record<string, number> = {}
    const available: Record<string, number> = {}
    for (const [role, { guarantees }] of this.quotas) add(required, beyond(guarantees, this.roles.allocation(role)), 1)
    if (this.quotas.size > 0) for (const free of this.free.values()) add(available, free, 1)
    return { required, available }
  }

  private offerGuarantees(agent: Agent, headroom: Headroom, now: Time, offers: Offer[]): void {
    for (const role of this.roles.order()) {
      const quota = this.quotas.get(topOf(role))
      if (quota === undefined || isNothing(quota.guarantees)) continue
      for (const framework of this.members.get(role)?.order() ?? []) {
        const held = this.roles.allocation(topOf(role))
        const unsatisfied = beyond(quota.guarantees, held)
        const free = this.free.get(agent)!
        if (!allocatable(free)) return
        const guaranteed = atMost(free, unsatisfied, 'none')
        if (isNothing(guaranteed)) break
        const limited = atMost(beyond(free, guaranteed), beyondLimits(quota.limits, sum(held, guaranteed)), 'all')
        const more = atMost(limited, surplus(headroom), 'none')
        const amounts = sum(guaranteed, more)
        if (!allocatable(amounts) || this.filtered(framework, agent, amounts, now)) continue
        this.offer({ framework, agent, amounts }, offers)
        add(headroom.required, guaranteed, -1)
        add(headroom.available, amounts, -1)
      }
    }
  }

  private offerFairly(agent: Agent, candidates: readonly string[], headroom: Headroom, now: Time, offers: Offer[]): boolean {
    let offered = false
    for (const framework of candidates) {
      const free = this.free.get(agent)!
      if (!allocatable(free)) break
      const quota = this.quotas.get(topOf(this.known(framework).role))
      let amounts: Amounts = { ...free }
      if (quota !== undefined)
        amounts = atMost(amounts, beyondLimits(quota.limits, this.roles.allocation(topOf(this.known(framework).role))), 'all')
      if (!isNothing(headroom.required)) amounts = atMost(amounts, surplus(headroom), 'none')
      if (!allocatable(amounts) || this.filtered(framework, agent, amounts, now)) continue
      this.offer({ framework, agent, amounts }, offers)
      add(headroom.available, amounts, -1)
      offered = true
    }
    return offered
  }

  private offer(offer: Offer, offers: Offer[]): void {
    const { framework, agent, amounts } = offer
    const { role } = this.known(framework)
    add(this.free.get(agent)!, amounts, -1)
    this.roles.allocated(role, amounts)
    this.members.get(role)!.allocated(framework, amounts)
    offers.push(offer)
  }

  /** Active frameworks in fair order. */
  private candidates(): string[] {
    return this.roles.order().flatMap((role) => this.members.get(role)?.order() ?? [])
  }

  private filtered(framework: string, agent: Agent, offered: Amounts, now: Time): boolean {
    const filter = this.known(framework).filters.get(agent)
    if (filter === undefined || now >= filter.until) return false
    return Object.keys(offered).every((resource) => offered[resource] <= (filter.amounts[resource] ?? 0))
  }

  private known(framework: string): Framework {
    const known = this.frameworks.get(framework)
    if (known === undefined)
      throw new Error(`framework ${JSON.stringify(framework)} is not known; accepted: ${[...this.frameworks.keys()].join(', ')}`)
    return known
  }
}

/** What limits leave; resources without a limit are not named. */
function beyondLimits(limits: Amounts, held: Amounts): Amounts {
  const left: Record<string, number> = {}
  for (const resource in limits) left[resource] = Math.max(0, limits[resource] - (held[resource] ?? 0))
  return left
}

/** What is free beyond the guarantees that are not fulfilled. */
const surplus = ({ available, required }: Headroom): Amounts => beyond(available, required)

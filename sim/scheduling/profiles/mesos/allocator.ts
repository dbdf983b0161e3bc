/**
 * Mesos's two-level scheduling: the master offers the free resources of agents, frameworks take or decline them (Apache Mesos 1.11,
 * HierarchicalAllocator). Agents are taken in an order that the caller hands in; the real one shuffles them.
 */
import type { Time } from '../../../common/ids.ts'
import { add, DrfSorter, type Amounts } from './sorter.ts'

/** Resources of one agent that are offered to one framework. */
export interface Offer {
  readonly framework: string
  readonly agent: string
  readonly amounts: Amounts
}

/** How long a framework is not offered again what it declined, unless it says otherwise [µs]. */
export const DECLINE_FILTER: Time = 5_000_000

/** The smallest offer has one of these: 0.01 CPU [millicores] or 32 MB of memory [bytes]. */
const SMALLEST: Amounts = { cpu: 10, memory: 33_554_432 }

interface Framework {
  readonly role: string
  /** Per agent what was declined, and until when. */
  readonly filters: Map<string, { readonly amounts: Amounts; readonly until: Time }>
}

/** The allocator with its agents and frameworks. */
export class MesosAllocator {
  private readonly roles = new DrfSorter()
  /** Frameworks of each role. */
  private readonly members = new Map<string, DrfSorter>()
  private readonly frameworks = new Map<string, Framework>()
  private readonly free = new Map<string, Record<string, number>>()
  private readonly total: Record<string, number> = {}

  addAgent(agent: string, amounts: Amounts): void {
    this.free.set(agent, { ...amounts })
    add(this.total, amounts, 1)
    this.roles.addTotal(amounts)
    for (const sorter of this.members.values()) sorter.addTotal(amounts)
  }

  addFramework(framework: string, role: string): void {
    let sorter = this.members.get(role)
    if (sorter === undefined) {
      this.members.set(role, (sorter = new DrfSorter()))
      sorter.addTotal(this.total)
    }
    sorter.activate(framework)
    this.roles.activate(role)
    this.frameworks.set(framework, { role, filters: new Map() })
  }

  setWeight(role: string, weight: number): void {
    this.roles.setWeight(role, weight)
  }

  /**
   * Offers the whole free rest of each agent to one framework: the first in fair order that did not decline as much. An offer counts as
   * allocated at once, so the next agent sees changed shares.
   */
  allocate(now: Time, order: (agents: readonly string[]) => readonly string[]): Offer[] {
    const offers: Offer[] = []
    for (const agent of order([...this.free.keys()])) {
      const free = this.free.get(agent)!
      if (!Object.keys(SMALLEST).some((resource) => (free[resource] ?? 0) >= SMALLEST[resource])) continue
      const framework = this.candidates().find((name) => !this.filtered(name, agent, free, now))
      if (framework === undefined) continue
      const offer = { framework, agent, amounts: { ...free } }
      this.take(offer)
      offers.push(offer)
    }
    return offers
  }

  /** The framework uses a part of the offer; the rest is free again. */
  accept(offer: Offer, used: Amounts): void {
    for (const resource in used)
      if (used[resource] > (offer.amounts[resource] ?? 0))
        throw new Error(
          `${offer.framework} uses ${used[resource]} of ${resource} on ${offer.agent}; offered: ${offer.amounts[resource] ?? 0}`,
        )
    const rest: Record<string, number> = { ...offer.amounts }
    add(rest, used, -1)
    this.release(offer.framework, offer.agent, rest)
  }

  /** The framework takes nothing and is not offered a part of the same on this agent for a while. */
  decline(offer: Offer, now: Time, filter: Time = DECLINE_FILTER): void {
    this.release(offer.framework, offer.agent, offer.amounts)
    if (filter > 0) this.known(offer.framework).filters.set(offer.agent, { amounts: offer.amounts, until: now + filter })
  }

  /** Ends all filters of the framework. */
  revive(framework: string): void {
    this.known(framework).filters.clear()
  }

  /** Resources of a framework are free again: its tasks ended, or it did not use an offer. */
  release(framework: string, agent: string, amounts: Amounts): void {
    const { role } = this.known(framework)
    add(this.free.get(agent)!, amounts, 1)
    this.roles.released(role, amounts)
    this.members.get(role)!.released(framework, amounts)
  }

  /** Weighted dominant share of a role with its children. */
  share(role: string): number {
    return this.roles.share(role)
  }

  private candidates(): string[] {
    return this.roles.order().flatMap((role) => this.members.get(role)?.order() ?? [])
  }

  private filtered(framework: string, agent: string, free: Amounts, now: Time): boolean {
    const filter = this.known(framework).filters.get(agent)
    if (filter === undefined || now >= filter.until) return false
    return Object.keys(free).every((resource) => free[resource] <= (filter.amounts[resource] ?? 0))
  }

  private take({ framework, agent, amounts }: Offer): void {
    const { role } = this.known(framework)
    add(this.free.get(agent)!, amounts, -1)
    this.roles.allocated(role, amounts)
    this.members.get(role)!.allocated(framework, amounts)
  }

  private known(framework: string): Framework {
    const known = this.frameworks.get(framework)
    if (known === undefined)
      throw new Error(`framework ${JSON.stringify(framework)} is not known; accepted: ${[...this.frameworks.keys()].join(', ')}`)
    return known
  }
}

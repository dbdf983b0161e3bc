/**
 * Addresses of pods from DNS (headless services): each client keeps an answer for its TTL or longer and picks from it, so that pods which have left are
 * still called, and new ones are not, until the answer is asked for again. The servers keep answers, too, and hand out what is left of their TTL.
 */
import { NONE, type PodId, type RequestId, type ServerId, type SlotId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { KeyedRandom } from '../../random/stream.ts'
import { NO_BACKEND, type Balancer } from '../../slb/policy.ts'
import { BalancerInstance } from '../balancer-instance.ts'
import { EndpointHistory, type EndpointView } from './endpoint-history.ts'
import type { DnsSpec } from '../../serving/access-spec.ts'
import { noCounts, type ViewedRoute, type ViewsRun } from './viewed-route.ts'

/** A row per resolver or server. */
class Answers extends ColumnTable {
  /** When the answer is forgotten. */
  expires = this.column(Float64Array, -Infinity)
  /** Queries so far, and the place of the answer that is used next. */
  queries = this.column(Int32Array)
  next = this.column(Int32Array)
}

const MEMORYLESS: Balancer = { added: () => undefined, removed: () => undefined, pick: () => NO_BACKEND, ended: () => undefined }

export class DnsRoute implements ViewedRoute {
  readonly instances: BalancerInstance[]
  readonly viewers: number
  took: Time = 0
  counts = noCounts()
  private readonly history: EndpointHistory
  private readonly resolvers = new Answers()
  private readonly servers = new Answers()
  private readonly known: (EndpointView | undefined)[] = []
  private readonly kept: (EndpointView | undefined)[] = []
  private readonly run: Pick<ViewsRun, 'simulator' | 'requests' | 'servers'>
  private readonly spec: DnsSpec
  private readonly orders: KeyedRandom
  private readonly asked: KeyedRandom

  constructor(run: ViewsRun, name: string, spec: DnsSpec) {
    this.run = run
    this.spec = spec
    this.viewers = spec.resolvers
    this.history = new EndpointHistory(run.servers)
    this.resolvers.reserve(spec.resolvers)
    this.servers.reserve(spec.servers)
    this.orders = run.streams.keyed(`dns answers/${name}`)
    this.asked = run.streams.keyed(`dns servers/${name}`)
    const instance = new BalancerInstance(MEMORYLESS, this.history.slots, 'dns')
    this.instances = Array.from({ length: spec.resolvers }, () => instance)
  }

  added(pod: PodId, server: ServerId, now: Time, atOnce: boolean): void {
    this.history.added(pod, server, NONE, 0, atOnce ? -Infinity : now)
  }

  removed(pod: PodId, now: Time): void {
    this.history.removed(pod, 0, now)
  }

  wayOf(): Time {
    return 0
  }

  choose(request: RequestId): SlotId {
    const { requests, simulator } = this.run
    const resolver = requests.instance[request]
    this.took = 0
    const expired = simulator.now >= this.resolvers.expires[resolver]
    const view = expired ? this.query(resolver, simulator.now) : this.known[resolver]!
    if (view.slots.length === 0) return NO_BACKEND
    const place = this.placeIn(view, resolver, request)
    const { slots } = this.history
    const slot = view.slots[place]
    const epoch = view.epochs[place]
    const current = slots.slotEpoch[slot] === epoch
    requests.slot[request] = slot
    requests.slotEpoch[request] = epoch
    requests.server[request] = current ? slots.server[slot] : NONE
    requests.serverEpoch[request] = current ? slots.serverEpoch[slot] : 0
    this.counts.picks++
    if (!this.history.isReady(slot, epoch)) this.counts.stale++
    return slot
  }

  /** An answer without addresses is not kept. */
  private query(resolver: number, now: Time): EndpointView {
    const { resolvers, spec } = this
    const query = resolvers.queries[resolver]++
    this.counts.queries++
    this.took = spec.lookup
    const server = spec.servers === 1 ? 0 : Math.floor(this.asked.at(resolver, query) * spec.servers)
    const view = this.answer(server, now)
    if (view.slots.length === 0) return view
    const end = spec.cache === 0 ? now + spec.ttl : this.servers.expires[server]
    resolvers.expires[resolver] = spec.hold === 0 ? end : Math.max(end, now + spec.hold)
    // The servers shuffle each answer (plugin loadbalance).
    resolvers.next[resolver] = Math.floor(this.orders.at(resolver, query) * view.slots.length)
    this.known[resolver] = view
    return view
  }

  private answer(server: number, now: Time): EndpointView {
    const { spec, servers } = this
    const kept = this.kept[server]
    if (spec.cache > 0 && kept !== undefined && now < servers.expires[server]) return kept
    const view = this.history.viewAt(this.history.countAt(now - spec.propagation))
    servers.expires[server] = now + Math.min(spec.ttl, spec.cache)
    this.kept[server] = view.slots.length === 0 ? undefined : view
    return view
  }

  /** A retry goes to another address. */
  private placeIn({ slots, epochs }: EndpointView, resolver: number, request: RequestId): number {
    const { resolvers, spec } = this
    const { requests } = this.run
    const count = slots.length
    let place = resolvers.next[resolver]
    if (spec.pick === 'random') place = Math.floor(this.orders.at(requests.ordinal[request], 0x10000 + requests.attempt[request]) * count)
    else if (spec.pick === 'rotate') resolvers.next[resolver] = (place + 1) % count
    if (requests.attempt[request] === 0 || count === 1) return place
    if (slots[place] !== requests.slot[request] || epochs[place] !== requests.slotEpoch[request]) return place
    const next = (place + 1) % count
    if (spec.pick !== 'random') resolvers.next[resolver] = spec.pick === 'rotate' ? (next + 1) % count : next
    return next
  }
}

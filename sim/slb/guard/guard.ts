/**
 * A balancer with what stands around it: it is one balancer to the network, and holds one of the chosen algorithm for each zone (or a single one). Backends that are not in the
 * subset of this instance or are unhealthy are removed from the algorithm and added again later; requests that they still have from before end unseen by it.
 */
import { NONE, type SlotId, type Time } from '../../common/ids.ts'
import { pow } from '../../random/math.ts'
import { NO_BACKEND, Outcome, QUEUE, REJECT } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Health } from './health.ts'
import type { Routing } from './spec.ts'
import { subsetOf } from './subsets.ts'
import { zoneFor } from './zones.ts'

/** Who guards: which instance of the service it is, its zone, and how many zones there are. */
export interface GuardPlace {
  readonly instance: number
  readonly zone: number
  readonly zones: number
}

/** A backend. */
interface Host {
  readonly slot: SlotId
  readonly weight: number
  readonly zone: number
  readonly group: number
  readonly added: Time
  chosen: boolean
  /** In the algorithm now. */
  inside: boolean
  active: number
  /** Of the active ones, those that the algorithm does not count. */
  unseen: number
}

interface Group {
  readonly balancer: Balancer
  readonly counts: { hosts: number; usable: number }
  panics: boolean
}

interface Session {
  slot: SlotId
  used: Time
}

/** Picks that are taken back for a backend that is full or in its slow start. */
const TRIES = 8
/** Tags of the guard's own timers and probes, beside those of the groups. */
const SWEEP = 0
const CHECK = 1

export class Guard implements Balancer {
  readonly reported?: (slot: SlotId, inside: number) => void
  readonly idled?: (slot: SlotId) => void
  readonly busied?: (slot: SlotId) => void
  readonly answered?: (slot: SlotId, inside: number, service: Time) => void
  readonly loadReported?: (slot: SlotId, rate: number, utilization: number, errors: number) => void
  readonly loadReportPeriod?: Time
  readonly readsLatency?: boolean
  /** Picks, and those of another zone. */
  picks = 0
  crossings = 0
  private readonly hosts: (Host | undefined)[] = []
  private slots: SlotId[] = []
  private readonly groups: readonly Group[]
  private readonly health: Health
  private readonly sessions = new Map<number, Session>()
  private active = 0
  private dirty = false
  /** Time of the first backend: those added then are warm. */
  private began: Time = NONE
  private timed = false
  private readonly routing: Routing
  private readonly place: GuardPlace
  private readonly context: BalancingContext

  /** @param make creates a balancer of the chosen algorithm */
  constructor(routing: Routing, place: GuardPlace, context: BalancingContext, make: (context: BalancingContext) => Balancer) {
    this.routing = routing
    this.place = place
    this.context = context
    this.health = new Health(routing.outliers, routing.checks)
    const count = routing.zones === undefined ? 1 : place.zones
    this.groups = Array.from({ length: count }, (_, row) => ({
      balancer: make(this.contextOf(row, count)),
      counts: { hosts: 0, usable: 0 },
      panics: false,
    }))
    const [{ balancer }] = this.groups
    if (balancer.reported !== undefined) this.reported = (slot, inside) => this.seenBy(slot)?.reported?.(slot, inside)
    if (balancer.idled !== undefined) this.idled = (slot) => this.seenBy(slot)?.idled?.(slot)
    if (balancer.busied !== undefined) this.busied = (slot) => this.seenBy(slot)?.busied?.(slot)
    if (balancer.answered !== undefined) this.answered = (slot, inside, service) => this.seenBy(slot)?.answered?.(slot, inside, service)
    if (balancer.loadReported !== undefined) {
      this.loadReportPeriod = balancer.loadReportPeriod!
      this.loadReported = (slot, rate, use, errors) => this.seenBy(slot)?.loadReported?.(slot, rate, use, errors)
    }
    if (balancer.readsLatency === true) this.readsLatency = true
  }

  /** Tags of group g are g + tag (groups + 1); the last remainder is the guard's own. */
  private contextOf(row: number, count: number): BalancingContext {
    const { context } = this
    return {
      random: context.random,
      ...(context.instances === undefined ? {} : { instances: context.instances }),
      now: context.now,
      wakeAt: (time, tag) => context.wakeAt(time, row + tag * (count + 1)),
      probe: (slot, tag) => context.probe(slot, row + tag * (count + 1)),
    }
  }

  /** The end of warm-up. */
  windowBegins(): void {
    this.picks = 0
    this.crossings = 0
    this.health.ejections = 0
  }

  // ---- backends

  added(slot: SlotId, weight: number, zone = 0): void {
    const now = this.context.now()
    if (this.began === NONE) this.began = now
    const group = this.groups.length === 1 ? 0 : Math.max(0, zone)
    this.hosts[slot] = { slot, weight, zone, group, added: now, chosen: false, inside: false, active: 0, unseen: 0 }
    this.slots.push(slot)
    this.health.open(slot)
    this.dirty = true
    this.watch(now)
  }

  removed(slot: SlotId): void {
    const host = this.hosts[slot]!
    this.leave(host)
    this.active -= host.active
    this.health.close(slot)
    this.hosts[slot] = undefined
    this.slots = this.slots.filter((one) => one !== slot)
    this.dirty = true
  }

  /** Brings the algorithm's backends up to date with subset and health. */
  private settle(): void {
    if (!this.dirty) return
    this.dirty = false
    const { subset, panic } = this.routing
    const chosen = new Set(
      subset === undefined
        ? this.slots
        : subsetOf(
            [...this.slots].sort((a, b) => a - b),
            this.place.instance,
            subset,
          ),
    )
    for (const { counts } of this.groups) counts.hosts = counts.usable = 0
    for (const slot of this.slots) {
      const host = this.hosts[slot]!
      host.chosen = chosen.has(slot)
      if (!host.chosen) continue
      const { counts } = this.groups[host.group]
      counts.hosts++
      if (this.health.isUsable(slot)) counts.usable++
    }
    for (const group of this.groups) {
      group.panics = group.counts.usable < panic * group.counts.hosts
      if (group.panics) group.counts.usable = group.counts.hosts
    }
    for (const slot of this.slots) {
      const host = this.hosts[slot]!
      if (host.chosen && (this.groups[host.group].panics || this.health.isUsable(slot))) this.enter(host)
      else this.leave(host)
    }
  }

  private enter(host: Host): void {
    if (host.inside) return
    host.inside = true
    host.unseen = host.active
    this.groups[host.group].balancer.added(host.slot, host.weight)
  }

  private leave(host: Host): void {
    if (!host.inside) return
    host.inside = false
    this.groups[host.group].balancer.removed(host.slot)
  }

  /** The algorithm that has this backend; undefined when none has. */
  private seenBy(slot: SlotId): Balancer | undefined {
    this.settle()
    const host = this.hosts[slot]
    return host?.inside === true ? this.groups[host.group].balancer : undefined
  }

  // ---- requests

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { limits } = this.routing
    this.settle()
    if (limits !== undefined && this.active >= limits.requests) return REJECT
    const slot = this.choose(request, exclude)
    if (slot === QUEUE && request.again !== true && limits !== undefined && request.queued >= limits.pending) return REJECT
    if (slot < 0) return slot
    const host = this.hosts[slot]!
    host.active++
    this.active++
    this.picks++
    if (host.zone !== this.place.zone) this.crossings++
    if (this.routing.affinity !== undefined && request.client !== NONE) this.remember(request.client, slot)
    return slot
  }

  private choose(request: RequestView, exclude: SlotId): SlotId {
    const bound = this.sessionOf(request.client, exclude)
    if (bound !== NONE) {
      this.hosts[bound]!.unseen++
      return bound
    }
    const { zones } = this.routing
    let group = this.groups[0]
    if (zones !== undefined) {
      const zone = zoneFor(
        this.place.zone,
        this.groups.map(({ counts }) => counts),
        zones,
        this.context.random,
      )
      if (zone === NONE) return NO_BACKEND
      group = this.groups[zone]
    }
    return this.pickIn(group.balancer, request, exclude)
  }

  private pickIn(balancer: Balancer, request: RequestView, exclude: SlotId): SlotId {
    let slot = balancer.pick(request, exclude)
    for (let tries = 1; slot >= 0 && !this.accepts(this.hosts[slot]!); tries++) {
      balancer.ended(slot, 0, Outcome.Cancelled)
      if (tries === TRIES) return this.isFull(this.hosts[slot]!) ? QUEUE : balancer.pick(request, exclude)
      const next = balancer.pick(request, slot)
      if (next === slot && this.isFull(this.hosts[slot]!)) {
        balancer.ended(slot, 0, Outcome.Cancelled)
        return QUEUE
      }
      if (next === slot) return slot
      slot = next
    }
    return slot
  }

  private isFull(host: Host): boolean {
    return this.routing.limits !== undefined && host.active >= this.routing.limits.perBackend
  }

  private accepts(host: Host): boolean {
    if (this.isFull(host)) return false
    const { slowStart } = this.routing
    if (slowStart === undefined || host.added === this.began) return true
    const elapsed = this.context.now() - host.added
    if (elapsed >= slowStart.window) return true
    const share = Math.max(slowStart.minimum, pow(elapsed / slowStart.window, 1 / slowStart.aggression))
    return this.context.random.next() < share
  }

  private sessionOf(client: number, exclude: SlotId): SlotId {
    const { affinity } = this.routing
    if (affinity === undefined || client === NONE) return NONE
    const session = this.sessions.get(client)
    if (session === undefined || session.slot === exclude) return NONE
    const host = this.hosts[session.slot]
    const fresh = this.context.now() - session.used <= affinity.timeout
    return fresh && host?.inside === true && host.added <= session.used && !this.isFull(host) ? session.slot : NONE
  }

  private remember(client: number, slot: SlotId): void {
    const session = this.sessions.get(client)
    const used = this.context.now()
    if (session === undefined) this.sessions.set(client, { slot, used })
    else {
      session.slot = slot
      session.used = used
    }
  }

  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    const host = this.hosts[slot]
    if (host === undefined || host.active === 0) return
    host.active--
    this.active--
    if (host.unseen > 0) host.unseen--
    else if (host.inside) this.groups[host.group].balancer.ended(slot, latency, outcome)
    if (outcome === Outcome.Cancelled) return
    if (this.health.ended(slot, outcome !== Outcome.Answered, this.slots.length, this.context.now())) this.dirty = true
  }

  // ---- timers and probes

  woke(tag: number): void {
    const groups = this.groups.length
    const row = tag % (groups + 1)
    const own = (tag - row) / (groups + 1)
    if (row < groups) {
      this.groups[row].balancer.woke?.(own)
      return
    }
    const now = this.context.now()
    if (own === SWEEP) {
      if (this.health.sweep(this.slots, now)) this.dirty = true
      this.again(now, SWEEP, this.routing.outliers!.interval)
      return
    }
    for (const slot of this.slots) {
      if (this.health.asks(slot)) this.dirty = true
      this.context.probe(slot, groups + CHECK * (groups + 1))
    }
    this.again(now, CHECK, this.routing.checks!.interval)
  }

  probed(slot: SlotId, tag: number, inside: number, latency: Time = NONE): void {
    const groups = this.groups.length
    const row = tag % (groups + 1)
    if (row === groups) {
      if (this.health.checked(slot, inside !== NONE)) this.dirty = true
      return
    }
    if (this.hosts[slot]?.inside === true) this.groups[row].balancer.probed?.(slot, (tag - row) / (groups + 1), inside, latency)
  }

  /** Sweeps and checks run from the first backend on. */
  private watch(now: Time): void {
    if (this.timed) return
    this.timed = true
    const { outliers, checks } = this.routing
    if (outliers !== undefined) this.again(now, SWEEP, outliers.interval)
    if (checks !== undefined) this.again(now, CHECK, checks.interval)
  }

  private again(now: Time, tag: number, period: Time): void {
    const groups = this.groups.length
    this.context.wakeAt(now + period, groups + tag * (groups + 1))
  }

  /** Longer way to a backend of another zone, one way. */
  wayTo(slot: SlotId): Time {
    const { zones } = this.routing
    return zones === undefined || this.hosts[slot]!.zone === this.place.zone ? 0 : zones.delay
  }

  /** Backends ejected so far. */
  get ejections(): number {
    return this.health.ejections
  }
}

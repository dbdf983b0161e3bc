/**
 * The servers of an nginx upstream group and its choice among them: smooth weighted round robin with failure accounting, least connections, random.
 * Source: nginx 1.22.1, ngx_http_upstream_round_robin.c, ..._least_conn_module.c, ..._random_module.c; compared with recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { ColumnTable, grown } from '../../../common/table.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { INITIAL_SLOTS } from '../slots.ts'

/** A server line. */
export interface NginxServer {
  /** From 1. */
  readonly weight: number
  /** Failures after which it is left out for `failTimeout`; 0: never. */
  readonly maxFails: number
  /** In whole seconds, nginx's granularity of time. */
  readonly failTimeout: number
  /** Requests at once; 0: no limit. */
  readonly maxConns: number
  readonly down: boolean
}

/** What nginx takes when a server line says nothing. */
export const NGINX_DEFAULTS: NginxServer = { weight: 1, maxFails: 1, failTimeout: 10, maxConns: 0, down: false }

/** Draws in vain after which nginx's hash and random methods fall back to round robin. */
export const MAX_TRIES = 20

/**
 * Weights, effective weights, credits, failures and connections by slot. A request calls `begin`, then one of the choices for each try. All choices scan the
 * list, as nginx does. Times are in whole seconds.
 */
export class NginxPeers extends ColumnTable {
  readonly weight = this.column(Int32Array)
  readonly conns = this.column(Int32Array)
  /** nginx's effective weight: lowered at a failure, raised by one per selection. */
  readonly effective = this.column(Int32Array)
  /** nginx's current weight. */
  readonly credit = this.column(Float64Array)
  readonly fails = this.column(Int32Array)
  private readonly accessed = this.column(Float64Array)
  private readonly checked = this.column(Float64Array)
  private readonly maxFails = this.column(Int32Array)
  private readonly failTimeout = this.column(Int32Array)
  private readonly maxConns = this.column(Int32Array)
  private readonly down = this.column(Uint8Array)
  /** Number of the request that tried the server last. */
  private readonly triedBy = this.column(Float64Array)
  private request = 0
  /** Slots in the order of the configuration. */
  order = new Int32Array(INITIAL_SLOTS)
  count = 0
  /** Sum of the weights, those of servers that are down included. */
  totalWeight = 0
  /** There are backup servers beside these, or these are backup servers. */
  private readonly grouped: boolean

  constructor(grouped = false) {
    super(INITIAL_SLOTS)
    this.grouped = grouped
  }

  /** Failures of the only server of a block are not counted. */
  get single(): boolean {
    return this.count === 1 && !this.grouped
  }

  add(slot: SlotId, server: NginxServer): void {
    this.reserve(slot + 1)
    this.weight[slot] = server.weight
    this.effective[slot] = server.weight
    this.maxFails[slot] = server.maxFails
    this.failTimeout[slot] = server.failTimeout
    this.maxConns[slot] = server.maxConns
    this.down[slot] = server.down ? 1 : 0
    for (const column of [this.conns, this.credit, this.fails, this.accessed, this.checked, this.triedBy]) column[slot] = 0
    this.order = grown(this.order, this.count === this.order.length ? 2 * this.count : this.order.length)
    this.order[this.count++] = slot
    this.totalWeight += server.weight
  }

  remove(slot: SlotId): void {
    const at = this.order.indexOf(slot)
    this.order.copyWithin(at, at + 1, this.count--)
    this.totalWeight -= this.weight[slot]
  }

  /** A request begins: no server has been tried for it. */
  begin(): void {
    this.request++
  }

  /** The request has tried the server, or must not. */
  try(slot: SlotId): void {
    this.triedBy[slot] = this.request
  }

  /** Whether the request may be sent there. */
  usable(slot: SlotId, now: number): boolean {
    const { maxFails } = this
    if (this.triedBy[slot] === this.request || this.down[slot] === 1 || this.full(slot)) return false
    return maxFails[slot] === 0 || this.fails[slot] < maxFails[slot] || now - this.checked[slot] > this.failTimeout[slot]
  }

  /** The server at a point of the running sum of the weights, from 0 to below `totalWeight`. */
  at(point: number): SlotId {
    const { order, weight } = this
    let left = point
    let i = 0
    while (left >= weight[order[i]]) left -= weight[order[i++]]
    return order[i]
  }

  /** A request goes to the server. */
  sent(slot: SlotId, now: number): SlotId {
    if (now - this.checked[slot] > this.failTimeout[slot]) this.checked[slot] = now
    this.conns[slot]++
    this.try(slot)
    return slot
  }

  /** A try has ended. */
  ended(slot: SlotId, failed: boolean, now: number): void {
    if (this.conns[slot] > 0) this.conns[slot]--
    if (this.single) return
    if (failed) {
      this.fails[slot]++
      this.accessed[slot] = now
      this.checked[slot] = now
      if (this.maxFails[slot] > 0)
        this.effective[slot] = Math.max(0, this.effective[slot] - Math.floor(this.weight[slot] / this.maxFails[slot]))
    } else if (this.accessed[slot] < this.checked[slot]) this.fails[slot] = 0
  }

  /** Smooth weighted round robin among the usable servers; NONE when there is none. */
  roundRobin(now: number): SlotId {
    if (this.single) {
      const only = this.order[0]
      return this.down[only] === 1 || this.full(only) ? NONE : this.sent(only, now)
    }
    const best = this.smooth(0, NONE, now)
    return best === NONE ? NONE : this.sent(best, now)
  }

  /** The fewest connections per weight; smooth weighted round robin among equals. */
  leastConn(now: number): SlotId {
    if (this.single) return this.roundRobin(now)
    const { order, conns, weight } = this
    let best = NONE
    let first = 0
    let tied = false
    for (let i = 0; i < this.count; i++) {
      const slot = order[i]
      if (!this.usable(slot, now)) continue
      const difference = best === NONE ? -1 : conns[slot] * weight[best] - conns[best] * weight[slot]
      if (difference < 0) {
        best = slot
        first = i
        tied = false
      } else if (difference === 0) tied = true
    }
    if (best === NONE) return NONE
    return this.sent(tied ? this.smooth(first, best, now) : best, now)
  }

  /** A weighted draw, or of two distinct ones the one with fewer connections per weight, the second on ties. */
  random(two: boolean, random: RandomStream, now: number): SlotId {
    if (this.count < 2) return this.roundRobin(now)
    const { conns, weight } = this
    let first = NONE
    for (let tries = 0; tries <= MAX_TRIES; tries++) {
      const slot = this.at(random.int(this.totalWeight))
      if (slot === first || !this.usable(slot, now)) continue
      if (!two) return this.sent(slot, now)
      if (first === NONE) first = slot
      else return this.sent(conns[slot] * weight[first] > conns[first] * weight[slot] ? first : slot, now)
    }
    return this.roundRobin(now)
  }

  private full(slot: SlotId): boolean {
    return this.maxConns[slot] > 0 && this.conns[slot] >= this.maxConns[slot]
  }

  /** From index `from` on, among the servers as loaded as `like`: every credit grows by the effective weight, and the highest, the first of equals, pays the sum. */
  private smooth(from: number, like: SlotId, now: number): SlotId {
    const { order, credit, effective, conns, weight } = this
    let best = NONE
    let total = 0
    for (let i = from; i < this.count; i++) {
      const slot = order[i]
      if (!this.usable(slot, now) || (like !== NONE && conns[slot] * weight[like] !== conns[like] * weight[slot])) continue
      credit[slot] += effective[slot]
      total += effective[slot]
      if (effective[slot] < weight[slot]) effective[slot]++
      if (best === NONE || credit[slot] > credit[best]) best = slot
    }
    if (best !== NONE) credit[best] -= total
    return best
  }
}

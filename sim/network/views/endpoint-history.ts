/**
 * The endpoints of one service as a list of changes, of which each viewer (a node, a DNS server) knows a beginning. Viewers that know equally many
 * changes share one view. A slot is used again when its pod has ended, under another epoch, by which a viewer's outdated address is recognised.
 */
import { NONE, type NodeId, type PodId, type ServerId, type SlotId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Servers } from '../../serving/servers.ts'
import { EndpointSlots } from '../endpoint-slots.ts'

/** Places of all kept views of one service. */
const MAX_PLACES = 1 << 21

/** A row per change: of all services of a run numbered by `order`, in which it is time-ordered. */
class Changes extends ColumnTable {
  order = this.column(Int32Array)
  time = this.column(Float64Array)
  slot = this.column(Int32Array)
  slotEpoch = this.column(Int32Array)
  node = this.column(Int32Array)
  zone = this.column(Int32Array)
  /** 1: added, 0: removed. */
  added = this.column(Uint8Array)
}

/** A row per slot. */
class OfSlots extends ColumnTable {
  /** 1: among the endpoints of the API. */
  ready = this.column(Uint8Array)
}

/** The endpoints after a number of changes, in order of addition. */
export class EndpointView {
  readonly changes: number
  readonly slots: Int32Array
  readonly epochs: Int32Array
  readonly nodes: Int32Array
  readonly zones: Int32Array
  private byNode: ReadonlyMap<number, Int32Array> | null = null
  private byZone: ReadonlyMap<number, Int32Array> | null = null
  private places: ReadonlyMap<SlotId, number> | null = null

  constructor(changes: number, size: number) {
    this.changes = changes
    this.slots = new Int32Array(size)
    this.epochs = new Int32Array(size)
    this.nodes = new Int32Array(size)
    this.zones = new Int32Array(size)
  }

  /** Places of the endpoints on a node, or in a zone. */
  onNode(node: NodeId): Int32Array {
    this.byNode ??= grouped(this.nodes)
    return this.byNode.get(node) ?? EMPTY
  }

  inZone(zone: number): Int32Array {
    this.byZone ??= grouped(this.zones)
    return this.byZone.get(zone) ?? EMPTY
  }

  /** The place of a slot under its epoch, NONE when it is not among the endpoints. */
  placeOf(slot: SlotId, epoch: number): number {
    this.places ??= new Map(Array.from(this.slots, (one, place) => [one, place]))
    const place = this.places.get(slot)
    return place !== undefined && this.epochs[place] === epoch ? place : NONE
  }
}

const EMPTY = new Int32Array(0)

function grouped(keys: Int32Array): ReadonlyMap<number, Int32Array> {
  const lists = new Map<number, number[]>()
  keys.forEach((key, place) => {
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [place])
    else list.push(place)
  })
  return new Map([...lists].map(([key, list]) => [key, Int32Array.from(list)]))
}

interface Leaving {
  readonly slot: SlotId
  readonly pod: PodId
}

export class EndpointHistory {
  readonly slots = new EndpointSlots()
  private readonly changes = new Changes()
  private readonly ofSlots = new OfSlots()
  private count = 0
  /** Views, by the number of changes. */
  private readonly views: EndpointView[] = [new EndpointView(0, 0)]
  /** Removed from the endpoints, and not known to have ended. */
  private leaving: Leaving[] = []
  private sweepAt = 16
  private readonly servers: Servers

  constructor(servers: Servers) {
    this.servers = servers
  }

  /** @param order number of the change among those of all services */
  added(pod: PodId, server: ServerId, zone: number, order: number, now: Time): void {
    const { servers, slots } = this
    const slot = slots.add(pod, server, server === NONE ? 0 : servers.epoch[server])
    this.ofSlots.reserve(slot + 1)
    this.ofSlots.ready[slot] = 1
    this.note(slot, server === NONE ? NONE : servers.node[server], zone, 1, order, now)
  }

  /** The slot that the pod had, NONE when it had none. */
  removed(pod: PodId, order: number, now: Time): SlotId {
    const slot = this.slots.detach(pod)
    if (slot === NONE) return NONE
    this.ofSlots.ready[slot] = 0
    this.note(slot, NONE, NONE, 0, order, now)
    this.leaving.push({ slot, pod })
    if (this.leaving.length >= this.sweepAt) this.sweep()
    return slot
  }

  private note(slot: SlotId, node: NodeId, zone: number, added: 0 | 1, order: number, now: Time): void {
    const { changes } = this
    changes.reserve(this.count + 1)
    const row = this.count++
    changes.order[row] = order
    changes.time[row] = now
    changes.slot[row] = slot
    changes.slotEpoch[row] = this.slots.slotEpoch[slot]
    changes.node[row] = node
    changes.zone[row] = zone
    changes.added[row] = added
  }

  /** Slots whose pods have ended are free. */
  private sweep(): void {
    this.leaving = this.leaving.filter(({ slot }) => {
      const alive = this.hasServer(slot)
      if (!alive) this.slots.release(slot)
      return alive
    })
    this.sweepAt = 2 * this.leaving.length + 16
  }

  private hasServer(slot: SlotId): boolean {
    const server = this.slots.server[slot]
    return server !== NONE && this.servers.epoch[server] === this.slots.serverEpoch[slot]
  }

  /** Whether an address is an endpoint at present. */
  isReady(slot: SlotId, epoch: number): boolean {
    return this.slots.slotEpoch[slot] === epoch && this.ofSlots.ready[slot] === 1
  }

  /** Slots that have left the endpoints and whose pods have not ended, with their pods. */
  get departing(): readonly Leaving[] {
    return this.leaving.filter(({ slot }) => this.hasServer(slot))
  }

  /** Changes with an order below this. */
  countBelow(order: number): number {
    return firstAbove(this.changes.order, this.count, order - 1)
  }

  /** Changes up to a time. */
  countAt(time: Time): number {
    return firstAbove(this.changes.time, this.count, time)
  }

  /** The endpoints after the first `count` changes. */
  viewAt(count: number): EndpointView {
    const { views } = this
    let low = 0
    let high = views.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (views[middle].changes <= count) low = middle + 1
      else high = middle
    }
    const base = low === 0 ? new EndpointView(0, 0) : views[low - 1]
    if (base.changes === count) return base
    const view = this.extended(base, count)
    views.splice(low, 0, view)
    if (views.length > Math.max(8, MAX_PLACES / (view.slots.length + 1))) views.shift()
    return view
  }

  private extended(base: EndpointView, count: number): EndpointView {
    const { changes } = this
    const gone = new Set<SlotId>()
    const fresh = new Map<SlotId, number>()
    for (let row = base.changes; row < count; row++) {
      const slot = changes.slot[row]
      if (changes.added[row] === 1) fresh.set(slot, row)
      else if (!fresh.delete(slot)) gone.add(slot)
    }
    const view = new EndpointView(count, base.slots.length - gone.size + fresh.size)
    let size = 0
    for (let place = 0; place < base.slots.length; place++) {
      if (gone.has(base.slots[place])) continue
      view.slots[size] = base.slots[place]
      view.epochs[size] = base.epochs[place]
      view.nodes[size] = base.nodes[place]
      view.zones[size++] = base.zones[place]
    }
    for (const [slot, row] of fresh) {
      view.slots[size] = slot
      view.epochs[size] = changes.slotEpoch[row]
      view.nodes[size] = changes.node[row]
      view.zones[size++] = changes.zone[row]
    }
    return view
  }
}

/** The first of `count` ascending values that is above the bound. */
function firstAbove(values: Int32Array | Float64Array, count: number, bound: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle] <= bound) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The slots of a service: small dense numbers by which its balancer instances know the backends. All instances are notified of an endpoint
 * at the same time and would number it alike, so one table serves all of them.
 */
import { NONE, type PodId, type ServerId, type SlotId } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'

/**
 * The slot that was last given to each server row. A server belongs to one service, and all routes to a service number its backends alike, so
 * one table serves all of them; a table per service would take services × servers.
 */
export class SlotsOfServers extends ColumnTable {
  readonly slot = this.column(Int32Array, NONE)

  note(server: ServerId, slot: SlotId): void {
    this.reserve(server + 1)
    this.slot[server] = slot
  }

  /** NONE when the server never had one. */
  of(server: ServerId): SlotId {
    return server < this.slot.length ? this.slot[server] : NONE
  }
}

/** A row per slot; slots are given again after removal. */
export class EndpointSlots extends ColumnTable {
  /** Server behind each slot, and its epoch when it was added. */
  server = this.column(Int32Array)
  serverEpoch = this.column(Int32Array)
  /** Uses of the slot: a request that outlives its slot must not be counted against the next backend. */
  slotEpoch = this.column(Int32Array)
  /** 1: the slot has a backend. */
  present = this.column(Uint8Array)
  private readonly slotOfPod = new Map<PodId, SlotId>()
  private readonly slots: SlotsOfServers
  private readonly freeSlots: SlotId[] = []
  private high = 0

  /** @param slots of the run; by default those of one route alone */
  constructor(slots = new SlotsOfServers()) {
    super(16)
    this.slots = slots
  }

  /** Backends present. */
  get size(): number {
    return this.slotOfPod.size
  }

  add(pod: PodId, server: ServerId, serverEpoch: number): SlotId {
    let slot = this.freeSlots.pop()
    if (slot === undefined) {
      slot = this.high++
      this.reserve(this.high)
    }
    this.server[slot] = server
    this.serverEpoch[slot] = serverEpoch
    this.present[slot] = 1
    this.slotOfPod.set(pod, slot)
    if (server >= 0) this.slots.note(server, slot)
    return slot
  }

  /** The slot that the pod had, NONE when it had none. */
  remove(pod: PodId): SlotId {
    const slot = this.detach(pod)
    if (slot !== NONE) this.release(slot)
    return slot
  }

  /** The pod has no slot any more; its slot is kept until `release`. */
  detach(pod: PodId): SlotId {
    const slot = this.slotOfPod.get(pod)
    if (slot === undefined) return NONE
    this.slotOfPod.delete(pod)
    return slot
  }

  /** The slot is free for another backend, under the next epoch. */
  release(slot: SlotId): void {
    this.slotEpoch[slot]++
    this.present[slot] = 0
    this.freeSlots.push(slot)
  }

  /** The slot of a server under its epoch, NONE when it is not among the backends (yet, or any longer). */
  slotOf(server: ServerId, serverEpoch: number): SlotId {
    const slot = this.slots.of(server)
    return slot !== NONE && this.present[slot] === 1 && this.server[slot] === server && this.serverEpoch[slot] === serverEpoch ? slot : NONE
  }
}

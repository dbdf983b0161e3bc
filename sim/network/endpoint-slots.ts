/**
 * The slots of a service: small dense numbers by which its balancer instances know the backends. All instances are notified of an endpoint
 * at the same time and would number it alike, so one table serves all of them.
 */
import { NONE, type PodId, type ServerId, type SlotId } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'

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
  /** The slot that was last given to a server row. */
  private slotOfServer = new Int32Array(16).fill(NONE)
  private readonly freeSlots: SlotId[] = []
  private high = 0

  constructor() {
    super(16)
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
    if (server >= 0) {
      if (server >= this.slotOfServer.length)
        this.slotOfServer = grown(this.slotOfServer, Math.max(server + 1, 2 * this.slotOfServer.length), NONE)
      this.slotOfServer[server] = slot
    }
    return slot
  }

  /** The slot that the pod had, NONE when it had none. */
  remove(pod: PodId): SlotId {
    const slot = this.slotOfPod.get(pod)
    if (slot === undefined) return NONE
    this.slotOfPod.delete(pod)
    this.slotEpoch[slot]++
    this.present[slot] = 0
    this.freeSlots.push(slot)
    return slot
  }

  /** The slot of a server under its epoch, NONE when it is not among the backends (yet, or any longer). */
  slotOf(server: ServerId, serverEpoch: number): SlotId {
    const slot = server < this.slotOfServer.length ? this.slotOfServer[server] : NONE
    return slot !== NONE && this.present[slot] === 1 && this.server[slot] === server && this.serverEpoch[slot] === serverEpoch ? slot : NONE
  }
}

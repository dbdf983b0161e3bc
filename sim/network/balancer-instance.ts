/**
 * One instance of the chosen balancing algorithm for one service, with its own slots, its own late knowledge of the endpoints, and its own
 * queue of requests that no backend may take yet. Several instances of a service do not see each other's requests.
 */
import { NONE, type PodId, type RequestId, type ServerId, type SlotId } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'
import type { Requests } from '../serving/requests.ts'
import { NO_BACKEND, QUEUE, REJECT, type Balancer, type Outcome, type RequestView } from '../slb/policy.ts'

export class BalancerInstance extends ColumnTable {
  /** Server behind each slot, and its epoch when it was added. */
  server = this.column(Int32Array)
  serverEpoch = this.column(Int32Array)
  /** Uses of the slot: a request that outlives its slot must not be counted against the next backend. */
  slotEpoch = this.column(Int32Array)
  /** 1: the slot has a backend. */
  private present = this.column(Uint8Array)
  private readonly slotOfPod = new Map<PodId, SlotId>()
  /** The slot that was last given to a server row; kept only when the balancer is notified by pods. */
  private slotOfServer = new Int32Array(16).fill(NONE)
  private readonly freeSlots: SlotId[] = []
  private high = 0
  /** Requests in the queue of this instance, linked by `Requests.next`. */
  queued = 0
  private head: RequestId = NONE
  private tail: RequestId = NONE
  /** An event that offers the queue to the balancer is pending. */
  offering = false

  readonly balancer: Balancer
  /** Whether pods report their number of requests to this balancer, and that they are idle. */
  readonly wantsCounts: boolean
  readonly wantsIdle: boolean
  /** Of the algorithm, for messages. */
  readonly name: string

  /** Row among all instances of the run. */
  readonly row: number

  constructor(balancer: Balancer, name = 'the balancer', row = 0) {
    super(16)
    this.balancer = balancer
    this.name = name
    this.row = row
    this.wantsCounts = balancer.reported !== undefined
    this.wantsIdle = balancer.idled !== undefined
  }

  get backends(): number {
    return this.slotOfPod.size
  }

  added(pod: PodId, server: ServerId, serverEpoch: number, weight: number): void {
    let slot = this.freeSlots.pop()
    if (slot === undefined) {
      slot = this.high++
      this.reserve(this.high)
    }
    this.server[slot] = server
    this.serverEpoch[slot] = serverEpoch
    this.present[slot] = 1
    this.slotOfPod.set(pod, slot)
    if ((this.wantsCounts || this.wantsIdle) && server >= 0) {
      if (server >= this.slotOfServer.length)
        this.slotOfServer = grown(this.slotOfServer, Math.max(server + 1, 2 * this.slotOfServer.length), NONE)
      this.slotOfServer[server] = slot
    }
    this.balancer.added(slot, weight)
  }

  removed(pod: PodId): void {
    const slot = this.slotOfPod.get(pod)
    if (slot === undefined) return
    this.slotOfPod.delete(pod)
    this.slotEpoch[slot]++
    this.present[slot] = 0
    this.freeSlots.push(slot)
    this.balancer.removed(slot)
  }

  /** A slot, NO_BACKEND, QUEUE or REJECT; any other answer is the algorithm's fault and ends the run with its name. */
  pick(request: RequestView, exclude: SlotId): SlotId {
    const slot = this.balancer.pick(request, exclude)
    if (this.present[slot] === 1 || slot === NO_BACKEND || slot === QUEUE || slot === REJECT) return slot
    throw new RangeError(
      `${this.name} picked slot ${slot}, which has no backend: a slot that was added and not removed is accepted, or NO_BACKEND (-1), QUEUE (-2) or REJECT (-3)`,
    )
  }

  ended(slot: SlotId, slotEpoch: number, latency: number, outcome: Outcome): void {
    if (this.slotEpoch[slot] === slotEpoch) this.balancer.ended(slot, latency, outcome)
  }

  has(slot: SlotId): boolean {
    return this.present[slot] === 1
  }

  /** Whether the backend of a slot is the one that had it at this epoch of the slot. */
  isPresent(slot: SlotId, slotEpoch: number): boolean {
    return this.present[slot] === 1 && this.slotEpoch[slot] === slotEpoch
  }

  /** A report of a pod under its server and epoch; it is dropped when the balancer does not know the pod yet, or no longer. */
  reported(server: ServerId, serverEpoch: number, inside: number): void {
    const slot = this.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.reported!(slot, inside)
  }

  idled(server: ServerId, serverEpoch: number): void {
    const slot = this.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.idled!(slot)
  }

  busied(server: ServerId, serverEpoch: number): void {
    const slot = this.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.busied?.(slot)
  }

  /** The oldest queued request, NONE when the queue is empty. */
  get first(): RequestId {
    return this.head
  }

  enqueue(request: RequestId, requests: Requests): void {
    requests.next[request] = NONE
    if (this.tail === NONE) this.head = request
    else requests.next[this.tail] = request
    this.tail = request
    this.queued++
  }

  /** Returns a request to the front of the queue. */
  putBack(request: RequestId, requests: Requests): void {
    requests.next[request] = this.head
    this.head = request
    if (this.tail === NONE) this.tail = request
    this.queued++
  }

  /** Takes a request out of the queue, wherever it stands; the oldest in O(1). */
  dequeue(request: RequestId, requests: Requests): void {
    let before: RequestId = NONE
    let at = this.head
    while (at !== request) {
      before = at
      at = requests.next[at]
    }
    const next = requests.next[request]
    if (before === NONE) this.head = next
    else requests.next[before] = next
    if (this.tail === request) this.tail = before
    this.queued--
  }

  private slotOf(server: ServerId, serverEpoch: number): SlotId {
    const slot = server < this.slotOfServer.length ? this.slotOfServer[server] : NONE
    return slot !== NONE && this.present[slot] === 1 && this.server[slot] === server && this.serverEpoch[slot] === serverEpoch ? slot : NONE
  }
}

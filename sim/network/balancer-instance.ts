/**
 * One instance of the chosen balancing algorithm for one service, with its own late knowledge of its requests and its own queue of requests
 * that no backend may take yet. Several instances of a service see the same backends and not each other's requests.
 */
import { NONE, type RequestId, type ServerId, type SlotId } from '../common/ids.ts'
import type { Requests } from '../serving/requests.ts'
import { NO_BACKEND, QUEUE, REJECT, type Balancer, type Outcome, type RequestView } from '../slb/policy.ts'
import { Guard } from '../slb/guard/guard.ts'
import type { EndpointSlots } from './endpoint-slots.ts'

/** Notifies an instance of all that it did not hear of. */
export interface Waker {
  wake(instance: BalancerInstance): void
}

export class BalancerInstance {
  /** Of the service. */
  readonly slots: EndpointSlots
  /** Whom to ask for the backends before the first pick; null: the balancer knows them. */
  asleep: Waker | null = null
  /** Requests in the queue of this instance, linked by `Requests.next`. */
  queued = 0
  private head: RequestId = NONE
  private tail: RequestId = NONE
  /** An event that offers the queue to the balancer is pending. */
  offering = false

  readonly balancer: Balancer
  /** What stands around the algorithm; null: nothing. */
  readonly guard: Guard | null
  /** Whether pods report their number of requests to this balancer, and that they are idle. */
  readonly wantsCounts: boolean
  readonly wantsIdle: boolean
  /** What else pods measure for it: latencies for its probes, what comes with responses, reports of load every so often [µs] (0: none). */
  readonly readsLatency: boolean
  readonly readsAnswers: boolean
  readonly loadPeriod: number
  /** Of the algorithm, for messages. */
  readonly name: string

  /** Row among all instances of the run. */
  readonly row: number

  constructor(balancer: Balancer, slots: EndpointSlots, name = 'the balancer', row = 0) {
    this.balancer = balancer
    this.guard = balancer instanceof Guard ? balancer : null
    this.slots = slots
    this.name = name
    this.row = row
    this.wantsCounts = balancer.reported !== undefined
    this.wantsIdle = balancer.idled !== undefined
    this.readsLatency = balancer.readsLatency === true
    this.readsAnswers = balancer.answered !== undefined
    this.loadPeriod = balancer.loadReported === undefined ? 0 : (balancer.loadReportPeriod ?? 0)
  }

  /** A slot, NO_BACKEND, QUEUE or REJECT; any other answer is the algorithm's fault and ends the run with its name. */
  pick(request: RequestView, exclude: SlotId): SlotId {
    if (this.asleep !== null) this.asleep.wake(this)
    const slot = this.balancer.pick(request, exclude)
    if (this.slots.present[slot] === 1 || slot === NO_BACKEND || slot === QUEUE || slot === REJECT) return slot
    throw new RangeError(
      `${this.name} picked slot ${slot}, which has no backend: a slot that was added and not removed is accepted, or NO_BACKEND (-1), QUEUE (-2) or REJECT (-3)`,
    )
  }

  ended(slot: SlotId, slotEpoch: number, latency: number, outcome: Outcome): void {
    if (this.slots.slotEpoch[slot] === slotEpoch) this.balancer.ended(slot, latency, outcome)
  }

  has(slot: SlotId): boolean {
    return this.slots.present[slot] === 1
  }

  /** Whether the backend of a slot is the one that had it at this epoch of the slot. */
  isPresent(slot: SlotId, slotEpoch: number): boolean {
    return this.slots.present[slot] === 1 && this.slots.slotEpoch[slot] === slotEpoch
  }

  /** A report of a pod under its server and epoch; it is dropped when the balancer does not know the pod yet, or no longer. */
  reported(server: ServerId, serverEpoch: number, inside: number): void {
    const slot = this.slots.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.reported!(slot, inside)
  }

  idled(server: ServerId, serverEpoch: number): void {
    const slot = this.slots.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.idled!(slot)
  }

  busied(server: ServerId, serverEpoch: number): void {
    const slot = this.slots.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.busied?.(slot)
  }

  answered(slot: SlotId, slotEpoch: number, inside: number, service: number): void {
    if (this.isPresent(slot, slotEpoch)) this.balancer.answered!(slot, inside, service)
  }

  loadReported(server: ServerId, serverEpoch: number, rate: number, utilization: number, errors: number): void {
    const slot = this.slots.slotOf(server, serverEpoch)
    if (slot !== NONE) this.balancer.loadReported!(slot, rate, utilization, errors)
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
}

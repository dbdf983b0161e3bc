/**
 * A balancer in its place: one instance of the chosen algorithm for one service, with its own slots and its own, late knowledge of the
 * endpoints. Several instances of a service do not see each other's requests.
 */
import { grown } from '../common/table.ts'
import { NO_BACKEND } from '../slb/policy.ts'
import type { Balancer, Outcome, RequestView } from '../slb/policy.ts'

export class Device {
  /** Server behind each slot, and its epoch when it was added. */
  server = new Int32Array(16)
  serverEpoch = new Int32Array(16)
  /** Uses of the slot: a request that outlives its slot must not be counted against the next backend. */
  slotEpoch = new Int32Array(16)
  /** 1: a backend stands behind the slot. */
  private present = new Uint8Array(16)
  private readonly slotOfPod = new Map<number, number>()
  /** The slot that was last given to a server row; kept only when pods are listened to. */
  private slotOfServer = new Int32Array(16).fill(NO_BACKEND)
  private readonly freeSlots: number[] = []
  private high = 0

  readonly balancer: Balancer
  /** Does the balancer listen to pods that tell how many requests they hold, and that they are idle? */
  readonly hearsCounts: boolean
  readonly hearsIdle: boolean
  private readonly name: string

  /** `name` is the algorithm's, for messages. */
  constructor(balancer: Balancer, name = 'the balancer') {
    this.balancer = balancer
    this.name = name
    this.hearsCounts = balancer.reported !== undefined
    this.hearsIdle = balancer.idled !== undefined
  }

  get backends(): number {
    return this.slotOfPod.size
  }

  added(pod: number, server: number, serverEpoch: number, weight: number): void {
    let slot = this.freeSlots.pop()
    if (slot === undefined) {
      slot = this.high++
      if (slot === this.server.length) {
        const length = slot * 2
        this.server = grown(this.server, length)
        this.serverEpoch = grown(this.serverEpoch, length)
        this.slotEpoch = grown(this.slotEpoch, length)
        this.present = grown(this.present, length)
      }
    }
    this.server[slot] = server
    this.serverEpoch[slot] = serverEpoch
    this.present[slot] = 1
    this.slotOfPod.set(pod, slot)
    if ((this.hearsCounts || this.hearsIdle) && server >= 0) {
      if (server >= this.slotOfServer.length)
        this.slotOfServer = grown(this.slotOfServer, Math.max(server + 1, 2 * this.slotOfServer.length), NO_BACKEND)
      this.slotOfServer[server] = slot
    }
    this.balancer.added(slot, weight)
  }

  removed(pod: number): void {
    const slot = this.slotOfPod.get(pod)
    if (slot === undefined) return
    this.slotOfPod.delete(pod)
    this.slotEpoch[slot]++
    this.present[slot] = 0
    this.freeSlots.push(slot)
    this.balancer.removed(slot)
  }

  /** A slot or NO_BACKEND; an answer outside the backends is the algorithm's fault and ends the run with its name. */
  pick(request: RequestView, exclude: number): number {
    const slot = this.balancer.pick(request, exclude)
    if (slot === NO_BACKEND) return NO_BACKEND
    if (this.present[slot] !== 1)
      throw new RangeError(
        `${this.name} picked slot ${slot}, behind which no backend stands: a slot that was added and not removed is accepted, or -1 for none`,
      )
    return slot
  }

  ended(slot: number, slotEpoch: number, latency: number, outcome: Outcome): void {
    if (this.slotEpoch[slot] === slotEpoch) this.balancer.ended(slot, latency, outcome)
  }

  /** News from a pod, which it sends under its server and epoch; a pod that the balancer does not know, yet or any more, is not heard. */
  reported(server: number, serverEpoch: number, inside: number): void {
    const slot = this.slotOf(server, serverEpoch)
    if (slot !== NO_BACKEND) this.balancer.reported!(slot, inside)
  }

  idled(server: number, serverEpoch: number): void {
    const slot = this.slotOf(server, serverEpoch)
    if (slot !== NO_BACKEND) this.balancer.idled!(slot)
  }

  busied(server: number, serverEpoch: number): void {
    const slot = this.slotOf(server, serverEpoch)
    if (slot !== NO_BACKEND) this.balancer.busied?.(slot)
  }

  private slotOf(server: number, serverEpoch: number): number {
    const slot = server < this.slotOfServer.length ? this.slotOfServer[server] : NO_BACKEND
    return slot !== NO_BACKEND && this.present[slot] === 1 && this.server[slot] === server && this.serverEpoch[slot] === serverEpoch
      ? slot
      : NO_BACKEND
  }
}

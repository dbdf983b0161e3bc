/** What the members that decide as nginx have in common: the list of servers, limits and failure accounting. */
import { NONE } from '../../../common/ids.ts'
import type { SlotId, Time } from '../../../common/ids.ts'
import type { Values } from '../../../common/define.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { NO_BACKEND, Outcome, REJECT } from '../../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../../policy.ts'
import { Slots } from '../slots.ts'
import { NginxPeers } from './peers.ts'

const SECOND = 1_000_000

/** Parameters of a server line, the same for all servers. */
export const nginxParameters = {
  maxFails: { kind: 'integer', default: 1, min: 0, meaning: 'failures after which a backend gets no requests for failTimeout; 0: never' },
  failTimeout: {
    kind: 'duration',
    default: 10 * SECOND,
    min: 0,
    meaning: 'how long a failed backend gets no requests, in whole seconds',
  },
  maxConns: { kind: 'integer', default: 0, min: 0, meaning: 'requests from here that a backend holds at once; 0: no limit' },
} as const

/** A retry is a further try of the request: the backend tried last is left out. nginx answers 502 when no backend is left. */
export abstract class NginxBalancer implements Balancer {
  protected readonly slots = new Slots()
  protected readonly peers = new NginxPeers()
  protected readonly random: RandomStream
  private readonly values: Values<typeof nginxParameters>
  private readonly context: BalancingContext

  constructor(values: Values<typeof nginxParameters>, context: BalancingContext) {
    this.values = values
    this.context = context
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    const { maxFails, failTimeout, maxConns } = this.values
    this.peers.add(slot, { weight, maxFails, failTimeout: Math.floor(failTimeout / SECOND), maxConns, down: false })
    this.changed()
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.peers.remove(slot)
    this.changed()
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { slots, peers } = this
    if (slots.count === 0) return NO_BACKEND
    peers.begin()
    if (slots.passesOver(exclude)) peers.try(exclude)
    const slot = this.choose(request, this.seconds)
    if (slot === NONE) return REJECT
    slots.sent(slot)
    return slot
  }

  ended(slot: SlotId, _latency: Time, outcome: Outcome): void {
    if (!this.slots.ended(slot)) return
    const failed = outcome === Outcome.Refused || outcome === Outcome.TimedOut || outcome === Outcome.Lost
    this.peers.ended(slot, failed, this.seconds)
  }

  explain(slot: SlotId): Readonly<Record<string, number>> {
    const { effective, credit, fails } = this.peers
    return { effectiveWeight: effective[slot], currentWeight: credit[slot], fails: fails[slot] }
  }

  /** A usable server that has been told of the request (`peers.sent`); NONE when there is none. */
  protected abstract choose(request: RequestView, now: number): SlotId

  /** The backends have changed. */
  protected changed(): void {
    // only tables depend on it
  }

  private get seconds(): number {
    return Math.floor(this.context.now() / SECOND)
  }
}

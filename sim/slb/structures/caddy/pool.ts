/**
 * The upstreams of a Caddy reverse proxy and its selection policies. Source: Caddy 2.11.7, modules/caddyhttp/reverseproxy/selectionpolicies.go; compared with
 * recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { hex, hmacSha256 } from '../hashes/sha256.ts'
import { caddyScore } from '../rendezvous-score.ts'
import { leastOfSample } from './sample.ts'

/** An upstream. */
export interface CaddyUpstream {
  /** The text that is hashed, `host:port`. */
  readonly address: string
  /** Requests at once; 0: no limit. */
  readonly maxRequests: number
}

/** Policies and what they need. `hash` is one of those that hash a part of the request, `cookie` the one that remembers the upstream. */
export type CaddyPolicy =
  | { readonly policy: 'random' | 'least_conn' | 'round_robin' | 'first' | 'hash' }
  | { readonly policy: 'random_choose'; readonly choose: number }
  | { readonly policy: 'weighted_round_robin'; readonly weights: readonly number[] }
  | { readonly policy: 'cookie'; readonly secret: string }

/** Settings beside the policy. */
export interface CaddySettings {
  /** Failures after which an upstream is left out; 0: never. The time for which they count (`fail_duration`) is not modelled. */
  readonly maxFails: number
  /** A failed request is tried again with the upstreams that are left. */
  readonly retries: boolean
}

/** The state of a proxy: requests in flight and failures of each upstream, and the policy's own counter. All policies look at all upstreams, as Caddy does. */
export class CaddyPool {
  private readonly upstreams: readonly CaddyUpstream[]
  private readonly policy: CaddyPolicy
  private readonly settings: CaddySettings
  private readonly random: RandomStream
  private readonly requests: number[]
  private readonly fails: number[]
  private turn = 0
  /** The last request that got no upstream had failed at one before: Caddy answers 502 then, and 503 when none was available. */
  failed = false

  constructor(policy: CaddyPolicy, upstreams: readonly CaddyUpstream[], random: RandomStream, settings: CaddySettings) {
    this.policy = policy
    this.upstreams = upstreams
    this.random = random
    this.settings = settings
    this.requests = upstreams.map(() => 0)
    this.fails = upstreams.map(() => 0)
  }

  /** Sends a request; `fails` tells whether a try at an upstream fails at once. NONE when no upstream is available. */
  open(key: string, fails: (slot: SlotId) => boolean = () => false): SlotId {
    this.failed = false
    for (;;) {
      const slot = this.select(key)
      if (slot === NONE) return NONE
      if (!fails(slot)) {
        this.requests[slot]++
        return slot
      }
      this.failed = true
      this.fails[slot]++
      if (!this.settings.retries) return NONE
    }
  }

  /** The request at the upstream has ended. */
  close(slot: SlotId): void {
    this.requests[slot]--
  }

  /** The cookie that marks an upstream. */
  cookieOf(slot: SlotId): string {
    const secret = this.policy.policy === 'cookie' ? this.policy.secret : ''
    return hex(hmacSha256(bytesOf(secret), bytesOf(this.upstreams[slot].address)))
  }

  private available(slot: SlotId): boolean {
    const { maxRequests } = this.upstreams[slot]
    const { maxFails } = this.settings
    return (maxRequests === 0 || this.requests[slot] < maxRequests) && (maxFails === 0 || this.fails[slot] < maxFails)
  }

  private availableSlots(): SlotId[] {
    return this.upstreams.map((_, slot) => slot).filter((slot) => this.available(slot))
  }

  private select(key: string): SlotId {
    const { policy } = this
    switch (policy.policy) {
      case 'random':
        return this.drawn(this.availableSlots())
      case 'least_conn':
        return this.drawn(this.leastOf(this.availableSlots()))
      case 'round_robin':
        return this.roundRobin()
      case 'first':
        return this.availableSlots()[0] ?? NONE
      case 'hash':
        return this.rendezvous(key)
      case 'random_choose':
        return this.chosen(policy.choose)
      case 'weighted_round_robin':
        return this.weightedRoundRobin(policy.weights)
      case 'cookie': {
        const marked = key === '' ? NONE : (this.availableSlots().find((slot) => this.cookieOf(slot) === key) ?? NONE)
        return marked === NONE ? this.drawn(this.availableSlots()) : marked
      }
    }
  }

  private drawn(slots: readonly SlotId[]): SlotId {
    return slots.length === 0 ? NONE : slots[this.random.int(slots.length)]
  }

  private leastOf(slots: readonly SlotId[]): SlotId[] {
    const least = Math.min(...slots.map((slot) => this.requests[slot]))
    return slots.filter((slot) => this.requests[slot] === least)
  }

  /** The counter is raised before the choice, so that the second upstream is first; an unavailable one takes a turn. */
  private roundRobin(): SlotId {
    const { length } = this.upstreams
    for (let step = 0; step < length; step++) {
      this.turn++
      const slot = this.turn % length
      if (this.available(slot)) return slot
    }
    return NONE
  }

  private weightedRoundRobin(weights: readonly number[]): SlotId {
    if (weights.length < 2) return 0 // not even whether it is available
    const positive = weights.filter((weight) => weight > 0)
    const turn = blockOf(positive, ++this.turn)
    const slots = this.availableSlots()
      .filter((slot) => weights[slot] !== 0)
      .slice(0, positive.length)
    return slots.length === 0 ? NONE : slots[turn % slots.length]
  }

  private chosen(choose: number): SlotId {
    const sample: SlotId[] = []
    this.availableSlots().forEach((slot, i) => {
      const at = i < choose ? i : this.random.int(i + 1)
      if (at < choose) sample[at] = slot
    })
    return sample.length === 0 ? NONE : leastOfSample(sample, this.requests, this.random)
  }

  private rendezvous(key: string): SlotId {
    let best = NONE
    let highest = 0n
    for (const slot of this.availableSlots()) {
      const score = caddyScore(key, this.upstreams[slot].address)
      if (score > highest) {
        highest = score
        best = slot
      }
    }
    return best
  }
}

/** The weights are blocks of as many turns, one after another: the block of a turn. */
function blockOf(weights: readonly number[], turn: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let left = turn % total
  let block = 0
  while (left >= weights[block]) left -= weights[block++]
  return block
}

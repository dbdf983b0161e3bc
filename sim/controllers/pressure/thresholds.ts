/**
 * The thresholds of a kubelet for the memory of its node: which one asks for an eviction at a check, and whether the node is under pressure.
 * Source: Kubernetes 1.34 pkg/kubelet/eviction/eviction_manager.go (synchronize), helpers.go (thresholdsMet, nodeConditionsObservedSince).
 */
import type { Time } from '../../common/ids.ts'
import type { EvictionSpec } from './spec.ts'

/** A threshold of one node. */
interface Threshold {
  readonly kind: 'hard' | 'soft'
  readonly value: number
  /** It asks for evictions when it has been met for this long. */
  readonly grace: Time
  /** Since when it has been met; Infinity: it is not. */
  since: Time
  /** It asked for an eviction at the last check. */
  acts: boolean
}

export class Thresholds {
  private readonly spec: EvictionSpec
  private readonly list: Threshold[]
  /** When a threshold was met for the last time. */
  private lastMet: Time = -Infinity
  private now: Time = -Infinity

  constructor(spec: EvictionSpec) {
    this.spec = spec
    const soft = spec.soft > 0 ? [{ kind: 'soft' as const, value: spec.soft, grace: spec.softGrace, since: Infinity, acts: false }] : []
    this.list = [{ kind: 'hard', value: spec.hard, grace: 0, since: Infinity, acts: false }, ...soft]
  }

  /** The node is under memory pressure. */
  get pressure(): boolean {
    return this.now - this.lastMet < this.spec.transition
  }

  /** The kubelet looks at the available memory; returns what asks for an eviction. */
  check(available: number, now: Time): 'hard' | 'soft' | null {
    this.now = now
    for (const threshold of this.list) {
      const bound = threshold.value + (threshold.acts ? this.spec.minimumReclaim : 0)
      if (available < bound) {
        threshold.since = Math.min(threshold.since, now)
        this.lastMet = now
      } else threshold.since = Infinity
      threshold.acts = now - threshold.since >= threshold.grace
    }
    return this.list.find(({ acts }) => acts)?.kind ?? null
  }
}

/**
 * The behaviour of a HorizontalPodAutoscaler: stabilisation windows and rate limits by direction.
 * Source: Kubernetes 1.34 pkg/controller/podautoscaler/horizontal.go, pkg/apis/autoscaling/v2/defaults.go.
 */
import type { Time } from '../../../common/ids.ts'

const SECOND = 1_000_000

/** A limit of the change within a period. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent'
  readonly value: number
  readonly periodSeconds: number
}

/** Rules of one direction as a manifest has them; absent parts have the API server's defaults. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled'
  readonly policies?: readonly ScalingPolicy[]
  /** Ratio up to which nothing is changed; absent: the controller's. */
  readonly tolerance?: number
}

/** `spec.behavior`. */
export interface Behavior {
  readonly scaleUp?: ScalingRules
  readonly scaleDown?: ScalingRules
}

/** Rules with all defaults applied. */
export interface CompleteRules {
  readonly window: Time
  readonly select: 'Max' | 'Min' | 'Disabled'
  readonly policies: readonly ScalingPolicy[]
  readonly tolerance: number | null
}

const UP: readonly ScalingPolicy[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
]
const DOWN: readonly ScalingPolicy[] = [{ type: 'Percent', value: 100, periodSeconds: 15 }]

function complete(rules: ScalingRules, policies: readonly ScalingPolicy[], window: Time): CompleteRules {
  return {
    window: rules.stabilizationWindowSeconds === undefined ? window : rules.stabilizationWindowSeconds * SECOND,
    select: rules.selectPolicy ?? 'Max',
    policies: rules.policies ?? policies,
    tolerance: rules.tolerance ?? null,
  }
}

/** Both directions with defaults; the window of a scale-down is the controller's when the manifest has none. */
export function completeBehavior(behavior: Behavior, downscaleStabilization: Time): { up: CompleteRules; down: CompleteRules } {
  return { up: complete(behavior.scaleUp ?? {}, UP, 0), down: complete(behavior.scaleDown ?? {}, DOWN, downscaleStabilization) }
}

/** Changes of the number of replicas in one direction. They count in the policies of both directions, until their place is used again. */
export class ScaleEvents {
  private readonly events: { change: number; at: Time }[] = []

  /** Sum of the changes younger than the period. */
  within(period: Time, now: Time): number {
    let sum = 0
    for (const { change, at } of this.events) if (at > now - period) sum += change
    return sum
  }

  add(change: number, now: Time, { policies }: CompleteRules): void {
    const longest = Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds)) * SECOND
    // The place of the last event that is older than the longest period of its own direction is used again; others of that age stay.
    const old = this.events.findLastIndex(({ at }) => at < now - longest)
    this.events.splice(old < 0 ? this.events.length : old, old < 0 ? 0 : 1, { change, at: now })
  }
}

/** Replicas at the start of a policy's period. */
const startOf = (period: Time, current: number, up: ScaleEvents, down: ScaleEvents, now: Time): number =>
  current - up.within(period, now) + down.within(period, now)

/** The most replicas that the rules of scaling up allow now. */
export function upLimit(rules: CompleteRules, current: number, up: ScaleEvents, down: ScaleEvents, now: Time): number {
  if (rules.select === 'Disabled') return current
  const limits = rules.policies.map(({ type, value, periodSeconds }) => {
    const start = startOf(periodSeconds * SECOND, current, up, down, now)
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100))
  })
  return rules.select === 'Min' ? Math.min(...limits) : Math.max(...limits)
}

/** The fewest replicas that the rules of scaling down allow now. */
export function downLimit(rules: CompleteRules, current: number, up: ScaleEvents, down: ScaleEvents, now: Time): number {
  if (rules.select === 'Disabled') return current
  const limits = rules.policies.map(({ type, value, periodSeconds }) => {
    const start = startOf(periodSeconds * SECOND, current, up, down, now)
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100))
  })
  return rules.select === 'Min' ? Math.max(...limits) : Math.min(...limits)
}

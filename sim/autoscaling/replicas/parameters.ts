/** Parameters that several replica autoscalers have, and the tolerance that goes with them. */
import type { Time } from '../../common/ids.ts'

/** µs */
export const SECOND = 1_000_000

/** Time between two decisions, 15 s by default as that of the HPA. */
export const every = { kind: 'duration', default: 15 * SECOND, min: 1, meaning: 'time between two decisions' } as const

/** The share of CPU to aim at. */
export const cpuTarget = { kind: 'share', default: 0.7, min: 0.01, max: 10, meaning: 'CPU used over CPU requested to aim at' } as const

/** The band around a ratio in which nothing changes; `what` names the ratio. */
export const toleranceOf = <What extends string>(what: What) =>
  ({
    kind: 'share',
    default: 0.1,
    min: 0,
    max: 1,
    meaning: `no change while ${what} is within 1 - tolerance .. 1 + tolerance`,
  }) as const

/** The window of RecommendationWindow. */
export const scaleDownWindow = {
  kind: 'duration',
  default: 300 * SECOND,
  min: 0,
  max: 3600 * SECOND,
  meaning: 'never below the highest recommendation within this window; 0: no window',
} as const

/** The time before a change takes effect: start-up of a pod, and of its node. */
export const leadOf = (initial: Time) =>
  ({
    kind: 'duration',
    default: initial,
    min: 0,
    max: 86_400 * SECOND,
    meaning: 'how far ahead demand is forecast: the time from a decision to a pod that serves',
  }) as const

/** Both bounds are inside. */
export function isWithin(ratio: number, tolerance: number): boolean {
  return 1 - tolerance <= ratio && ratio <= 1 + tolerance
}

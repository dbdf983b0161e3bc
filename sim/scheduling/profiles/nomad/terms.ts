/** The terms of Nomad's score of a node. The score is the mean of those that concern the node, so a term that is absent changes the divisor. */
import { pow } from '../../../random/math.ts'

/** How the fit is judged. */
export type FitAlgorithm = 'binpack' | 'spread'

/** The largest fit before it is scaled to 0..1. */
const LARGEST = 18

/** Fit from the shares of CPU and memory that stay free with the pod: binpack (20 - 10^cpu - 10^memory) / 18, spread (10^cpu + 10^memory - 2) / 18. */
export function fitScore(algorithm: FitAlgorithm, freeCpu: number, freeMemory: number): number {
  const total = pow(10, freeCpu) + pow(10, freeMemory)
  const fit = algorithm === 'binpack' ? 20 - total : total - 2
  return Math.min(Math.max(fit, 0), LARGEST) / LARGEST
}

/** Penalty for pods of the same group on the node: -(collisions + 1) / wanted; called only when there are any. */
export function antiAffinity(collisions: number, wanted: number): number {
  return -(collisions + 1) / wanted
}

/** One target of a spread block: the percentage of pods that the value of the attribute should have. */
export interface SpreadTarget {
  readonly value: string
  readonly percent: number
}

/**
 * The boost of a spread with targets, with `used` pods at the value: (desired - (used + 1)) / desired, times the weight's share. Percent that
 * no target takes are for all other values together; without any left, other values get -1. A target of 0 percent gets `lowest`, the
 * lowest boost so far, or -1 when that is higher.
 */
export function targetSpread(
  targets: readonly SpreadTarget[],
  value: string | null,
  used: number,
  wanted: number,
  weightShare: number,
  lowest = -1,
): number {
  if (value === null) return -1
  const own = targets.find((target) => target.value === value)
  const rest = 100 - targets.reduce((sum, { percent }) => sum + percent, 0)
  if (own === undefined && rest <= 0) return -1
  const desired = ((own?.percent ?? rest) / 100) * wanted
  if (desired === 0) return Math.min(lowest, -1)
  return ((desired - (used + 1)) / desired) * weightShare
}

/**
 * The boost of a spread without targets, from the number of pods at each value in use. Nothing placed: 0. Not at the least used value:
 * (least - own) / least; all values equal: -1; at the least used value: (most - least) / least.
 */
export function evenSpread<Value>(used: ReadonlyMap<Value, number>, value: Value): number {
  if (used.size === 0) return 0
  let least = Infinity
  let most = 0
  for (const count of used.values()) {
    least = Math.min(least, count)
    most = Math.max(most, count)
  }
  const own = used.get(value) ?? 0
  if (own !== least) return (least - own) / least
  return least === most ? -1 : (most - least) / least
}

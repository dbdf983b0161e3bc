/** Comparison with schedules that start anywhere in their period. */
import { ExactDeadlines } from '../../../slb/structures/deadlines.ts'

/** Of sums of fractional powers: far above the rounding of some hundred sums, far below the differences of deadlines. */
const ROUNDING = 1e-12

/** Whether one of the starts 0 .. count-1 gives no difference; else the difference that the first start gives. */
export function followsSomeStart(count: number, replay: (start: number) => string | null): string | null {
  let first: string | null = null
  for (let start = 0; start < count; start++) {
    const difference = replay(start)
    if (difference === null) return null
    first ??= `no start of ${count}; with the first one: ${difference}`
  }
  return first
}

/**
 * Whether the picks are a schedule of exact deadlines that starts anywhere in its period: each pick must be one of those that are due first. Those with weight 0
 * are left out. Envoy picks nothing in flight before the start, so that until then each deadline is 1 / weight after the one before.
 * @param turnsOf by how many times 1 / weight the deadline of the picked one grows at the pick of this index
 */
export function followsDeadlines(
  weights: readonly number[],
  picks: readonly number[],
  turnsOf: (pick: number) => number = () => 1,
): string | null {
  const divisor = weights.reduce((common, weight) => gcd(common, weight), 0)
  const period = weights.reduce((sum, weight) => sum + weight, 0) / divisor
  return followsSomeStart(period, (start) => {
    const deadlines = startedAt(weights, start, picks)
    for (const [i, pick] of picks.entries()) {
      if (!(weights[pick] > 0) || !deadlines.isNext(pick, ROUNDING))
        return `pick ${i}: recorded ${pick}, ours ${deadlines.first(-1)}, which is due earlier`
      deadlines.take(pick, turnsOf(i))
    }
    return null
  })
}

/**
 * The deadlines after `start` picks. When the start lies among picks that are due at the same time, it is not known which of them are left: those that the
 * recording begins with.
 */
function startedAt(weights: readonly number[], start: number, picks: readonly number[]): ExactDeadlines {
  const deadlines = new ExactDeadlines()
  for (const [i, weight] of weights.entries()) if (weight > 0) deadlines.insert(i, weight, i)
  let left = start
  while (left > 0) {
    const due = weights.map((_, i) => i).filter((i) => weights[i] > 0 && deadlines.isNext(i))
    const kept = left >= due.length ? [] : picks.slice(0, due.length - left)
    for (const i of due) if (!kept.includes(i)) deadlines.take(i)
    left -= due.length
  }
  return deadlines
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

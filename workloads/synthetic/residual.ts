/**
 * Lifetimes of the pods that are found at a random instant of a stationary stream, and what is left of them. A long life is met in
 * proportion to its length (length-biased: density x f(x) / E[D]), and the instant falls anywhere in it: left = U x, U uniform in
 * (0, 1). Both closed forms by kind, so the population at time zero is exact, and no empty cluster has to warm up for ever (with
 * openb's C² of 216 it would). Source: Cox 1962, Renewal Theory, section 5.4; M/G/∞: Takács 1962, Introduction to the Theory of Queues.
 */
import { distribution, type DistributionSpec } from '../../sim/random/distributions.ts'
import { pow } from '../../sim/random/math.ts'
import type { RandomStream } from '../../sim/random/stream.ts'

/** Kinds of distribution whose residual is known here. */
export const LIFETIMES = ['constant', 'exponential', 'uniform', 'lognormal', 'bounded-pareto', 'empirical'] as const

/** What is wrong with a lifetime, as a sentence; empty when nothing is. */
export function lifetimeProblem(lifetime: DistributionSpec): string {
  if (!LIFETIMES.some((kind) => kind === lifetime.kind)) return unknownKind(lifetime.kind)
  try {
    const life = distribution(lifetime)
    if (!(life.quantile(0) >= 0)) return `lifetime: down to ${life.quantile(0)} µs; accepted: from 0`
    return life.mean > 0 ? '' : `lifetime: a mean of ${life.mean} µs; accepted: above 0`
  } catch (error) {
    if (error instanceof RangeError) return `lifetime: ${error.message}`
    throw error
  }
}

function unknownKind(kind: string): string {
  return `lifetime: ${kind}; accepted: ${LIFETIMES.join(', ')}`
}

/**
 * A sampler of the time that is left [µs, not rounded]. Throws a RangeError for the two that are no lifetimes: normal (below zero)
 * and zipf (ranks).
 */
export function residual(lifetime: DistributionSpec): (stream: RandomStream) => number {
  switch (lifetime.kind) {
    case 'constant':
      return (stream) => stream.next() * lifetime.value
    case 'exponential': {
      // Without memory: what is left is as long as a whole life.
      const whole = distribution(lifetime)
      return (stream) => whole.sample(stream)
    }
    case 'uniform': {
      // Density x / ((high² - low²) / 2), so x² is uniform.
      const low2 = lifetime.low * lifetime.low
      const span = lifetime.high * lifetime.high - low2
      return (stream) => Math.sqrt(low2 + stream.next() * span) * stream.next()
    }
    case 'lognormal':
      // Length-biased: µ grows by σ² = ln(1 + cv²), σ stays; the mean is multiplied by 1 + cv².
      return partOf({ kind: 'lognormal', mean: lifetime.mean * (1 + lifetime.cv * lifetime.cv), cv: lifetime.cv })
    case 'bounded-pareto': {
      const biased = biasedPareto(lifetime.alpha, lifetime.low, lifetime.high)
      return (stream) => biased(stream.next()) * stream.next()
    }
    case 'empirical': {
      const { values, weights } = lifetime
      return partOf({ kind: 'empirical', values, weights: values.map((value, i) => value * (weights?.[i] ?? 1)) })
    }
    default:
      throw new RangeError(unknownKind(lifetime.kind))
  }
}

function partOf(biased: DistributionSpec): (stream: RandomStream) => number {
  const whole = distribution(biased)
  return (stream) => whole.sample(stream) * stream.next()
}

/** Density ∝ x^-alpha between the bounds: a bounded Pareto of alpha - 1, by inversion; of alpha 1 it is uniform in ln x. */
function biasedPareto(alpha: number, low: number, high: number): (u: number) => number {
  if (alpha === 1) return (u) => low * pow(high / low, u)
  const e = 1 - alpha
  const atLow = pow(low, e)
  const span = pow(high, e) - atLow
  return (u) => pow(atLow + u * span, 1 / e)
}

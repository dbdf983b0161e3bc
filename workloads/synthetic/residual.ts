/**
 * Residual lifetimes: the remaining time of the pods that are present at a random instant of a stationary stream. Such lifetimes are
 * length-biased (density x f(x) / E[D]), and the instant is uniform within each: residual = U x, U uniform in (0, 1). Closed forms by kind
 * of distribution, so the population at time zero is exact; a cluster that starts empty would need weeks to fill with openb's C² of 216.
 * Sources: Cox 1962, Renewal Theory, section 5.4; M/G/∞: Takács 1962, Introduction to the Theory of Queues.
 */
import { distribution, type DistributionSpec, pow, type RandomStream } from '../../sim/random/index.ts'
import { cumulated, placeOf } from '../shape/weights.ts'

/** Kinds of distribution with a residual. */
export const LIFETIMES = [
  'constant',
  'exponential',
  'uniform',
  'lognormal',
  'gamma',
  'weibull',
  'pareto',
  'bounded-pareto',
  'hyperexponential',
  'empirical',
  'mixture',
] as const

/** What is wrong with a lifetime, as a sentence; empty when nothing is. */
export function lifetimeProblem(lifetime: DistributionSpec): string {
  if (!isLifetime(lifetime)) return unknownKind(lifetime.kind)
  try {
    const life = distribution(lifetime)
    if (!(life.quantile(0) >= 0)) return `lifetime: values down to ${life.quantile(0)} µs; accepted: values from 0`
    if (!(life.mean > 0 && life.mean < Infinity)) return `lifetime: a mean of ${life.mean} µs; accepted: a finite mean above 0`
    const part = lifetime.kind === 'mixture' ? lifetime.parts.find(({ weight, of }) => weight > 0 && !isLifetime(of)) : undefined
    return part === undefined ? '' : `lifetime: a mixture with a part of kind ${part.of.kind}; accepted: ${LIFETIMES.join(', ')}`
  } catch (error) {
    if (error instanceof RangeError) return `lifetime: ${error.message}`
    throw error
  }
}

const isLifetime = ({ kind }: DistributionSpec): boolean => (LIFETIMES as readonly string[]).includes(kind)

function unknownKind(kind: string): string {
  return `lifetime: ${kind}; accepted: ${LIFETIMES.join(', ')}`
}

/**
 * A sampler of the residual [µs, not rounded]. Throws a RangeError for kinds that are no lifetimes: normal (below zero), zipf and negative
 * binomial (ranks and counts), and Burr, whose length-biased form would need an incomplete beta function.
 */
export function residual(lifetime: DistributionSpec): (stream: RandomStream) => number {
  switch (lifetime.kind) {
    case 'constant':
      return (stream) => stream.next() * lifetime.value
    case 'exponential': {
      // Memoryless: the residual is distributed as the lifetime.
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
    case 'gamma':
      // x^(k-1) times x: the shape grows by one, the scale stays.
      return partOf({ kind: 'gamma', shape: lifetime.shape + 1, mean: (lifetime.mean * (lifetime.shape + 1)) / lifetime.shape })
    case 'weibull': {
      // (x / scale)^k is exponential; length-biased it is gamma of shape 1 + 1/k.
      const shape = 1 + 1 / lifetime.shape
      const power = distribution({ kind: 'gamma', shape, mean: shape })
      return (stream) => lifetime.scale * pow(power.sample(stream), 1 / lifetime.shape) * stream.next()
    }
    case 'pareto':
      if (lifetime.alpha <= 1) throw new RangeError(`lifetime: a Pareto mean of Infinity; accepted: alpha above 1`)
      return (stream) => lifetime.low * pow(1 - stream.next(), -1 / (lifetime.alpha - 1)) * stream.next()
    case 'hyperexponential':
      // The residual of a phase is distributed as the phase; phases are present in proportion to weight × mean.
      return partOfPhases(lifetime.weights, lifetime.means)
    case 'mixture': {
      // The part in proportion to weight × mean, then the residual of that part.
      const parts = lifetime.parts.filter(({ weight }) => weight > 0)
      const left = parts.map(({ of }) => residual(of))
      const upTo = cumulated(Float64Array.from(parts, ({ weight, of }) => weight * distribution(of).mean))
      return (stream) => left[placeOf(upTo, stream.next())](stream)
    }
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

function partOfPhases(weights: readonly number[], means: readonly number[]): (stream: RandomStream) => number {
  const whole = distribution({ kind: 'hyperexponential', weights: weights.map((weight, i) => weight * means[i]), means })
  return (stream) => whole.sample(stream)
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

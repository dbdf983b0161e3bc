/**
 * Distributions as plain data. Every draw is an inversion: one uniform per variate, and a larger uniform never gives a smaller variate.
 * Compared policies that draw from one stream therefore get the same random numbers (common random numbers), which faster methods
 * (ziggurat, rejection) do not provide.
 */
import { Constant, Exponential, Lognormal, Normal, Uniform } from './distributions/basic.ts'
import { Empirical, NegativeBinomial, Zipf } from './distributions/discrete.ts'
import type { Distribution } from './distributions/distribution.ts'
import { Gamma } from './distributions/gamma.ts'
import { Hyperexponential, Mixture } from './distributions/mixture.ts'
import { BoundedPareto, Burr, Pareto, Weibull } from './distributions/tails.ts'

export type { Distribution } from './distributions/distribution.ts'
export { Exponential } from './distributions/basic.ts'
export { balancedMeans } from './distributions/mixture.ts'
export { weibullScale } from './distributions/tails.ts'
export { correlatedPair, scoreCorrelation, type CorrelatedPair } from './distributions/correlated.ts'

/** A distribution and its parameters; times, sizes and other units are the caller's. */
export type DistributionSpec =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  /** cv: standard deviation over mean. */
  | { readonly kind: 'lognormal'; readonly mean: number; readonly cv: number }
  /** shape = 1 / cv²; a whole shape is Erlang's distribution with that number of phases. */
  | { readonly kind: 'gamma'; readonly mean: number; readonly shape: number }
  /** Survival exp(-(x / scale)^shape). */
  | { readonly kind: 'weibull'; readonly shape: number; readonly scale: number }
  /** Survival (low / x)^alpha. */
  | { readonly kind: 'pareto'; readonly alpha: number; readonly low: number }
  /** Density ∝ x^-(alpha + 1) from low to high. */
  | { readonly kind: 'bounded-pareto'; readonly alpha: number; readonly low: number; readonly high: number }
  /** Survival (1 + (x / scale)^c)^-k. */
  | { readonly kind: 'burr'; readonly c: number; readonly k: number; readonly scale: number }
  /** Parallel exponential phases; `balancedMeans` gives two phases with a mean and a cv. */
  | { readonly kind: 'hyperexponential'; readonly weights: readonly number[]; readonly means: readonly number[] }
  /** Ranks 1 to n, probability ∝ rank^-exponent. */
  | { readonly kind: 'zipf'; readonly n: number; readonly exponent: number }
  /** Counts from 0 on, variance mean + mean² / size. */
  | { readonly kind: 'negative-binomial'; readonly mean: number; readonly size: number }
  /** One of the values, with probability in proportion to its weight (equal without weights). */
  | { readonly kind: 'empirical'; readonly values: readonly number[]; readonly weights?: readonly number[] }
  /** A draw from one of the parts, chosen with probability in proportion to its weight. */
  | { readonly kind: 'mixture'; readonly parts: readonly { readonly weight: number; readonly of: DistributionSpec }[] }

/** The distribution of a spec. Throws a RangeError that names the parameter, what was found and what is accepted. */
export function distribution(spec: DistributionSpec): Distribution {
  switch (spec.kind) {
    case 'constant':
      return new Constant(spec.value)
    case 'exponential':
      return new Exponential(spec.mean)
    case 'uniform':
      return new Uniform(spec.low, spec.high)
    case 'normal':
      return new Normal(spec.mean, spec.sd)
    case 'lognormal':
      return new Lognormal(spec.mean, spec.cv)
    case 'gamma':
      return new Gamma(spec.mean, spec.shape)
    case 'weibull':
      return new Weibull(spec.shape, spec.scale)
    case 'pareto':
      return new Pareto(spec.alpha, spec.low)
    case 'bounded-pareto':
      return new BoundedPareto(spec.alpha, spec.low, spec.high)
    case 'burr':
      return new Burr(spec.c, spec.k, spec.scale)
    case 'hyperexponential':
      return new Hyperexponential(spec.weights, spec.means)
    case 'zipf':
      return new Zipf(spec.n, spec.exponent)
    case 'negative-binomial':
      return new NegativeBinomial(spec.mean, spec.size)
    case 'empirical':
      return new Empirical(spec.values, spec.weights)
    case 'mixture':
      return new Mixture(spec.parts.map(({ weight, of }) => ({ weight, of: distribution(of) })))
  }
}

/** The distribution of `factor` times a draw, factor above 0; undefined for ranks and counts, which have no scale. */
export function scaled(spec: DistributionSpec, factor: number): DistributionSpec | undefined {
  switch (spec.kind) {
    case 'constant':
      return { kind: 'constant', value: spec.value * factor }
    case 'exponential':
    case 'lognormal':
    case 'gamma':
      return { ...spec, mean: spec.mean * factor }
    case 'normal':
      return { ...spec, mean: spec.mean * factor, sd: spec.sd * factor }
    case 'uniform':
    case 'bounded-pareto':
      return { ...spec, low: spec.low * factor, high: spec.high * factor }
    case 'weibull':
    case 'burr':
      return { ...spec, scale: spec.scale * factor }
    case 'pareto':
      return { ...spec, low: spec.low * factor }
    case 'hyperexponential':
      return { ...spec, means: spec.means.map((mean) => mean * factor) }
    case 'empirical':
      return { ...spec, values: spec.values.map((value) => value * factor) }
    case 'mixture': {
      const parts = spec.parts.flatMap(({ weight, of }) => {
        const part = scaled(of, factor)
        return part === undefined ? [] : [{ weight, of: part }]
      })
      return parts.length === spec.parts.length ? { kind: 'mixture', parts } : undefined
    }
    case 'zipf':
    case 'negative-binomial':
      return undefined
  }
}

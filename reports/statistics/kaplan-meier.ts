/**
 * Quantiles of a distribution of which some values are known only to be above a bound (censored): the product-limit estimator of Kaplan and
 * Meier 1958 (Nonparametric estimation from incomplete observations, JASA 53), S(t) = Π (1 - d / n) over the values up to t, with d values
 * at t and n values and bounds from t on. Leaving the censored ones out makes quantiles too low, since the longest are cut most often. It
 * assumes that what cuts a value does not depend on it: the horizon does not.
 */
import { placeIn, type SparseHistogram } from '../../sim/index.ts'

/**
 * The q-quantile, with values and bounds in the buckets of histograms; within its bucket it is placed as if values were spread evenly. A
 * bound in a bucket counts as later than the values in it. Infinity when the values end before: too many bounds are above.
 */
export function censoredQuantile(values: SparseHistogram, bounds: SparseHistogram, q: number): number {
  const total = (counts: Float64Array): number => counts.reduce((sum, one) => sum + one, 0)
  let atRisk = total(values.counts) + total(bounds.counts)
  let survival = 1
  let next = 0
  for (let i = 0; i < values.buckets.length; i++) {
    const bucket = values.buckets[i]
    for (; next < bounds.buckets.length && bounds.buckets[next] < bucket; next++) atRisk -= bounds.counts[next]
    const after = survival * (1 - values.counts[i] / atRisk)
    if (after <= 1 - q + ROUNDING) return placeIn(bucket, (survival - (1 - q)) / (survival - after))
    atRisk -= values.counts[i]
    survival = after
  }
  return Infinity
}

/** A survival of exactly 1 - q, from products of doubles. */
const ROUNDING = 1e-12

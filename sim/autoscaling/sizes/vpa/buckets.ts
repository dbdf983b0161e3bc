/**
 * Bounds of a histogram's buckets.
 * Source: Kubernetes autoscaler, vertical-pod-autoscaler 1.8 pkg/recommender/util/histogram_options.go.
 */
import { wholePower } from '../../../random/math.ts'

/** Buckets from 0 up; the last has no end. A bucket of less than `epsilon` is empty. */
export interface Buckets {
  readonly count: number
  readonly epsilon: number
  /** The bucket of a value; the nearest for values outside. */
  find(value: number): number
  /** Where a bucket starts. */
  start(bucket: number): number
}

/** Buckets of one size. The last starts at the maximum or above. */
export function linearBuckets(maximum: number, size: number, epsilon: number): Buckets {
  const count = Math.ceil(maximum / size) + 1
  return {
    count,
    epsilon,
    find: (value) => Math.min(Math.max(Math.trunc(value / size), 0), count - 1),
    start: (bucket) => bucket * size,
  }
}

/** Buckets that are each larger than the one before by the ratio. The last starts at the maximum or above. */
export function exponentialBuckets(maximum: number, first: number, ratio: number, epsilon: number): Buckets {
  const place = (value: number): number => Math.log((value * (ratio - 1)) / first + 1) / Math.log(ratio)
  const count = Math.ceil(place(maximum)) + 1
  const starts = Float64Array.from({ length: count }, (_, bucket) => (first * (wholePower(ratio, bucket) - 1)) / (ratio - 1))
  return {
    count,
    epsilon,
    find: (value) => (value < first ? 0 : Math.min(Math.trunc(place(value)), count - 1)),
    start: (bucket) => starts[bucket],
  }
}

/** Draws in proportion to weights, by inversion of their cumulated sums. */

/** Cumulated sums. */
export function cumulated(weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(weights.length)
  let sum = 0
  for (let i = 0; i < weights.length; i++) sums[i] = sum += weights[i]
  return sums
}

/** The first place whose sum is above `u` times the total, u in [0, 1): place i is drawn in proportion to weight i. */
export function placeOf(sums: Float64Array, u: number): number {
  const target = u * sums[sums.length - 1]
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sums[middle] > target) high = middle
    else low = middle + 1
  }
  return low
}

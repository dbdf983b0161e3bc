/**
 * L2, the lower bound of Martello and Toth 1990 (Lower bounds and reduction procedures for the bin packing problem) for one dimension.
 *
 * For a threshold a with 0 <= a <= C/2: the n1 items larger than C - a need a bin each and share it with none of size a or more. The n2
 * items larger than C/2 and at most C - a, of total S2, need a bin each too. The items from a to C/2, of total S3, can use the n2 C - S2
 * that those leave:
 *
 *   L(a) = n1 + n2 + max(0, ceil((S3 - (n2 C - S2)) / C)),   L2 = max of L(a) over a = 0 and all sizes up to C/2
 *
 * L(0) is at least the continuous bound ceil(sum / C). L2 is at least 2/3 of the optimum, the continuous bound 1/2. One sort and one pass
 * over all thresholds.
 *
 * @param sizes 0 or more each, in any order, with a sum below 2^53
 * @returns bins; Infinity when an item is larger than a bin
 */
export function martelloTothBound(sizes: ArrayLike<number>, capacity: number): number {
  const sorted = Float64Array.from(sizes).sort()
  const { length } = sorted
  if (length === 0) return 0
  if (sorted[length - 1] > capacity) return Infinity
  // Sorted items from `half` on are larger than C/2, items from `alone` on are larger than C - a: n1 = length - alone, n2 = alone - half.
  let half = length
  let largeSum = 0 // S2
  while (half > 0 && 2 * sorted[half - 1] > capacity) largeSum += sorted[--half]
  let smallSum = 0 // S3, of the items from `small` to `half`
  for (let item = 0; item < half; item++) smallSum += sorted[item]
  let small = 0
  let alone = length
  let bound = 0
  for (let k = -1; k < half; k++) {
    const threshold = k < 0 ? 0 : sorted[k]
    while (small < half && sorted[small] < threshold) smallSum -= sorted[small++]
    while (alone > half && sorted[alone - 1] > capacity - threshold) largeSum -= sorted[--alone]
    const left = (alone - half) * capacity - largeSum
    bound = Math.max(bound, length - half + Math.max(0, Math.ceil((smallSum - left) / capacity)))
  }
  return bound
}

/**
 * Holm 1979, A simple sequentially rejective multiple test procedure. In ascending order the i-th of m p-values (from 0) is
 * multiplied by m - i, at least the one before it and at most 1. A claim at level α is then "adjusted < α", and the probability of any
 * wrong claim stays below α for any dependence: the contrasts share their baseline, so they are dependent.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b] || a - b)
  const adjusted = new Array<number>(pValues.length)
  let floor = 0
  order.forEach((index, rank) => {
    floor = Math.max(floor, Math.min(1, (pValues.length - rank) * pValues[index]))
    adjusted[index] = floor
  })
  return adjusted
}

/** Holm's p-values of the contrasts that can be tested (two pairs and more); null for the others, which do not count in the correction. */
export function corrected(measured: readonly { readonly pairs: number; readonly p: number }[]): (number | null)[] {
  const adjusted = holm(measured.filter(({ pairs }) => pairs > 1).map(({ p }) => p))
  let next = 0
  return measured.map(({ pairs }) => (pairs > 1 ? adjusted[next++] : null))
}

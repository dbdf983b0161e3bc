/**
 * Holm 1979, A simple sequentially rejective multiple test procedure. In ascending order the i-th of m p-values (from 0) is
 * multiplied by m - i, never below the one before it and never above 1. A claim at level α is then "adjusted < α", and the chance
 * that any of the claims is wrong stays under α whatever the dependence: the contrasts share their baseline, so they are dependent.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b] || a - b)
  const adjusted = new Array<number>(pValues.length)
  let least = 0
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[index]))
    adjusted[index] = least
  })
  return adjusted
}

/** Holm's p-values of those that can be tested at all (two pairs and more), null for the rest: these are no claims and cost nothing. */
export function corrected(measured: readonly { readonly pairs: number; readonly p: number }[]): (number | null)[] {
  const adjusted = holm(measured.filter(({ pairs }) => pairs > 1).map(({ p }) => p))
  let next = 0
  return measured.map(({ pairs }) => (pairs > 1 ? adjusted[next++] : null))
}

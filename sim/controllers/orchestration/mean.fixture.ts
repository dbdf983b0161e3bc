/** Means over replications. */

/** Student's t at 99.9 % (two-sided) for 9 degrees of freedom, from published tables. */
const T9 = 4.781

/** Mean over ten replications and half of its 99.9 % interval. */
export function meanOf(replications: 10, measure: (replication: number) => number): { readonly mean: number; readonly half: number } {
  const values = Array.from({ length: replications }, (_, replication) => measure(replication))
  const mean = values.reduce((sum, value) => sum + value, 0) / replications
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (replications - 1)
  return { mean, half: T9 * Math.sqrt(variance / replications) }
}

/**
 * Weighted max-min sharing of a capacity, as cgroup weights share a node's CPU: everyone gets min(demand, weight * level), with one
 * level for all, as high as the capacity allows (water filling).
 */

/**
 * The level at which `capacity` is used up; Infinity when all demands fit. Columns hold one row a claimant; weights are positive
 * where demands are. Passes over the rows until no further claimant is satisfied: at most one pass a claimant, two or three in practice.
 */
export function waterLevel(capacity: number, count: number, demand: Float64Array, weight: Float64Array): number {
  let wanted = 0
  for (let i = 0; i < count; i++) wanted += demand[i]
  if (wanted <= capacity) return Infinity
  let level = 0
  for (;;) {
    // Claimants under the present level are satisfied and leave; the rest share what is left by weight. The level only rises.
    let left = capacity
    let weights = 0
    for (let i = 0; i < count; i++) {
      if (demand[i] <= weight[i] * level) left -= demand[i]
      else weights += weight[i]
    }
    const next = left / weights
    if (!(next > level)) return level
    level = next
  }
}

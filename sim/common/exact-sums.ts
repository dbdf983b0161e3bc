/**
 * Exact sums of whole numbers beyond 2^53, a row per sum: the memory of 100,000 nodes of 1 TiB is 2^57 bytes. A coarser unit than a byte
 * would round each pod; a BigInt would allocate at each bind. So a sum is two doubles, `high + low`, where `high` is the double nearest to
 * the sum and `low` its rounding error, 0 for sums below 2^53. Exact below 2^100.
 * Source of the error-free sum: Knuth 1969, TAOCP 2, 4.2.2.
 */

/** 2^53: whole numbers below it are doubles. */
const EXACT = 9_007_199_254_740_992

/** Rows of sums. Readers take `high`; only equality of two sums needs both columns. */
export class ExactSums {
  /** The double nearest to each sum. */
  readonly high: Float64Array
  /** What rounding to `high` left out. */
  readonly low: Float64Array

  constructor(rows: number) {
    this.high = new Float64Array(rows)
    this.low = new Float64Array(rows)
  }

  /** Adds a whole number to the sum of the row. */
  add(row: number, x: number): void {
    addExactly(this.high, this.low, row, x)
  }
}

/** Adds a whole number to the sum `high[row] + low[row]`. */
export function addExactly(high: Float64Array, low: Float64Array, row: number, x: number): void {
  const old = high[row]
  const sum = old + x
  if (low[row] === 0 && sum < EXACT && sum > -EXACT && old < EXACT && old > -EXACT) {
    high[row] = sum
    return
  }
  const part = sum - old
  const rest = low[row] + (old - (sum - part) + (x - part))
  high[row] = sum + rest
  low[row] = rest - (high[row] - sum)
}

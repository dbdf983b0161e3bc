/**
 * An exact sum of whole numbers beyond 2^53: an integral of bytes over time [bytes·µs] reaches 2^53 within seconds. The sum is two
 * doubles, `high + low`, where `low` is the rounding error of `high`; a BigInt would allocate at every addition.
 * Source of the error-free sum and product: Knuth 1969, TAOCP 2, 4.2.2; Dekker 1971, A floating-point technique for extending the
 * available precision. Exact below 2^100 in size; fractions are summed to about 2^-53 of each product.
 */

/** 2^53. */
const EXACT = 9_007_199_254_740_992
/** Dekker's splitter for 53 bits: 2^27 + 1. */
const SPLITTER = 134_217_729

export class Accumulator {
  private high = 0
  private low = 0

  /** Adds a * b. Whole factors below 2^53 are multiplied exactly. */
  add(a: number, b: number): void {
    const product = a * b
    if (product > EXACT || product < -EXACT) this.addRest(a, b, product)
    this.addOne(product)
  }

  /** Adds x. */
  addOne(x: number): void {
    const sum = this.high + x
    const part = sum - this.high
    const low = this.low + (this.high - (sum - part) + (x - part))
    this.high = sum + low
    this.low = low - (this.high - sum)
  }

  /** Adds another accumulator's sum; the order of merging does not matter. */
  merge(other: Accumulator): void {
    const { high, low } = other
    this.addOne(high)
    this.addOne(low)
  }

  clear(): void {
    this.high = 0
    this.low = 0
  }

  /** The double nearest to the sum. */
  value(): number {
    return this.high
  }

  /** This sum over the other's. */
  ratio(other: Accumulator): number {
    return this.high / other.high
  }

  /** Adds the rounding error of a product: a * b - product, exactly. */
  private addRest(a: number, b: number, product: number): void {
    const aScaled = a * SPLITTER
    const aHigh = aScaled - (aScaled - a)
    const aLow = a - aHigh
    const bScaled = b * SPLITTER
    const bHigh = bScaled - (bScaled - b)
    const bLow = b - bHigh
    this.addOne(aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow))
  }
}

/** A histogram over a time of unknown length: the width of the bins is doubled when their number is used up. */

const BINS = 1024

export class TimeBins {
  /** Width of a bin [µs]. */
  width: number
  private readonly amounts = new Float64Array(BINS)
  private used = 0

  constructor(width: number) {
    this.width = width
  }

  /** Adds an amount at a time from 0 [µs]. */
  add(time: number, amount: number): void {
    while (time >= BINS * this.width) this.double()
    const bin = Math.floor(time / this.width)
    this.amounts[bin] += amount
    if (bin >= this.used) this.used = bin + 1
  }

  /** Adds an amount that is spread evenly over an interval. */
  spread(from: number, to: number, amount: number): void {
    while (to > BINS * this.width) this.double()
    for (let bin = Math.floor(from / this.width); bin * this.width < to; bin++) {
      const covered = Math.min(to, (bin + 1) * this.width) - Math.max(from, bin * this.width)
      this.add(bin * this.width, (amount * covered) / (to - from))
    }
  }

  /** The bins up to the last one in use. */
  get values(): readonly number[] {
    return Array.from(this.amounts.subarray(0, this.used))
  }

  private double(): void {
    for (let bin = 0; bin < BINS; bin++) this.amounts[bin] = bin < BINS / 2 ? this.amounts[2 * bin] + this.amounts[2 * bin + 1] : 0
    this.width *= 2
    this.used = Math.ceil(this.used / 2)
  }
}

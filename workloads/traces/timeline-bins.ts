/** Amounts over a time whose length is not known before: bins that double in width when they run out. */

const BINS = 1024

export class TimeBins {
  /** Width of a bin [µs]. */
  width: number
  private readonly amounts = new Float64Array(BINS)
  private used = 0

  constructor(width: number) {
    this.width = width
  }

  /** An amount at a time from 0. */
  add(time: number, amount: number): void {
    while (time >= BINS * this.width) this.double()
    const bin = Math.floor(time / this.width)
    this.amounts[bin] += amount
    if (bin >= this.used) this.used = bin + 1
  }

  /** An amount over a stretch of time, spread evenly. */
  spread(from: number, to: number, amount: number): void {
    while (to > BINS * this.width) this.double()
    for (let bin = Math.floor(from / this.width); bin * this.width < to; bin++) {
      const covered = Math.min(to, (bin + 1) * this.width) - Math.max(from, bin * this.width)
      this.add(bin * this.width, (amount * covered) / (to - from))
    }
  }

  /** Up to the last one that is not empty. */
  get values(): readonly number[] {
    return Array.from(this.amounts.subarray(0, this.used))
  }

  private double(): void {
    for (let bin = 0; bin < BINS; bin++) this.amounts[bin] = bin < BINS / 2 ? this.amounts[2 * bin] + this.amounts[2 * bin + 1] : 0
    this.width *= 2
    this.used = Math.ceil(this.used / 2)
  }
}

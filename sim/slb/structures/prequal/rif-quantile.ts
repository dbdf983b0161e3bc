/** A quantile of the RIF values (requests in flight) in the latest probe responses: backends above it are hot, the others cold. */

/** Larger values are counted as this one. */
const MAX = 4095

export class RifQuantile {
  private readonly ring: Int32Array
  private readonly counts = new Int32Array(MAX + 1)
  private readonly share: number
  private count = 0
  private next = 0
  /** The smallest number such that a share of the ring is at most it, and how many are below it. */
  private at = 0
  private below = 0

  /** @param size numbers remembered @param share of them that are at or below the quantile, 0 to 1 */
  constructor(size: number, share: number) {
    this.ring = new Int32Array(size)
    this.share = share
  }

  add(rif: number): void {
    const value = rif > MAX ? MAX : rif
    const { ring, counts } = this
    if (this.count === ring.length) {
      const old = ring[this.next]
      counts[old]--
      if (old < this.at) this.below--
    } else this.count++
    ring[this.next] = value
    this.next = this.next + 1 === ring.length ? 0 : this.next + 1
    counts[value]++
    if (value < this.at) this.below++
  }

  /** -1 without numbers. */
  quantile(): number {
    const { counts, count } = this
    if (count === 0) return -1
    // The rank of the quantile: at least one, so that a share of 0 is the smallest number.
    const rank = Math.max(1, Math.ceil(this.share * count))
    while (this.below >= rank) this.below -= counts[--this.at]
    while (this.below + counts[this.at] < rank) this.below += counts[this.at++]
    return this.at
  }

  clear(): void {
    this.counts.fill(0)
    this.count = 0
    this.next = 0
    this.at = 0
    this.below = 0
  }
}

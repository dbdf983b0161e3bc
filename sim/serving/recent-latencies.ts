/** A quantile of the last latencies of a client. */

/** Latencies that are kept, and new ones after which the quantile is computed again. */
const KEPT = 1000
const EVERY = 100

/** Exact over the last 1,000 latencies, computed again after every 100: amortised O(log n) a latency. */
export class RecentLatencies {
  /** Infinity until there are 100. Whole microseconds. */
  quantile = Infinity
  private readonly values = new Float64Array(KEPT)
  private readonly share: number
  private count = 0

  /** @param share of the latencies that are at most the quantile */
  constructor(share: number) {
    this.share = share
  }

  add(latency: number): void {
    this.values[this.count++ % KEPT] = latency
    if (this.count % EVERY !== 0) return
    const sorted = this.values.slice(0, Math.min(this.count, KEPT)).sort()
    this.quantile = sorted[Math.max(0, Math.ceil(this.share * sorted.length) - 1)]
  }
}

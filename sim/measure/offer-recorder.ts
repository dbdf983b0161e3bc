/** What became of resource offers in the window. */
import type { Time } from '../common/ids.ts'

export class OfferRecorder {
  made = 0
  /** Offers that were answered, those of which nothing was used, and those taken back. */
  answers = 0
  unused = 0
  back = 0
  /** Dominant share of each role at each sample; rows may end before the last one. */
  readonly shares = new Map<string, number[]>()
  private samples = 0
  private readonly watched: (() => ReadonlyMap<string, number>)[] = []
  private readonly now: () => Time
  private readonly windowStart: Time

  constructor(now: () => Time, windowStart: Time) {
    this.now = now
    this.windowStart = windowStart
  }

  offered(offers: number): void {
    if (this.counts()) this.made += offers
  }

  answered(used: boolean): void {
    if (!this.counts()) return
    this.answers++
    if (!used) this.unused++
  }

  watch(shares: () => ReadonlyMap<string, number>): void {
    this.watched.push(shares)
  }

  /** Reads the shares of roles; 0 before a role is known. */
  sample(): void {
    for (const shares of this.watched)
      for (const [role, share] of shares()) {
        let row = this.shares.get(role)
        if (row === undefined) this.shares.set(role, (row = []))
        while (row.length < this.samples) row.push(0)
        row[this.samples] = share
      }
    this.samples++
  }

  rescinded(offers: number): void {
    if (this.counts()) this.back += offers
  }

  private counts(): boolean {
    return this.now() >= this.windowStart
  }
}

/** Which backends one balancer instance holds to be unhealthy: outliers among the answers to its requests, and failed checks. */
import type { SlotId, Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { HealthChecks, Outliers } from './spec.ts'

/** A row per slot. */
export class Health extends ColumnTable {
  /** Since the end of warm-up. */
  ejections = 0
  private readonly failures = this.column(Int32Array)
  private readonly requests = this.column(Int32Array)
  private readonly successes = this.column(Int32Array)
  private readonly ejected = this.column(Uint8Array)
  private readonly until = this.column(Float64Array)
  private readonly times = this.column(Int32Array)
  /** Checks: 1 while down; failed or good ones in a row; 1 while an answer is missing. */
  private readonly down = this.column(Uint8Array)
  private readonly row = this.column(Int32Array)
  private readonly asked = this.column(Uint8Array)
  private ejectedNow = 0
  private readonly outliers: Outliers | undefined
  private readonly checks: HealthChecks | undefined

  constructor(outliers: Outliers | undefined, checks: HealthChecks | undefined) {
    super(16)
    this.outliers = outliers
    this.checks = checks
  }

  open(slot: SlotId): void {
    this.reserve(slot + 1)
    this.failures[slot] = 0
    this.requests[slot] = 0
    this.successes[slot] = 0
    this.times[slot] = 0
    this.down[slot] = 0
    this.row[slot] = 0
    this.asked[slot] = 0
  }

  /** The backend was removed. */
  close(slot: SlotId): void {
    if (this.ejected[slot] === 1) this.ejectedNow--
    this.ejected[slot] = 0
  }

  isUsable(slot: SlotId): boolean {
    return this.ejected[slot] === 0 && this.down[slot] === 0
  }

  /** A request has ended; `count` backends are known. True when the backend is ejected now. */
  ended(slot: SlotId, failed: boolean, count: number, now: Time): boolean {
    const { outliers } = this
    if (outliers === undefined) return false
    this.requests[slot]++
    if (!failed) {
      this.successes[slot]++
      this.failures[slot] = 0
      return false
    }
    if (++this.failures[slot] !== outliers.consecutive) return false
    this.failures[slot] = 0
    return this.eject(slot, count, now, outliers)
  }

  /** The sweep: ends ejections whose time is over, ejects backends with a low success rate. True when anything changed. */
  sweep(slots: readonly SlotId[], now: Time): boolean {
    const { outliers } = this
    if (outliers === undefined) return false
    let changed = false
    for (const slot of slots) {
      if (this.ejected[slot] === 1) {
        if (now < this.until[slot]) continue
        this.ejected[slot] = 0
        this.ejectedNow--
        changed = true
      } else if (this.times[slot] > 0) this.times[slot]--
    }
    for (const slot of this.slow(slots, outliers)) changed = this.eject(slot, slots.length, now, outliers) || changed
    for (const slot of slots) this.requests[slot] = this.successes[slot] = 0
    return changed
  }

  private slow(slots: readonly SlotId[], { deviations, requests, backends }: Outliers): readonly SlotId[] {
    if (deviations === 0) return []
    const counted = slots.filter((slot) => this.ejected[slot] === 0 && this.requests[slot] >= requests)
    if (counted.length < backends || counted.length === 0) return []
    const rates = counted.map((slot) => this.successes[slot] / this.requests[slot])
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) * (rate - mean), 0) / rates.length
    const border = mean - deviations * Math.sqrt(variance)
    return counted.filter((_, i) => rates[i] < border)
  }

  private eject(slot: SlotId, count: number, now: Time, { ejection, maxEjection, maxShare }: Outliers): boolean {
    if (this.ejected[slot] === 1) return false
    if (this.ejectedNow > 0 && (this.ejectedNow + 1) / count > maxShare) return false
    this.ejected[slot] = 1
    this.ejectedNow++
    this.ejections++
    this.times[slot]++
    this.until[slot] = now + Math.min(ejection * this.times[slot], maxEjection)
    return true
  }

  // ---- checks

  /** A check is about to be sent; the last one failed when its answer is still missing. True when the backend went down. */
  asks(slot: SlotId): boolean {
    const changed = this.asked[slot] === 1 && this.checked(slot, false)
    this.asked[slot] = 1
    return changed
  }

  /** The answer to a check. True when the backend went down or up. */
  checked(slot: SlotId, good: boolean): boolean {
    const { checks } = this
    this.asked[slot] = 0
    if (checks === undefined) return false
    const isDown = this.down[slot] === 1
    if (good !== isDown) {
      this.row[slot] = 0
      return false
    }
    if (++this.row[slot] < (isDown ? checks.rise : checks.fall)) return false
    this.row[slot] = 0
    this.down[slot] = isDown ? 0 : 1
    return true
  }
}

/**
 * The share of failed requests of each backend, a moving average per request. A backend that fails fast has few requests in flight and a
 * low latency, so it would attract requests; above a limit it is used last.
 */
import type { SlotId } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'
import { Outcome } from '../../policy.ts'

/** Weight of the last request in the average. */
const WEIGHT = 0.1

export class ErrorShares extends ColumnTable {
  private readonly share = this.column(Float64Array)
  private readonly limit: number

  /** @param limit of the share, above 0 */
  constructor(limit: number) {
    super(16)
    this.limit = limit
  }

  note(slot: SlotId, outcome: Outcome): void {
    if (outcome === Outcome.Cancelled) return
    if (slot >= this.reserved) this.reserve(slot + 1)
    this.share[slot] += WEIGHT * ((outcome === Outcome.Answered ? 0 : 1) - this.share[slot])
  }

  forget(slot: SlotId): void {
    if (slot < this.reserved) this.share[slot] = 0
  }

  /** Bound, so that a pool can be given it. */
  readonly isAbove = (slot: SlotId): boolean => slot < this.reserved && this.share[slot] > this.limit
}

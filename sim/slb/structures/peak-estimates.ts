/**
 * Estimates of response times that rise to a slower response at once and decay with time, by slot. Each look at an estimate is an update with
 * a response time of 0. In nanoseconds, so that values have the bits of the source's.
 * Source: tower 0.5, tower/src/load/peak_ewma.rs.
 */
import type { SlotId, Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { decayFactor } from './decay-factor.ts'
import { INITIAL_SLOTS } from './slots.ts'

const NANOSECONDS = 1000 // per µs

/** One estimate per slot. */
export class PeakEstimates extends ColumnTable {
  private readonly estimate = this.column(Float64Array)
  private readonly updated = this.column(Float64Array)
  private readonly initial: number
  private readonly decay: number

  /**
   * @param initial estimate before the first response [µs]
   * @param decay time constant [µs]
   */
  constructor(initial: Time, decay: Time) {
    super(INITIAL_SLOTS)
    this.initial = initial * NANOSECONDS
    this.decay = decay * NANOSECONDS
  }

  open(slot: SlotId, now: Time): void {
    this.reserve(slot + 1)
    this.estimate[slot] = this.initial
    this.updated[slot] = now * NANOSECONDS
  }

  /** The estimate at this time [ns]; it has decayed since the last update. */
  look(slot: SlotId, now: Time): number {
    return this.observe(slot, 0, now)
  }

  /** A response took this long [µs]. */
  observe(slot: SlotId, latency: Time, now: Time): number {
    const observed = latency * NANOSECONDS
    const at = now * NANOSECONDS
    const before = this.estimate[slot]
    let estimate = observed
    if (before >= observed) {
      const kept = decayFactor((this.updated[slot] - at) / this.decay)
      estimate = before * kept + observed * (1 - kept)
    }
    this.estimate[slot] = estimate
    this.updated[slot] = at
    return estimate
  }
}

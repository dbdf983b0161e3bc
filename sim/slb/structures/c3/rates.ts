/**
 * C3's rate control: a balancer limits what it sends to each backend to the rate at which the backend answers. The limit is cut when it is above that
 * rate, and grows along a cubic curve of the time since the cut: fast to the rate at which it was cut, slowly around it, faster beyond.
 * Rates are in requests per interval. The constants are those of the authors' simulator (github.com/lalithsuresh/absim).
 */
import type { SlotId, Time } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'

/** Requests per interval at first, and tokens that a backend may keep. */
const INITIAL = 10
/** Factor of a cut; growth per cubic millisecond; largest growth at a time; weight of the last interval in the receive rate. */
const BETA = 0.2
const CUBIC = 0.000004
const MAX_STEP = 10
const RECEIVED = 0.1
/** Smallest limit. */
const LEAST = 0.01
/** A limit that was raised is not cut for this many intervals. */
const HYSTERESIS = 2
const MILLISECOND = 1000
/** Intervals after which a receive rate without answers counts as 0. */
const FORGOTTEN = 400

/** A row per slot. */
export class Rates extends ColumnTable {
  private readonly limit = this.column(Float64Array)
  private readonly tokens = this.column(Float64Array)
  private readonly counted = this.column(Float64Array)
  private readonly cutAt = this.column(Float64Array)
  private readonly cutFrom = this.column(Float64Array)
  private readonly raised = this.column(Float64Array)
  /** Answers per interval: the average up to the start of the present interval, and those of the present one. */
  private readonly received = this.column(Float64Array)
  private readonly answers = this.column(Int32Array)
  private readonly interval0 = this.column(Float64Array)
  private readonly interval: Time

  constructor(interval: Time) {
    super(16)
    this.interval = interval
  }

  open(slot: SlotId, now: Time): void {
    this.reserve(slot + 1)
    this.limit[slot] = INITIAL
    this.tokens[slot] = INITIAL
    this.counted[slot] = now
    this.cutAt[slot] = now
    this.cutFrom[slot] = INITIAL
    this.raised[slot] = now
    this.received[slot] = 0
    this.answers[slot] = 0
    this.interval0[slot] = now
  }

  /** Whether a request may be sent now. */
  allows(slot: SlotId, now: Time): boolean {
    return this.tokensAt(slot, now) >= 1 - 1e-9
  }

  take(slot: SlotId, now: Time): void {
    this.tokens[slot] = this.tokensAt(slot, now) - 1
    this.counted[slot] = now
  }

  /** When the next request may be sent: a whole µs, after now. */
  nextAt(slot: SlotId, now: Time): Time {
    const missing = 1 - this.tokensAt(slot, now)
    return now + Math.max(1, Math.ceil((missing * this.interval) / this.limit[slot]))
  }

  /** An answer has come. */
  answered(slot: SlotId, now: Time): void {
    this.settle(slot, now)
    this.answers[slot]++
    // Tokens up to now are those of the limit so far.
    this.tokens[slot] = this.tokensAt(slot, now)
    this.counted[slot] = now
    const { limit } = this
    const sending = limit[slot]
    const receiving = this.received[slot]
    if (sending < receiving) {
      const wanted = this.cubic((now - this.cutAt[slot]) / MILLISECOND, this.cutFrom[slot])
      limit[slot] = Math.max(LEAST, Math.min(wanted, sending + MAX_STEP))
      this.raised[slot] = now
    } else if (receiving > 0 && sending > receiving && now - this.raised[slot] > HYSTERESIS * this.interval) {
      this.cutFrom[slot] = sending
      this.cutAt[slot] = now
      limit[slot] = Math.max(LEAST, sending * BETA)
    }
  }

  /** The limit of a slot, for tests and `explain`. */
  limitOf(slot: SlotId): number {
    return this.limit[slot]
  }

  private cubic(milliseconds: number, from: number): number {
    const x = milliseconds - Math.cbrt((from * BETA) / CUBIC)
    return CUBIC * x * x * x + from
  }

  private tokensAt(slot: SlotId, now: Time): number {
    return Math.min(INITIAL, this.tokens[slot] + (this.limit[slot] * (now - this.counted[slot])) / this.interval)
  }

  private settle(slot: SlotId, now: Time): void {
    let intervals = Math.floor((now - this.interval0[slot]) / this.interval)
    if (intervals === 0) return
    this.interval0[slot] += intervals * this.interval
    if (intervals > FORGOTTEN) {
      this.received[slot] = 0
      this.answers[slot] = 0
      return
    }
    for (; intervals > 0; intervals--) {
      this.received[slot] += RECEIVED * (this.answers[slot] - this.received[slot])
      this.answers[slot] = 0
    }
  }
}

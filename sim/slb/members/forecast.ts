/** Forecast: of d backends drawn uniformly, the one for which the fewest requests inside are forecast from its last probes. */
import { define, type Values } from '../../common/define.ts'
import { NONE, type SlotId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Sample } from '../structures/sample.ts'
import { Slots } from '../structures/slots.ts'

const MAX_CHOICES = 32

const parameters = {
  period: { kind: 'duration', default: 100_000, min: 1000, meaning: 'time between two probes of all backends' },
  choices: { kind: 'integer', default: 2, min: 1, max: MAX_CHOICES, meaning: 'different backends drawn' },
  level: { kind: 'number', default: 0.5, min: 0.001, max: 1, meaning: 'weight of the last count in the smoothed count' },
  trend: {
    kind: 'number',
    default: 0.3,
    min: 0,
    max: 1,
    meaning: 'weight of the last change in the smoothed change per period; 0: no trend, the forecast is the smoothed count',
  },
  own: { kind: 'boolean', default: true, meaning: 'adds the requests that this balancer has sent since the last answer' },
} as const

export const forecast = define({
  name: 'forecast',
  summary:
    'Of d different backends drawn uniformly, the one for which the fewest requests inside are forecast: the level and trend of its periodic counts, continued to now; the first drawn on ties.',
  source: 'Holt 1957, Forecasting seasonals and trends by exponentially weighted moving averages; counts as in Mitzenmacher 2000',
  fidelity: 'inspired',
  parameters,
  create: (values, context: BalancingContext): Balancer => new Forecast(values, context),
})

/** Holt's smoothing, a row per slot. */
class Trends extends ColumnTable {
  readonly sent = this.column(Int32Array)
  private readonly level = this.column(Float64Array)
  private readonly trend = this.column(Float64Array)
  private readonly at = this.column(Float64Array)
  /** Answers so far: 0, 1, or 2 and more. */
  private readonly answers = this.column(Uint8Array)

  open(slot: SlotId): void {
    this.reserve(slot + 1)
    this.answers[slot] = 0
    this.sent[slot] = 0
  }

  /** `alpha` and `beta` are the weights of the last count and of the last change; the trend is per µs. */
  observe(slot: SlotId, count: number, now: Time, alpha: number, beta: number): void {
    const { level, trend, at, answers } = this
    const elapsed = now - at[slot]
    if (answers[slot] === 0 || elapsed <= 0) {
      level[slot] = count
      trend[slot] = 0
      answers[slot] = 1
    } else {
      const smoothed = alpha * count + (1 - alpha) * (level[slot] + trend[slot] * elapsed)
      trend[slot] = beta * ((smoothed - level[slot]) / elapsed) + (1 - beta) * trend[slot]
      level[slot] = smoothed
    }
    at[slot] = now
    this.sent[slot] = 0
  }

  /** Requests inside at `now`, not below 0; 0 without an answer. */
  forecast(slot: SlotId, now: Time): number {
    return this.answers[slot] === 0 ? 0 : Math.max(0, this.level[slot] + this.trend[slot] * (now - this.at[slot]))
  }
}

class Forecast implements Balancer {
  private readonly slots = new Slots()
  private readonly trends = new Trends()
  private readonly sample = new Sample(MAX_CHOICES)
  private readonly given: Values<typeof parameters>
  private readonly context: BalancingContext
  /** Tag of the timer and of its probes: grows when the last backend leaves. */
  private run = 0

  constructor(given: Values<typeof parameters>, context: BalancingContext) {
    this.given = given
    this.context = context
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.trends.open(slot)
    if (this.slots.count === 1) this.schedule()
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    if (this.slots.count === 0) this.run++
  }

  woke(run: number): void {
    if (run !== this.run) return
    const { slots, context } = this
    for (let i = 0; i < slots.count; i++) context.probe(slots.candidate(i, NONE, slots.count), run)
    this.schedule()
  }

  probed(slot: SlotId, run: number, inside: number): void {
    if (run !== this.run || inside === NONE) return
    this.trends.observe(slot, inside, this.context.now(), this.given.level, this.given.trend)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, sample, trends, given } = this
    if (slots.count === 0) return NO_BACKEND
    const now = this.context.now()
    const drawn = sample.draw(slots, given.choices, exclude, this.context.random)
    let best = sample.slots[0]
    let least = this.load(best, now)
    for (let k = 1; k < drawn; k++) {
      const load = this.load(sample.slots[k], now)
      if (load >= least) continue
      least = load
      best = sample.slots[k]
    }
    trends.sent[best]++
    return best
  }

  ended(): void {
    // probes show it
  }

  private load(slot: SlotId, now: Time): number {
    return this.trends.forecast(slot, now) + (this.given.own ? this.trends.sent[slot] : 0)
  }

  private schedule(): void {
    this.context.wakeAt(this.context.now() + this.given.period, this.run)
  }
}

/** Histogram: the number of replicas for a high percentile of the rates at the same time of earlier seasons. */
import { define } from '../../../common/define.ts'
import { Predictive, predictiveParameters, season, seasonProblems } from '../forecast/predictive.ts'
import type { Forecaster } from '../forecast/forecaster.ts'
import { needingPods, type ReplicaAutoscaler } from '../policy.ts'

const parameters = {
  ...predictiveParameters,
  season,
  percentile: { kind: 'share', default: 0.95, min: 0, max: 1, meaning: 'of the rates at this time of the earlier seasons' },
  seasons: { kind: 'integer', default: 14, min: 1, max: 1000, meaning: 'seasons that are remembered' },
} as const

export const histogram = needingPods(
  define({
    name: 'histogram',
    summary: 'The number of replicas that a high percentile of the rates at the same time of earlier seasons loads at the target.',
    source: 'Urgaonkar, Shenoy, Chandra, Goyal and Wood 2008, Agile Dynamic Provisioning of Multi-tier Internet Applications',
    fidelity: 'simplified',
    parameters,
    problems: seasonProblems,
    create: (values): ReplicaAutoscaler | null => new Predictive(values, new SlotHistogram(values.season / values.slot, values)),
  }),
)

/** The values of the same slot in the last seasons. */
class SlotHistogram implements Forecaster {
  private readonly percentile: number
  private readonly seasons: number
  private readonly bySlot: number[][]
  private count = 0
  private last = NaN

  constructor(season: number, { percentile, seasons }: { readonly percentile: number; readonly seasons: number }) {
    this.percentile = percentile
    this.seasons = seasons
    this.bySlot = Array.from({ length: season }, () => [])
  }

  observe(value: number): void {
    const slot = this.bySlot[this.count++ % this.bySlot.length]
    slot.push(value)
    if (slot.length > this.seasons) slot.shift()
    this.last = value
  }

  /** The smallest value that at least the share `percentile` of the values does not exceed; within the first season the last value. */
  forecast(steps: number): number {
    const values = this.bySlot[(this.count - 1 + steps) % this.bySlot.length]
    if (this.count === 0 || values.length === 0) return this.last
    const sorted = values.toSorted((a, b) => a - b)
    return sorted[Math.max(0, Math.ceil(this.percentile * sorted.length) - 1)]
  }
}

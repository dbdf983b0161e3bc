/** Holt-Winters: the number of replicas for a forecast from level, trend and season, each smoothed exponentially. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Forecaster } from '../forecast/forecaster.ts'
import { Predictive, predictiveParameters, season, seasonProblems } from '../forecast/predictive.ts'
import { needingPods, type ReplicaAutoscaler } from '../policy.ts'

const weight = (initial: number, meaning: string) => ({ kind: 'number', default: initial, min: 0, max: 1, meaning }) as const

const parameters = {
  ...predictiveParameters,
  season,
  alpha: weight(0.3, 'weight of the newest value in the level'),
  beta: weight(0.01, 'weight of the newest change of the level in the trend'),
  gamma: weight(0.3, 'weight of the newest value in the season'),
} as const

export const holtWinters = needingPods(
  define({
    name: 'holt-winters',
    summary:
      'The number of replicas that a forecast from level, trend and additive season, each smoothed exponentially, loads at the target.',
    source: 'Winters 1960, Forecasting Sales by Exponentially Weighted Moving Averages; Holt 1957',
    fidelity: 'faithful',
    parameters,
    problems: seasonProblems,
    create: (values): ReplicaAutoscaler | null => new Predictive(values, new HoltWinters(values)),
  }),
)

/**
 * level  = alpha (y - s) + (1 - alpha) (level + trend)
 * trend  = beta (level - level before) + (1 - beta) trend
 * s      = gamma (y - level) + (1 - gamma) s, the season one period ago
 * y(+h)  = level + h trend + s
 */
class HoltWinters implements Forecaster {
  private readonly weights: Pick<Values<typeof parameters>, 'alpha' | 'beta' | 'gamma'>
  private readonly season: Float64Array
  private level = NaN
  private trend = 0
  /** Values observed. */
  private count = 0

  constructor(values: Values<typeof parameters>) {
    this.weights = values
    this.season = new Float64Array(values.season / values.slot)
  }

  observe(value: number): void {
    const { season } = this
    const place = this.count % season.length
    if (this.count < season.length) season[place] = value
    else this.smooth(value, place)
    this.count++
    if (this.count === season.length) this.begin()
  }

  /** The first season: its mean is the level, the deviations from it are the season. */
  private begin(): void {
    const { season } = this
    this.level = season.reduce((sum, value) => sum + value, 0) / season.length
    for (let i = 0; i < season.length; i++) season[i] -= this.level
  }

  private smooth(value: number, place: number): void {
    const { season, level, trend } = this
    const { alpha, beta, gamma } = this.weights
    this.level = alpha * (value - season[place]) + (1 - alpha) * (level + trend)
    this.trend = beta * (this.level - level) + (1 - beta) * trend
    season[place] = gamma * (value - this.level) + (1 - gamma) * season[place]
  }

  /** Within the first season the last value. */
  forecast(steps: number): number {
    const { season, count } = this
    if (count === 0) return NaN
    if (count < season.length) return season[count - 1]
    return this.level + steps * this.trend + season[(count - 1 + steps) % season.length]
  }
}

/** Seasonal naive: the number of replicas for the rate of one season ago, at the time at which a pod ordered now serves. */
import { define } from '../../../common/define.ts'
import type { Forecaster } from '../forecast/forecaster.ts'
import { RecentValues } from '../forecast/forecaster.ts'
import { Predictive, predictiveParameters, season, seasonProblems } from '../forecast/predictive.ts'
import { needingPods, type ReplicaAutoscaler } from '../policy.ts'

const parameters = { ...predictiveParameters, season } as const

export const seasonalNaive = needingPods(
  define({
    name: 'seasonal-naive',
    summary: 'The number of replicas that the rate of one season ago, at the time at which a pod ordered now serves, loads at the target.',
    source: 'Hyndman and Athanasopoulos 2021, Forecasting: Principles and Practice, 5.2',
    fidelity: 'faithful',
    parameters,
    problems: seasonProblems,
    create: (values): ReplicaAutoscaler | null => new Predictive(values, new SeasonalNaive(values.season / values.slot)),
  }),
)

class SeasonalNaive implements Forecaster {
  private readonly season: number
  private readonly values: RecentValues

  /** @param season number of slots */
  constructor(season: number) {
    this.season = season
    this.values = new RecentValues(season)
  }

  observe(value: number): void {
    this.values.add(value)
  }

  /** Within the first season the last value. */
  forecast(steps: number): number {
    const { season, values } = this
    if (values.count === 0) return NaN
    return values.at(values.count < season ? 0 : season - 1 - ((steps - 1) % season))
  }
}

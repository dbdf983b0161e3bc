/** Autoregressive: the number of replicas for a forecast from the last changes of the rate, which is an ARIMA(p, d, 0) model. */
import { define } from '../../../common/define.ts'
import { autoregression } from '../forecast/autoregression.ts'
import type { Forecaster } from '../forecast/forecaster.ts'
import { RecentValues } from '../forecast/forecaster.ts'
import { Predictive, predictiveParameters } from '../forecast/predictive.ts'
import { needingPods, type ReplicaAutoscaler } from '../policy.ts'

const parameters = {
  ...predictiveParameters,
  order: { kind: 'integer', default: 5, min: 1, max: 100, meaning: 'slots that a forecast looks back, p of ARIMA' },
  differences: { kind: 'integer', default: 1, min: 0, max: 1, meaning: '1: changes from slot to slot are modelled, 0: rates; d of ARIMA' },
  history: { kind: 'integer', default: 240, min: 10, max: 100_000, meaning: 'slots from which the model is fitted at each decision' },
} as const

export const autoregressive = needingPods(
  define({
    name: 'autoregressive',
    summary:
      'The number of replicas that a forecast by an autoregressive model of the last rates, or of their changes, loads at the target.',
    source: 'Box and Jenkins 1970, Time Series Analysis: ARIMA(p, d, 0) by the Yule-Walker equations',
    fidelity: 'simplified',
    parameters,
    problems: ({ order, history }) =>
      history >= 2 * order + 2
        ? []
        : [{ path: ['history'], message: `found ${history} slots for order ${order}; accepted: at least ${2 * order + 2}` }],
    create: (values): ReplicaAutoscaler | null =>
      new Predictive(values, new Autoregressive(values.order, values.differences, values.history)),
  }),
)

class Autoregressive implements Forecaster {
  private readonly order: number
  private readonly differences: number
  private readonly recent: RecentValues

  constructor(order: number, differences: number, history: number) {
    this.order = order
    this.differences = differences
    this.recent = new RecentValues(history)
  }

  observe(value: number): void {
    this.recent.add(value)
  }

  /** The last value until twice as many values as the order are known. */
  forecast(steps: number): number {
    const { recent, order, differences } = this
    if (recent.count === 0) return NaN
    if (recent.count < 2 * order + 2) return recent.at(0)
    const series = Array.from({ length: recent.count }, (_, i) => recent.at(recent.count - 1 - i))
    if (differences === 0) return autoregression(series, order).next(steps).at(-1)!
    const changes = series.slice(1).map((value, i) => value - series[i])
    return autoregression(changes, order)
      .next(steps)
      .reduce((value, change) => value + change, recent.at(0))
  }
}

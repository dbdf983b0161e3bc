/** Autoregressive: the number of replicas for a forecast from the last changes of the rate, which is an ARIMA(p, d, 0) model. */
import { define, type Values } from '../../../common/define.ts'
import { autoregression, continued, type Autoregression } from '../forecast/autoregression.ts'
import type { Forecaster } from '../forecast/forecaster.ts'
import { RecentValues } from '../forecast/forecaster.ts'
import { Predictive, predictiveParameters } from '../forecast/predictive.ts'
import { needingPods, type ReplicaAutoscaler } from '../policy.ts'

const parameters = {
  ...predictiveParameters,
  order: { kind: 'integer', default: 5, min: 1, max: 100, meaning: 'slots that a forecast looks back, p of ARIMA' },
  differences: { kind: 'integer', default: 1, min: 0, max: 1, meaning: '1: changes from slot to slot are modelled, 0: rates; d of ARIMA' },
  history: { kind: 'integer', default: 240, min: 10, max: 100_000, meaning: 'slots from which the model is fitted' },
  refit: { kind: 'integer', default: 1, min: 1, max: 100_000, meaning: 'slots after which the model is fitted again' },
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
    create: (values): ReplicaAutoscaler | null => new Predictive(values, new Autoregressive(values)),
  }),
)

class Autoregressive implements Forecaster {
  private readonly values: Values<typeof parameters>
  private readonly recent: RecentValues
  private model: Autoregression | null = null
  /** Slots since the model was fitted. */
  private age = 0

  constructor(values: Values<typeof parameters>) {
    this.values = values
    this.recent = new RecentValues(values.history)
  }

  observe(value: number): void {
    this.recent.add(value)
    this.age++
  }

  /** The last value until twice as many values as the order are known. */
  forecast(steps: number): number {
    const { recent, values } = this
    const { order, differences, refit } = values
    if (recent.count === 0) return NaN
    if (recent.count < 2 * order + 2) return recent.at(0)
    if (this.model === null || this.age >= refit) {
      this.model = autoregression(this.last(recent.count - differences), order)
      this.age = 0
    }
    const next = continued(this.model, this.last(order), steps)
    return differences === 0 ? next.at(-1)! : next.reduce((value, change) => value + change, recent.at(0))
  }

  /** The last rates or changes of the rate, the newest last. */
  private last(count: number): number[] {
    const { recent, values } = this
    return Array.from({ length: count }, (_, i) => {
      const back = count - 1 - i
      return values.differences === 0 ? recent.at(back) : recent.at(back) - recent.at(back + 1)
    })
  }
}

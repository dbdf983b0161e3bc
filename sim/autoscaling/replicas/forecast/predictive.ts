/**
 * A predictive autoscaler: the replicas that the forecast rate loads at the target, and at least those that the present rate does. The
 * forecast is that of a Forecaster, at the time at which a pod ordered now would serve.
 */
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'
import { cpuTarget, every, leadOf, scaleDownWindow, SECOND } from '../parameters.ts'
import { RecommendationWindow, ROUNDING } from '../recommendation-window.ts'
import { CpuPerRequest } from './cpu-per-request.ts'
import type { Forecaster } from './forecaster.ts'
import { Slots } from './slots.ts'

const MINUTE = 60 * SECOND

/** Parameters of all predictive autoscalers. */
export const predictiveParameters = {
  target: cpuTarget,
  lead: leadOf(2 * MINUTE),
  slot: { kind: 'duration', default: MINUTE, min: SECOND, meaning: 'length of the intervals whose mean rates are learned' },
  reactive: {
    kind: 'boolean',
    default: true,
    meaning: 'never below the replicas that the present rate needs; false: the forecast alone decides',
  },
  scaleDownWindow,
  every,
} as const

/** The parameter of those that know a season. */
export const season = {
  kind: 'duration',
  default: 86_400 * SECOND,
  min: 2 * SECOND,
  meaning: 'period after which the load repeats; a whole number of slots',
} as const

/** Whether a season has whole slots. */
export function seasonProblems({ season: length, slot }: { readonly season: Time; readonly slot: Time }) {
  return length % slot === 0 && length > slot
    ? []
    : [{ path: ['season'], message: `found ${length / SECOND} s with slots of ${slot / SECOND} s; accepted: two or more whole slots` }]
}

/** Forecast, conversion, window. */
export class Predictive implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof predictiveParameters>
  private readonly forecaster: Forecaster
  private readonly slots: Slots
  private readonly cpu = new CpuPerRequest()
  private readonly window: RecommendationWindow

  constructor(values: Values<typeof predictiveParameters>, forecaster: Forecaster) {
    this.every = values.every
    this.values = values
    this.forecaster = forecaster
    this.slots = new Slots(values.slot, (mean) => forecaster.observe(mean))
    this.window = new RecommendationWindow(values.scaleDownWindow)
  }

  desired(load: LoadView): number {
    this.window.start(load.now, load.replicas)
    if (Number.isNaN(load.rate)) return load.replicas
    this.slots.observe(load.elapsed, load.rate)
    this.cpu.observe(load)
    const { target, reactive } = this.values
    const forecast = this.forecaster.forecast(this.steps(load.elapsed))
    const rate = Number.isNaN(forecast) ? load.rate : Math.max(0, reactive ? Math.max(forecast, load.rate) : forecast)
    const needed = this.cpu.replicasFor(rate, target)
    if (Number.isNaN(needed)) return load.replicas
    return this.window.stabilize(load.now, Math.max(0, Math.ceil(Math.min(needed, load.max) - ROUNDING)))
  }

  /** Slots from the last finished one to the one that holds the time at which a pod ordered now serves. */
  private steps(elapsed: Time): number {
    const { slot, lead } = this.values
    return Math.floor((elapsed + lead) / slot) - Math.floor(elapsed / slot) + 1
  }
}

/**
 * KEDA's ScaledObject: 0 to 1 while a trigger is active, a HorizontalPodAutoscaler on external metrics from there on, and back to 0 after a
 * cooldown. Source: KEDA 2 pkg/scaling/executor/scale_scaledobjects.go and its documentation of ScaledObject.
 */
import type { Time } from '../../../common/ids.ts'
import { HorizontalPodAutoscaler } from '../hpa/controller.ts'

/** Metrics are compared in thousandths, as quantities of Kubernetes are. */
const MILLI = 1000

/** Settings of a ScaledObject. */
export interface ScaledObjectSettings {
  readonly min: number
  readonly max: number
  /** Time between two looks at the triggers while there is no replica [µs]. */
  readonly polling: Time
  /** Time without an active trigger after which replicas go to 0 [µs]. */
  readonly cooldown: Time
  /** Value per replica, and the value above which the trigger is active. */
  readonly triggers: readonly { readonly target: number; readonly activation: number }[]
  /** Of the HPA. */
  readonly tolerance: number
  readonly downscaleStabilization: Time
}

export class ScaledObject {
  readonly hpa: HorizontalPodAutoscaler
  /** Whether a trigger was active at the last decision. */
  active = false
  private readonly settings: ScaledObjectSettings
  private nextPoll: Time = -Infinity
  private lastActive: Time = NaN

  /** KEDA's HPA has a least size of 1 where the ScaledObject has 0. */
  constructor(settings: ScaledObjectSettings) {
    const { min, max, triggers, tolerance, downscaleStabilization } = settings
    this.settings = settings
    this.hpa = new HorizontalPodAutoscaler({
      minReplicas: Math.max(1, min),
      maxReplicas: Math.max(1, max),
      targets: triggers.map(({ target }) => ({ source: 'External', averageValue: Math.ceil(target * MILLI) })),
      behavior: null,
      tolerance,
      downscaleStabilization,
      readiness: { cpuInitialization: 0, initialDelay: 0 },
    })
  }

  /** One decision: the replicas to set. @param values by trigger; NaN: it cannot be read, and nothing changes */
  decide(now: Time, replicas: number, values: readonly number[]): number {
    const { triggers, min, cooldown } = this.settings
    this.hpa.steps = null
    if (values.some(Number.isNaN)) return replicas
    this.active = triggers.some(({ activation }, row) => values[row] > activation)
    if (this.active || Number.isNaN(this.lastActive)) this.lastActive = now
    if (replicas === 0) return this.activated(now)
    if (min === 0 && !this.active && now - this.lastActive > cooldown) return 0
    const observedOf = (row: number): number[] => [Math.ceil(values[row] * MILLI)]
    return this.hpa.decide(now, replicas, { podsOf: () => [], observedOf })
  }

  private activated(now: Time): number {
    if (now < this.nextPoll) return 0
    this.nextPoll = now + this.settings.polling
    return this.active ? Math.max(1, this.settings.min) : 0
  }
}

/** KEDA: from 0 to 1 while a trigger is active, from 1 on by a HorizontalPodAutoscaler on the triggers' values, back to 0 after a cooldown. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { HorizontalPodAutoscaler } from '../hpa/controller.ts'
import { every, SECOND, toleranceOf } from '../parameters.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'

/** Metrics are compared in thousandths, as quantities of Kubernetes are. */
const MILLI = 1000

const parameters = {
  triggers: {
    kind: 'list',
    default: [{ metric: 'requests', target: 5, activation: 0 }],
    min: 1,
    max: 20,
    of: {
      metric: {
        kind: 'choice',
        choices: ['requests', 'queued', 'rate'],
        meaning: 'requests in the pods, those of them without a thread, or arrivals per second',
      },
      target: { kind: 'number', min: 0.001, max: 1_000_000_000, meaning: 'value per replica (AverageValue)' },
      activation: { kind: 'number', default: 0, min: 0, max: 1_000_000_000, meaning: 'the trigger is active above this value' },
    },
    meaning: 'what is measured; the trigger that asks for most replicas decides',
  },
  polling: { kind: 'duration', default: 30 * SECOND, min: 1, meaning: 'time between two looks at the triggers while there is no replica' },
  cooldown: { kind: 'duration', default: 300 * SECOND, min: 0, meaning: 'time without an active trigger after which replicas go to 0' },
  tolerance: toleranceOf('value / (target * replicas)'),
  scaleDownWindow: {
    kind: 'duration',
    default: 300 * SECOND,
    min: 0,
    max: 3600 * SECOND,
    meaning: 'from 1 replica on: never below the highest recommendation within this window; 0: no window',
  },
  every,
} as const

export const keda = define({
  name: 'keda',
  summary:
    'One replica while a trigger is active; from there on the number that a HorizontalPodAutoscaler sets for the value per replica; with minReplicas: 0 none once no trigger was active for a cooldown.',
  source: 'KEDA 2, ScaledObject: pollingInterval, cooldownPeriod, activation; Kubernetes 1.34 HPA on external metrics',
  fidelity: 'simplified',
  parameters,
  create: (values): ReplicaAutoscaler | null => new Keda(values),
})

class Keda implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private hpa: HorizontalPodAutoscaler | null = null
  private nextPoll: Time = -Infinity
  private lastActive: Time = NaN

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
  }

  desired(load: LoadView): number {
    const { now, replicas, min } = load
    if (this.values.triggers.some(({ metric }) => Number.isNaN(valueOf(metric, load)))) return replicas // KEDA: a trigger that fails changes nothing
    if (Number.isNaN(this.lastActive)) this.lastActive = now
    const active = this.values.triggers.some(({ metric, activation }) => valueOf(metric, load) > activation)
    if (active) this.lastActive = now
    if (replicas === 0) return this.activated(now, active, min)
    if (min === 0 && !active && now - this.lastActive > this.values.cooldown) return 0
    return this.byHpa(load)
  }

  private activated(now: Time, active: boolean, min: number): number {
    if (now < this.nextPoll) return 0
    this.nextPoll = now + this.values.polling
    return active ? Math.max(1, min) : 0
  }

  private byHpa(load: LoadView): number {
    const { triggers } = this.values
    this.hpa ??= this.started(load)
    const observed = triggers.map(({ metric }) => [Math.ceil(valueOf(metric, load) * MILLI)])
    return this.hpa.decide(load.now, load.replicas, [], observed)
  }

  /** KEDA's HPA has a least size of 1 where the ScaledObject has 0. */
  private started({ min, max }: LoadView): HorizontalPodAutoscaler {
    const { triggers, tolerance, scaleDownWindow } = this.values
    return new HorizontalPodAutoscaler({
      minReplicas: Math.max(1, min),
      maxReplicas: Math.max(1, max),
      targets: triggers.map(({ target }) => ({ source: 'External', averageValue: Math.ceil(target * MILLI) })),
      behavior: null,
      tolerance,
      downscaleStabilization: scaleDownWindow,
      readiness: { cpuInitialization: 0, initialDelay: 0 },
    })
  }
}

/** NaN: not known. Without a pod the arrivals of a second are the requests that wait for one. */
function valueOf(metric: string, { ready, inFlight, queued, rate }: LoadView): number {
  if (metric === 'rate' || ready === 0) return rate
  return ready * (metric === 'queued' ? queued : inFlight)
}

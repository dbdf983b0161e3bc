/** KEDA: from 0 to 1 while a trigger is active, from 1 on by a HorizontalPodAutoscaler on the triggers' values, back to 0 after a cooldown. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { ScaledObject } from '../keda/scaled-object.ts'
import { every, SECOND, toleranceOf } from '../parameters.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'

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
  private scaledObject: ScaledObject | null = null

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
  }

  desired(load: LoadView): number {
    const { triggers, scaleDownWindow: downscaleStabilization } = this.values
    this.scaledObject ??= new ScaledObject({ ...this.values, min: load.min, max: load.max, downscaleStabilization })
    return this.scaledObject.decide(
      load.now,
      load.replicas,
      triggers.map(({ metric }) => valueOf(metric, load)),
    )
  }
}

/** NaN: not known. Without a pod the arrivals of a second are the requests that wait for one. */
function valueOf(metric: string, { ready, inFlight, queued, rate }: LoadView): number {
  if (metric === 'rate' || ready === 0) return rate
  return ready * (metric === 'queued' ? queued : inFlight)
}

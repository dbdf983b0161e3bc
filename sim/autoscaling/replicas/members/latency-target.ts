/** Latency target: replicas in proportion to the mean time of a request in a pod over its target. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { every, isWithin, scaleDownWindow, SECOND, toleranceOf } from '../parameters.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'
import { RecommendationWindow, ROUNDING } from '../recommendation-window.ts'

const parameters = {
  target: { kind: 'duration', default: 100_000, min: 1, meaning: 'mean time of a request in a pod to aim at' },
  tolerance: toleranceOf('time / target'),
  maxRatio: {
    kind: 'number',
    default: 2,
    min: 1.01,
    max: 100,
    meaning: 'largest time / target that counts: the largest growth of one decision',
  },
  scaleDownWindow,
  every,
} as const

export const latencyTarget = needingPods(
  define({
    name: 'latency-target',
    summary:
      'Replicas in proportion to the mean time of a request in a pod over its target, at most maxRatio at once; down to the highest recommendation within the window.',
    source: 'Kubernetes, HPA on a custom metric with a target of Value; the mean time by Little 1961, L = lambda W',
    fidelity: 'simplified',
    parameters,
    create: (values): ReplicaAutoscaler | null => new LatencyTarget(values),
  }),
)

class LatencyTarget implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private readonly window: RecommendationWindow

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
    this.window = new RecommendationWindow(values.scaleDownWindow)
  }

  desired(load: LoadView): number {
    this.window.start(load.now, load.replicas)
    if (load.ready === 0 || !(load.rate > 0) || Number.isNaN(load.inFlight)) return load.replicas
    return this.window.stabilize(load.now, this.recommended(load))
  }

  /** Little's law: the requests in the pods over the arrivals per second are the mean seconds of one. */
  private recommended({ replicas, ready, inFlight, rate, max }: LoadView): number {
    const { target, tolerance, maxRatio } = this.values
    const ratio = (inFlight * ready * SECOND) / rate / target
    if (isWithin(ratio, tolerance)) return replicas
    return Math.min(Math.max(max, replicas), Math.max(0, Math.ceil(ready * Math.min(ratio, maxRatio) - ROUNDING)))
  }
}

/** Queue length: the number of replicas at which each one has the target number of the service's requests. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'
import { every, isWithin, scaleDownWindow, toleranceOf } from '../parameters.ts'
import { RecommendationWindow, ROUNDING } from '../recommendation-window.ts'

export const queueLength = define({
  name: 'queue-length',
  summary:
    'Requests in the service’s pods over the target, rounded up; at least one while requests arrive; up at once, down to the highest recommendation within the window.',
  source:
    'KEDA, aws-sqs-queue scaler (queueLength 5, scaleOnInFlight) over an HPA external metric, AverageValue; Amazon EC2 Auto Scaling, backlog per instance',
  fidelity: 'simplified',
  parameters: {
    target: {
      kind: 'number',
      default: 5,
      min: 0.001,
      max: 1_000_000_000,
      meaning: 'requests per replica; Amazon’s rule: acceptable latency / mean time per request',
    },
    counts: {
      kind: 'choice',
      default: 'all',
      choices: ['all', 'queued'],
      meaning: 'all: every request in the pods; queued: those that have no thread yet',
    },
    tolerance: toleranceOf('backlog / (target * replicas)'),
    scaleDownWindow,
    every,
  },
  create: (values): ReplicaAutoscaler | null => new QueueLength(values),
})

type Given = Values<typeof queueLength.parameters>

class QueueLength implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Given
  private readonly window: RecommendationWindow

  constructor(values: Given) {
    this.every = values.every
    this.values = values
    this.window = new RecommendationWindow(values.scaleDownWindow)
  }

  desired(load: LoadView): number {
    this.window.start(load.now, load.replicas)
    const backlog = load.ready === 0 ? 0 : load.ready * (this.values.counts === 'all' ? load.inFlight : load.queued)
    if (Number.isNaN(backlog) || Number.isNaN(load.rate)) return load.replicas
    return this.window.stabilize(load.now, this.recommended(backlog, load))
  }

  /**
   * 0 only when no request arrives and none is left: requests queue in pods, so without a pod no backlog can be seen, and the arrivals,
   * which fail or are held by their balancer, are the demand that calls the first pod.
   */
  private recommended(backlog: number, { replicas, ready, rate }: LoadView): number {
    const { target, tolerance } = this.values
    const active = rate > 0 || backlog > 0
    if (ready === 0) return active ? Math.max(1, replicas) : replicas
    if (isWithin(backlog / (target * replicas), tolerance)) return replicas
    return Math.max(active ? 1 : 0, Math.ceil(backlog / target - ROUNDING))
  }
}

import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'
import { SLIVER, WishWindow } from '../recommendation-window.ts'

const SECOND = 1_000_000 // µs

const parameters = {
  target: {
    kind: 'number',
    default: 5,
    min: 0.001,
    max: 1_000_000_000,
    meaning: 'requests that one replica may have; Amazon’s rule: acceptable latency / mean time of one',
  },
  counts: {
    kind: 'choice',
    default: 'all',
    choices: ['all', 'waiting'],
    meaning: 'all: every request in the pods; waiting: those without a thread yet',
  },
  tolerance: {
    kind: 'share',
    default: 0.1,
    min: 0,
    max: 1,
    meaning: 'no change while backlog / (target * replicas) is within 1 - tolerance .. 1 + tolerance',
  },
  scaleDownWindow: {
    kind: 'duration',
    default: 300 * SECOND,
    min: 0,
    max: 3600 * SECOND,
    meaning: 'never below the largest wish of the last so long',
  },
  every: { kind: 'duration', default: 15 * SECOND, min: 1, meaning: 'time between two decisions' },
} as const

/** Queue length: so many replicas that each has its share of the requests that are there. */
export const queueLength = define({
  name: 'queue-length',
  summary: 'Requests in the service’s pods over the target, rounded up; up at once, down to the largest wish of the window; at least one.',
  source:
    'KEDA, aws-sqs-queue scaler (queueLength 5, scaleOnInFlight) over an HPA external metric, AverageValue; Amazon EC2 Auto Scaling, backlog per instance',
  fidelity: 'simplified',
  parameters,
  create: (values): ReplicaAutoscaler | null => new QueueLength(values),
})

class QueueLength implements ReplicaAutoscaler {
  readonly every: number
  private readonly values: Values<typeof parameters>
  private readonly recent: WishWindow

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
    this.recent = new WishWindow(values.scaleDownWindow)
  }

  desired(load: LoadView): number {
    this.recent.meet(load.now, load.replicas)
    const backlog = load.measured * (this.values.counts === 'all' ? load.inFlight : load.queued)
    if (Number.isNaN(backlog) || load.measured === 0) return load.replicas
    return this.recent.steady(load.now, this.wish(backlog, load.replicas))
  }

  /** The last replica stays: requests wait in pods, so that without one no queue could ever call for one. */
  private wish(backlog: number, replicas: number): number {
    const { target, tolerance } = this.values
    const ratio = backlog / (target * replicas)
    if (1 - tolerance <= ratio && ratio <= 1 + tolerance) return replicas
    return Math.max(1, Math.ceil(backlog / target - SLIVER))
  }
}

/** Knative: the number of replicas at which each has the target of requests in flight or per second, in a stable and a panic mode. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { nearest } from '../../../random/math.ts'
import { PodAutoscaler } from '../knative/pod-autoscaler.ts'
import { WindowAverage } from '../knative/window-average.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'

const SECOND = 1_000_000 // µs
/** The least target of a pod. */
const LEAST_TARGET = 0.01

const parameters = {
  metric: {
    kind: 'choice',
    default: 'concurrency',
    choices: ['concurrency', 'rps'],
    meaning: 'concurrency: requests in the pods; rps: requests per second',
  },
  total: {
    kind: 'number',
    default: 100,
    min: 0.01,
    max: 1_000_000,
    meaning: 'value of the metric that a pod can take (Knative: 100 for concurrency, 200 for rps)',
  },
  utilization: { kind: 'share', default: 0.7, min: 0.01, max: 1, meaning: 'share of the total to aim at' },
  stableWindow: {
    kind: 'duration',
    default: 60 * SECOND,
    min: 6 * SECOND,
    max: 3600 * SECOND,
    meaning: 'average of the stable mode; panic lasts this long after its cause',
  },
  panicWindow: { kind: 'share', default: 0.1, min: 0.01, max: 1, meaning: 'average of the panic mode, as a share of the stable window' },
  panicThreshold: {
    kind: 'number',
    default: 2,
    min: 1.1,
    max: 10,
    meaning: 'panic begins when the panic average needs this many times the ready pods',
  },
  maxScaleUpRate: { kind: 'number', default: 1000, min: 1.1, max: 1_000_000, meaning: 'most replicas of one decision over ready pods' },
  maxScaleDownRate: {
    kind: 'number',
    default: 2,
    min: 1.1,
    max: 1_000_000,
    meaning: 'ready pods over the fewest replicas of one decision',
  },
  scaleDownDelay: {
    kind: 'duration',
    default: 0,
    min: 0,
    max: 3600 * SECOND,
    meaning: 'never below the highest decision within this time; 0: no delay',
  },
  activationScale: { kind: 'integer', default: 1, min: 1, max: 1_000_000, meaning: 'fewest replicas above 0' },
  every: { kind: 'duration', default: 2 * SECOND, min: 1, meaning: 'time between two decisions, each of which takes one sample' },
} as const

/** knative.dev/serving 0.42.2: the decisions and averages that its recordings are compared with. */
export const knative = define({
  name: 'knative',
  summary:
    'The number of replicas at which the average of the requests in flight (or per second) loads each one at the target; in panic after a surge, never down.',
  source: 'knative.dev/serving 0.42.2, pkg/autoscaler/{scaling,metrics,aggregation}',
  fidelity: 'simplified',
  parameters,
  create: (values): ReplicaAutoscaler | null => new Knative(values),
})

class Knative implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private readonly stable: WindowAverage
  private readonly panic: WindowAverage
  private autoscaler: PodAutoscaler | null = null

  constructor(values: Values<typeof parameters>) {
    const { every, stableWindow, panicWindow } = values
    this.every = every
    this.values = values
    this.stable = new WindowAverage(stableWindow, every)
    this.panic = new WindowAverage(Math.max(SECOND, nearest((stableWindow * panicWindow) / SECOND) * SECOND), every)
  }

  desired(load: LoadView): number {
    const { now } = load
    this.autoscaler ??= this.started(load)
    const sample = this.sampleOf(load)
    if (!Number.isNaN(sample)) {
      this.stable.record(now, sample)
      this.panic.record(now, sample)
    }
    if (this.stable.isEmpty(now)) return load.replicas
    return this.autoscaler.decide(now, load.ready, this.stable.at(now), this.panic.at(now)).desired
  }

  private started({ now, ready }: LoadView): PodAutoscaler {
    const { total, utilization } = this.values
    return new PodAutoscaler(
      { ...this.values, target: Math.max(LEAST_TARGET, total * utilization), total, targetBurstCapacity: 0 },
      now,
      ready,
    )
  }

  /** Without a pod the arrivals of a second are the requests that wait for one. */
  private sampleOf({ ready, inFlight, rate }: LoadView): number {
    return this.values.metric === 'rps' || ready === 0 ? rate : inFlight * ready
  }
}

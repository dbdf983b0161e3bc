/** AWS target tracking: replicas in proportion to a metric over its target, when an alarm has seen it beyond for a number of minutes. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { SECOND } from '../parameters.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'
import { ROUNDING } from '../recommendation-window.ts'

const periods = (initial: number, meaning: string) => ({ kind: 'integer', default: initial, min: 1, max: 10_000, meaning }) as const
const cooldown = (meaning: string) => ({ kind: 'duration', default: 300 * SECOND, min: 0, meaning }) as const

const parameters = {
  metric: {
    kind: 'choice',
    default: 'utilization',
    choices: ['utilization', 'requests-per-target'],
    meaning: 'utilization: CPU used over requested, in percent; requests-per-target: requests per minute and ready pod',
  },
  target: { kind: 'number', default: 70, min: 0.001, max: 1_000_000_000, meaning: 'value of the metric to aim at' },
  outPeriods: periods(3, 'consecutive decisions above the target that raise the high alarm'),
  inPeriods: periods(15, 'consecutive decisions below the low threshold that raise the low alarm'),
  low: { kind: 'share', default: 0.9, min: 0, max: 1, meaning: 'threshold of the low alarm as a share of the target' },
  outCooldown: cooldown('time after a scale-out in which only a larger number of replicas than it set is accepted'),
  inCooldown: cooldown('time after a scale-in without a further one; a scale-out ends it'),
  warmup: { kind: 'duration', default: 0, min: 0, meaning: 'time after a scale-out without a scale-in' },
  disableScaleIn: { kind: 'boolean', default: false, meaning: 'true: replicas are never removed' },
  every: { kind: 'duration', default: 60 * SECOND, min: 1, meaning: 'time between two decisions: the period of the alarms' },
} as const

export const awsTargetTracking = needingPods(
  define({
    name: 'aws-target-tracking',
    summary:
      'Replicas in proportion to a metric over its target, rounded up, when an alarm has seen the metric beyond it for a number of minutes; scale-out before scale-in.',
    source: 'AWS Application Auto Scaling, target tracking scaling policies; Amazon ECS, service auto scaling',
    fidelity: 'simplified',
    parameters,
    create: (values): ReplicaAutoscaler | null => new TargetTracking(values),
  }),
)

class TargetTracking implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private above = 0
  private below = 0
  private outUntil: Time = -Infinity
  private inUntil: Time = -Infinity
  private warmUntil: Time = -Infinity
  /** Replicas that the last scale-out set. */
  private reached = 0

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
  }

  desired(load: LoadView): number {
    const { target, low, outPeriods, inPeriods, disableScaleIn } = this.values
    const metric = this.metricOf(load)
    if (Number.isNaN(metric)) return load.replicas // insufficient data: no action
    this.above = metric > target ? this.above + 1 : 0
    this.below = metric < low * target ? this.below + 1 : 0
    const needed = Math.ceil(load.replicas * Math.min(metric / target, 1e6) - ROUNDING) || 0
    if (this.above >= outPeriods) return this.scaleOut(load, needed)
    if (this.below >= inPeriods && !disableScaleIn) return this.scaleIn(load, needed)
    return load.replicas
  }

  private metricOf({ utilization, rate, ready }: LoadView): number {
    if (this.values.metric === 'utilization') return 100 * utilization
    return ready === 0 ? NaN : (60 * rate) / ready
  }

  private scaleOut({ now, replicas, max }: LoadView, needed: number): number {
    const desired = Math.min(max, needed)
    if (desired <= replicas || (now < this.outUntil && desired <= this.reached)) return replicas
    const { outCooldown, warmup } = this.values
    this.reached = desired
    this.outUntil = now + outCooldown
    this.warmUntil = now + warmup
    this.inUntil = -Infinity
    return desired
  }

  private scaleIn({ now, replicas, min }: LoadView, needed: number): number {
    const desired = Math.max(min, needed)
    if (desired >= replicas || now < this.inUntil || now < this.warmUntil) return replicas
    this.inUntil = now + this.values.inCooldown
    return desired
  }
}

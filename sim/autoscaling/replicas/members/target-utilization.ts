import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'
import { SLIVER, WishWindow } from '../recommendation-window.ts'

const SECOND = 1_000_000 // µs

const parameters = {
  target: { kind: 'share', default: 0.7, min: 0.01, max: 10, meaning: 'CPU used over CPU requested that it steers to' },
  tolerance: {
    kind: 'share',
    default: 0.1,
    min: 0,
    max: 1,
    meaning: 'no change while utilization / target is within 1 - tolerance .. 1 + tolerance',
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

/** Target utilization: so many replicas that the measured work would load each one at the target; up at once, down after a window. */
export const targetUtilization = define({
  name: 'target-utilization',
  summary:
    'So many replicas that the measured CPU work would bring each to the target; up at once, down to the largest wish of the window.',
  source: 'Kubernetes documentation, Horizontal Pod Autoscaling: algorithm details; replica_calculator.go',
  fidelity: 'simplified',
  parameters,
  create: (values): ReplicaAutoscaler | null => new TargetUtilization(values),
})

class TargetUtilization implements ReplicaAutoscaler {
  readonly every: number
  private readonly values: Values<typeof parameters>
  private readonly recent: WishWindow

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
    this.recent = new WishWindow(values.scaleDownWindow)
  }

  desired(target: LoadView): number {
    this.recent.meet(target.now, target.replicas)
    if (target.measured === 0 || Number.isNaN(target.utilization)) return target.replicas
    return this.recent.steady(target.now, this.wish(target))
  }

  /** The ratio rule. A ratio above 1 never asks for fewer than there are, one below 1 never for more: pods may not be measured yet. */
  private wish({ measured, replicas, utilization }: LoadView): number {
    const { target, tolerance } = this.values
    const ratio = utilization / target
    if (1 - tolerance <= ratio && ratio <= 1 + tolerance) return replicas
    const wanted = Math.max(0, Math.ceil((measured * utilization) / target - SLIVER))
    return ratio > 1 ? Math.max(wanted, replicas) : Math.min(wanted, replicas)
  }
}

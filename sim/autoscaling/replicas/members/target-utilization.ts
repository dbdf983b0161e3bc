/** Target utilization: the number of replicas at which the measured CPU work would load each one at the target. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'
import { RecommendationWindow, ROUNDING } from '../recommendation-window.ts'

const SECOND = 1_000_000 // µs

export const targetUtilization = needingPods(
  define({
    name: 'target-utilization',
    summary:
      'The number of replicas at which the measured CPU work would load each one at the target; up at once, down to the highest recommendation within the window.',
    source: 'Kubernetes documentation, Horizontal Pod Autoscaling: algorithm details; replica_calculator.go',
    fidelity: 'simplified',
    parameters: {
      target: { kind: 'share', default: 0.7, min: 0.01, max: 10, meaning: 'CPU used over CPU requested to aim at' },
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
        meaning: 'never below the highest recommendation within this window; 0: no window',
      },
      every: { kind: 'duration', default: 15 * SECOND, min: 1, meaning: 'time between two decisions' },
    },
    create: (values): ReplicaAutoscaler | null => new TargetUtilization(values),
  }),
)

type Given = Values<typeof targetUtilization.parameters>

class TargetUtilization implements ReplicaAutoscaler {
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
    if (load.measured === 0 || Number.isNaN(load.utilization)) return load.replicas
    return this.window.stabilize(load.now, this.recommended(load))
  }

  /**
   * The ratio rule. Pods that are not measured (not ready, or not for a whole window) count with a use of 0 when the ratio of the others is
   * above 1: the load of these may go down as those take their share. They can only stop a scale-up, not turn it into a scale-down.
   */
  private recommended({ measured, replicas, utilization }: LoadView): number {
    const { target } = this.values
    const ratio = utilization / target
    const overAll = ratio > 1 && measured < replicas ? (ratio * measured) / replicas : ratio
    if (this.tolerated(ratio) || this.tolerated(overAll) || overAll < 1 !== ratio < 1) return replicas
    const needed = Math.max(0, Math.ceil((measured * utilization) / target - ROUNDING))
    return ratio > 1 ? Math.max(needed, replicas) : Math.min(needed, replicas)
  }

  private tolerated(ratio: number): boolean {
    return 1 - this.values.tolerance <= ratio && ratio <= 1 + this.values.tolerance
  }
}

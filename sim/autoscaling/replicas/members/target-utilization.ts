/** Target utilization: the number of replicas at which the measured CPU work would load each one at the target. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'
import { cpuTarget, every, isWithin, scaleDownWindow, toleranceOf } from '../parameters.ts'
import { RecommendationWindow, ROUNDING } from '../recommendation-window.ts'

export const targetUtilization = needingPods(
  define({
    name: 'target-utilization',
    summary:
      'The number of replicas at which the measured CPU work would load each one at the target; up at once, down to the highest recommendation within the window.',
    source: 'Kubernetes documentation, Horizontal Pod Autoscaling: algorithm details; replica_calculator.go',
    fidelity: 'simplified',
    parameters: {
      target: cpuTarget,
      tolerance: toleranceOf('utilization / target'),
      scaleDownWindow,
      every,
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
    const { target, tolerance } = this.values
    const ratio = utilization / target
    const overAll = ratio > 1 && measured < replicas ? (ratio * measured) / replicas : ratio
    if (isWithin(ratio, tolerance) || isWithin(overAll, tolerance) || overAll < 1 !== ratio < 1) return replicas
    const needed = Math.max(0, Math.ceil((measured * utilization) / target - ROUNDING))
    return ratio > 1 ? Math.max(needed, replicas) : Math.min(needed, replicas)
  }
}

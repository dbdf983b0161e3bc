/** PID: replicas changed in proportion to the pods that are missing, to their sum over time, and to their change. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { cpuTarget, every, SECOND } from '../parameters.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'

const gain = (initial: number, meaning: string) => ({ kind: 'number', default: initial, min: 0, max: 1000, meaning }) as const

const parameters = {
  target: cpuTarget,
  proportional: gain(0.3, 'replicas per missing pod'),
  integral: gain(0.01, 'replicas per missing pod and second'),
  derivative: gain(0, 'replicas per missing pod that is more than one second before'),
  every,
} as const

export const pid = needingPods(
  define({
    name: 'pid',
    summary:
      'A PID controller on the number of pods by which the present ones differ from the target utilization; the nearest whole number, halves up.',
    source: 'Hellerstein, Diao, Parekh and Tilbury 2004, Feedback Control of Computing Systems; Astrom and Hagglund 1995 (velocity form)',
    fidelity: 'faithful',
    parameters,
    create: (values): ReplicaAutoscaler | null => new Pid(values),
  }),
)

/**
 * Velocity form: each decision adds kp (e - e1) + ki e dt + kd (e - 2 e1 + e2) / dt to the output, with e = ready (utilization / target - 1),
 * which is limited to min..max: the sum cannot grow while the output is at a bound (no windup).
 */
class Pid implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private output = NaN
  private last = NaN
  private before = NaN

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
  }

  desired({ replicas, measured, ready, utilization, min, max }: LoadView): number {
    if (measured === 0 || Number.isNaN(utilization)) return replicas
    const { target, proportional, integral, derivative } = this.values
    const seconds = this.every / SECOND
    const error = ready * (utilization / target - 1)
    const last = Number.isNaN(this.last) ? error : this.last
    const before = Number.isNaN(this.before) ? last : this.before
    const start = Number.isNaN(this.output) ? replicas : this.output
    const change = proportional * (error - last) + integral * error * seconds + (derivative * (error - 2 * last + before)) / seconds
    this.output = Math.min(max, Math.max(min, start + change))
    this.before = last
    this.last = error
    return Math.floor(this.output + 0.5)
  }
}

/** AWS simple scaling: one adjustment per alarm, and then none until the cooldown is over. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { SECOND } from '../parameters.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'
import { percentOf } from './step.ts'

const adjustment = (initial: number, meaning: string) =>
  ({ kind: 'integer', default: initial, min: -1_000_000, max: 1_000_000, meaning }) as const
const periods = (meaning: string) => ({ kind: 'integer', default: 1, min: 1, max: 10_000, meaning }) as const

const parameters = {
  unit: {
    kind: 'choice',
    default: 'change',
    choices: ['change', 'percent'],
    meaning: 'unit of the adjustments. change: replicas; percent: percent of the replicas',
  },
  outThreshold: { kind: 'number', default: 70, meaning: 'scale out when the CPU used over requested, in percent, is at or above this' },
  outAdjust: adjustment(1, 'change of a scale-out'),
  inThreshold: { kind: 'number', default: 40, meaning: 'scale in when the CPU used over requested, in percent, is at or below this' },
  inAdjust: adjustment(-1, 'change of a scale-in'),
  outPeriods: periods('consecutive decisions that must find the utilization above'),
  inPeriods: periods('consecutive decisions that must find the utilization below'),
  cooldown: { kind: 'duration', default: 300 * SECOND, min: 0, meaning: 'time after a change without any other' },
  every: { kind: 'duration', default: 60 * SECOND, min: 1, meaning: 'time between two decisions: the period of the alarms' },
} as const

export const awsSimple = needingPods(
  define({
    name: 'aws-simple',
    summary:
      'Changes the number of replicas by one adjustment per alarm, and then not until the cooldown is over; scale-out before scale-in.',
    source: 'Amazon EC2 Auto Scaling, simple scaling policies and their cooldown',
    fidelity: 'simplified',
    parameters,
    problems: ({ outThreshold, inThreshold }) =>
      inThreshold < outThreshold
        ? []
        : [
            {
              path: ['inThreshold'],
              message: `found ${inThreshold} with outThreshold: ${outThreshold}; accepted: a threshold below that one`,
            },
          ],
    create: (values): ReplicaAutoscaler | null => new SimpleScaling(values),
  }),
)

class SimpleScaling implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private above = 0
  private below = 0
  private until: Time = -Infinity

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
  }

  desired({ now, replicas, utilization, min, max }: LoadView): number {
    const { outThreshold, inThreshold, outPeriods, inPeriods, outAdjust, inAdjust, cooldown, unit } = this.values
    if (Number.isNaN(utilization)) return replicas
    this.above = 100 * utilization >= outThreshold ? this.above + 1 : 0
    this.below = 100 * utilization <= inThreshold ? this.below + 1 : 0
    const adjust = this.above >= outPeriods ? outAdjust : this.below >= inPeriods ? inAdjust : 0
    if (now < this.until || adjust === 0) return replicas
    const wanted = replicas + (unit === 'change' ? adjust : percentOf(replicas, adjust, 1))
    const after = Math.min(Math.max(max, replicas), Math.max(Math.min(min, replicas), wanted))
    if (after === replicas) return replicas
    this.until = now + cooldown
    return after
  }
}

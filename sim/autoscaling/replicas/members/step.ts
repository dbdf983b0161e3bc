/** Step: the number of replicas changed by steps, by more the further a metric is beyond a threshold. */
import { define } from '../../../common/define.ts'
import type { ValueProblem, Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'

const SECOND = 1_000_000 // µs

const entry = {
  from: { kind: 'number', meaning: 'start of the step, as a difference from the threshold; the step ends where the next one starts' },
  adjust: { kind: 'integer', min: -1_000_000, max: 1_000_000, meaning: 'the change, in the unit that adjustment names' },
} as const

export const step = needingPods(
  define({
    name: 'step',
    summary: 'Changes the number of replicas by steps, by more the further a metric is beyond a threshold; scale-out before scale-in.',
    source:
      'AWS Application Auto Scaling, step scaling policies, StepAdjustment and cooldown; Amazon CloudWatch alarms (consecutive periods)',
    fidelity: 'simplified',
    parameters: {
      metric: {
        kind: 'choice',
        default: 'utilization',
        choices: ['utilization', 'request-rate', 'in-flight'],
        meaning:
          'utilization: CPU used over requested, in percent; request-rate: requests per second and ready pod; in-flight: requests in each pod',
      },
      adjustment: {
        kind: 'choice',
        default: 'change',
        choices: ['change', 'percent', 'exact'],
        meaning: 'unit of adjust. change: replicas to add; percent: percent of the replicas to add; exact: the number of replicas',
      },
      outThreshold: { kind: 'number', default: 70, meaning: 'scale out when the metric is at or above this' },
      outSteps: {
        kind: 'list',
        default: [{ from: 0, adjust: 1 }],
        of: entry,
        meaning: 'steps above the threshold, in rising order: [{ from: 0, adjust: 1 }, { from: 15, adjust: 3 }]; []: never scale out',
      },
      inThreshold: { kind: 'number', default: 40, meaning: 'scale in when the metric is at or below this' },
      inSteps: {
        kind: 'list',
        default: [{ from: 0, adjust: -1 }],
        of: entry,
        meaning: 'steps below the threshold, in falling order: [{ from: 0, adjust: -1 }, { from: -20, adjust: -3 }]; []: never scale in',
      },
      outPeriods: { kind: 'integer', default: 1, min: 1, max: 10_000, meaning: 'consecutive decisions that must find the metric above' },
      inPeriods: { kind: 'integer', default: 1, min: 1, max: 10_000, meaning: 'consecutive decisions that must find the metric below' },
      outCooldown: {
        kind: 'duration',
        default: 300 * SECOND,
        meaning: 'time after a scale-out in which the replicas it added count as part of the next scale-out',
      },
      inCooldown: {
        kind: 'duration',
        default: 300 * SECOND,
        meaning: 'time after a scale-in without a further one; a scale-out ends it',
      },
      minimum: { kind: 'integer', default: 1, min: 1, max: 1_000_000, meaning: 'least number of replicas that a step in percent changes' },
      every: { kind: 'duration', default: 60 * SECOND, min: 1, meaning: 'time between two decisions' },
    },
    problems: (values): ValueProblem[] => problemsOf(values),
    create: (values): ReplicaAutoscaler | null => new Step(values),
  }),
)

type Given = Values<typeof step.parameters>
type Steps = Given['outSteps']

function problemsOf({ outSteps, inSteps, outThreshold, inThreshold, adjustment }: Given): ValueProblem[] {
  const found: ValueProblem[] = []
  const check = (name: string, steps: Steps, sign: 1 | -1, order: string): void => {
    steps.forEach(({ from, adjust }, i) => {
      if (sign * from < 0)
        found.push({
          path: [name, i, 'from'],
          message: `found ${from}; accepted: ${sign > 0 ? 'a difference of at least 0, above' : 'a difference of at most 0, below'} the threshold`,
        })
      else if (i > 0 && sign * from <= sign * steps[i - 1].from)
        found.push({ path: [name, i, 'from'], message: `found ${from} after ${steps[i - 1].from}; accepted: ${order} order` })
      if (adjustment === 'exact' && adjust < 0)
        found.push({ path: [name, i, 'adjust'], message: `found ${adjust} with adjustment: exact; accepted: a number of replicas from 0` })
      if (adjustment !== 'exact' && sign * adjust < 0)
        found.push({
          path: [name, i, 'adjust'],
          message: `found ${adjust}; accepted: ${sign > 0 ? 'at least 0: these steps scale out' : 'at most 0: these steps scale in'}`,
        })
    })
  }
  check('outSteps', outSteps, 1, 'rising')
  check('inSteps', inSteps, -1, 'falling')
  if (outSteps.length > 0 && inSteps.length > 0 && inThreshold >= outThreshold) {
    found.push({
      path: ['inThreshold'],
      message: `found ${inThreshold} with outThreshold: ${outThreshold}; accepted: a threshold below that one`,
    })
  }
  return found
}

class Step implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Given
  /** Consecutive decisions that found the metric above, and below. */
  private above = 0
  private below = 0
  /** Ends of the cooldowns. */
  private outUntil: Time = -Infinity
  private inUntil: Time = -Infinity
  /** Replicas before the scale-out whose cooldown runs. */
  private base = 0

  constructor(values: Given) {
    this.every = values.every
    this.values = values
  }

  desired(load: LoadView): number {
    const { outThreshold, inThreshold, outPeriods, inPeriods } = this.values
    const metric = this.metricOf(load)
    if (Number.isNaN(metric)) return load.replicas // CloudWatch: missing data leaves an alarm as it is
    this.above = metric >= outThreshold ? this.above + 1 : 0
    this.below = metric <= inThreshold ? this.below + 1 : 0
    if (this.above >= outPeriods) return this.scaleOut(load, metric - outThreshold)
    if (this.below >= inPeriods) return this.scaleIn(load, metric - inThreshold)
    return load.replicas
  }

  private metricOf({ utilization, rate, ready, inFlight }: LoadView): number {
    const { metric } = this.values
    if (metric === 'utilization') return 100 * utilization
    if (metric === 'in-flight') return inFlight
    return ready === 0 ? NaN : rate / ready
  }

  /** Within the cooldown the step is applied to the size before it began: only a step larger than the last one adds replicas. */
  private scaleOut({ now, replicas, max }: LoadView, breach: number): number {
    const { outSteps, outCooldown } = this.values
    let adjust: number | undefined
    for (const { from, adjust: by } of outSteps) if (from <= breach) adjust = by // the last step that starts at or before it
    if (adjust === undefined) return replicas
    const base = now < this.outUntil ? Math.min(this.base, replicas) : replicas // after a scale-in meanwhile a step adds no more than its own number
    const desired = Math.min(max, this.adjusted(base, adjust))
    if (desired <= replicas) return replicas
    this.base = base
    this.outUntil = now + outCooldown
    this.inUntil = -Infinity
    return desired
  }

  private scaleIn({ now, replicas, min }: LoadView, breach: number): number {
    const { inSteps, inCooldown } = this.values
    if (now < this.inUntil) return replicas
    let adjust: number | undefined
    for (const { from, adjust: by } of inSteps) if (from >= breach) adjust = by
    if (adjust === undefined) return replicas
    const desired = Math.max(min, this.adjusted(replicas, adjust))
    if (desired >= replicas) return replicas
    this.inUntil = now + inCooldown
    return desired
  }

  private adjusted(replicas: number, adjust: number): number {
    const { adjustment, minimum } = this.values
    if (adjustment === 'exact') return adjust
    return Math.max(0, replicas + (adjustment === 'change' ? adjust : percentOf(replicas, adjust, minimum)))
  }
}

/** `percent` of the replicas, rounded towards 0, but at least 1 and at least `minimum` in size: 12.7 is 12, 0.67 is 1, -0.58 is -1, -6.67 is -6. */
export function percentOf(replicas: number, percent: number, minimum: number): number {
  const change = (replicas * percent) / 100
  if (change === 0) return 0
  return Math.sign(change) * Math.max(minimum, Math.floor(Math.abs(change)))
}

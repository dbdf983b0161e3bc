import { define } from '../../../common/define.ts'
import type { ValueProblem, Values } from '../../../common/define.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'

const SECOND = 1_000_000 // µs

const entry = {
  from: { kind: 'number', meaning: 'where the step begins, as a difference from the threshold; it ends where the next one begins' },
  adjust: { kind: 'integer', min: -1_000_000, max: 1_000_000, meaning: 'replicas, or percent of them, or their number (see adjustment)' },
} as const

const parameters = {
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
    meaning: 'what a step adjusts by: so many replicas, so many percent, or to this number',
  },
  outThreshold: { kind: 'number', default: 70, meaning: 'a metric at or above it calls for more' },
  outSteps: {
    kind: 'list',
    default: [{ from: 0, adjust: 1 }],
    of: entry,
    meaning: 'what is done from how far above, rising: [{ from: 0, adjust: 1 }, { from: 15, adjust: 3 }]; [] never',
  },
  inThreshold: { kind: 'number', default: 40, meaning: 'a metric at or below it calls for fewer' },
  inSteps: {
    kind: 'list',
    default: [{ from: 0, adjust: -1 }],
    of: entry,
    meaning: 'what is done from how far below, falling: [{ from: 0, adjust: -1 }, { from: -20, adjust: -3 }]; [] never',
  },
  outPeriods: { kind: 'integer', default: 1, min: 1, max: 10_000, meaning: 'decisions in a row that must find the metric above' },
  inPeriods: { kind: 'integer', default: 1, min: 1, max: 10_000, meaning: 'decisions in a row that must find the metric below' },
  outCooldown: {
    kind: 'duration',
    default: 300 * SECOND,
    meaning: 'for so long after growth, what was added counts as part of the next growth',
  },
  inCooldown: { kind: 'duration', default: 300 * SECOND, meaning: 'for so long after shrinking it does not shrink again; growth ends it' },
  minimum: { kind: 'integer', default: 1, min: 1, max: 1_000_000, meaning: 'least number of replicas that a step of percent changes' },
  every: { kind: 'duration', default: 60 * SECOND, min: 1, meaning: 'time between two decisions' },
} as const

type Steps = readonly { readonly from: number; readonly adjust: number }[]
type Policy = Values<typeof parameters>

/** Step: the further a metric is beyond its threshold, the more replicas come or go. */
export const step = define({
  name: 'step',
  summary: 'The further a metric is beyond a threshold, the more replicas come or go, by steps; growth comes before shrinking.',
  source:
    'AWS Application Auto Scaling, step scaling policies, StepAdjustment and cooldown; Amazon CloudWatch alarms (consecutive periods)',
  fidelity: 'simplified',
  parameters,
  problems,
  create: (values): ReplicaAutoscaler | null => new Step(values),
})

function problems({ outSteps, inSteps, outThreshold, inThreshold, adjustment }: Policy): ValueProblem[] {
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
          message: `found ${adjust}; accepted: ${sign > 0 ? 'at least 0: these steps grow' : 'at most 0: these steps shrink'}`,
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
  readonly every: number
  private readonly policy: Policy
  /** Decisions in a row that found the metric above, and below. */
  private above = 0
  private below = 0
  /** Ends of the cooldowns, and the size before the growth that began the first one. */
  private outUntil = -Infinity
  private inUntil = -Infinity
  private base = 0

  constructor(policy: Policy) {
    this.every = policy.every
    this.policy = policy
  }

  desired(load: LoadView): number {
    const { outThreshold, inThreshold, outPeriods, inPeriods } = this.policy
    const metric = this.metricOf(load)
    if (Number.isNaN(metric)) return load.replicas // CloudWatch: missing data leaves an alarm as it is
    this.above = metric >= outThreshold ? this.above + 1 : 0
    this.below = metric <= inThreshold ? this.below + 1 : 0
    if (this.above >= outPeriods) return this.grow(load, metric - outThreshold)
    if (this.below >= inPeriods) return this.shrink(load, metric - inThreshold)
    return load.replicas
  }

  private metricOf({ utilization, rate, ready, inFlight }: LoadView): number {
    const { metric } = this.policy
    if (metric === 'utilization') return 100 * utilization
    if (metric === 'in-flight') return inFlight
    return ready === 0 ? NaN : rate / ready
  }

  /** Within the cooldown the step is taken from the size before it began: only a larger step than the last adds something. */
  private grow({ now, replicas, max }: LoadView, breach: number): number {
    const { outSteps, outCooldown } = this.policy
    let adjust: number | undefined
    for (const { from, adjust: by } of outSteps) if (from <= breach) adjust = by // the last that begins at or before it
    if (adjust === undefined) return replicas
    const base = now < this.outUntil ? Math.min(this.base, replicas) : replicas // fewer meanwhile: a step adds no more than it says
    const wanted = Math.min(max, this.adjusted(base, adjust))
    if (wanted <= replicas) return replicas
    this.base = base
    this.outUntil = now + outCooldown
    this.inUntil = -Infinity
    return wanted
  }

  private shrink({ now, replicas, min }: LoadView, breach: number): number {
    const { inSteps, inCooldown } = this.policy
    if (now < this.inUntil) return replicas
    let adjust: number | undefined
    for (const { from, adjust: by } of inSteps) if (from >= breach) adjust = by
    if (adjust === undefined) return replicas
    const wanted = Math.max(min, this.adjusted(replicas, adjust))
    if (wanted >= replicas) return replicas
    this.inUntil = now + inCooldown
    return wanted
  }

  private adjusted(replicas: number, adjust: number): number {
    const { adjustment, minimum } = this.policy
    if (adjustment === 'exact') return adjust
    return Math.max(0, replicas + (adjustment === 'change' ? adjust : percentOf(replicas, adjust, minimum)))
  }
}

/** Rounded towards 0, but a change below 1 is 1, and any change at least `minimum`: 12.7 is 12, 0.67 is 1, -0.58 is -1, -6.67 is -6. */
export function percentOf(replicas: number, percent: number, minimum: number): number {
  const change = (replicas * percent) / 100
  if (change === 0) return 0
  return Math.sign(change) * Math.max(minimum, Math.floor(Math.abs(change)))
}

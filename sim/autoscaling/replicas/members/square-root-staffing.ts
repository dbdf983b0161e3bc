/** Square-root staffing: the number of replicas with which at most a given share of the requests would wait in one common queue. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import { serversFor } from '../../../common/erlang.ts'
import type { Time } from '../../../common/ids.ts'
import { every, scaleDownWindow } from '../parameters.ts'
import { needingPods, type LoadView, type ReplicaAutoscaler } from '../policy.ts'
import { RecommendationWindow, ROUNDING } from '../recommendation-window.ts'

const parameters = {
  rule: {
    kind: 'choice',
    default: 'square-root',
    choices: ['square-root', 'erlang-c'],
    meaning: 'square-root: load + beta * sqrt(load); erlang-c: the fewest for which at most `waiting` of the arrivals wait',
  },
  beta: { kind: 'number', default: 1, min: 0, max: 100, meaning: 'square-root: quality of service; 1: about 22 % of the arrivals wait' },
  waiting: { kind: 'share', default: 0.2, min: 0.000001, max: 1, meaning: 'erlang-c: largest share of arrivals that wait' },
  scaleDownWindow,
  every,
} as const

export const squareRootStaffing = needingPods(
  define({
    name: 'square-root-staffing',
    summary:
      'The load in pods (CPU used over requested, summed) plus a reserve of its square root, or the fewest replicas by Erlang C; down to the highest recommendation within the window.',
    source: 'Halfin and Whitt 1981; Gandhi, Harchol-Balter, Raghunathan and Kozuch 2012, AutoScale (reserve of the square root)',
    fidelity: 'faithful',
    parameters,
    create: (values): ReplicaAutoscaler | null => new SquareRootStaffing(values),
  }),
)

class SquareRootStaffing implements ReplicaAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private readonly window: RecommendationWindow

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
    this.window = new RecommendationWindow(values.scaleDownWindow)
  }

  /** Pods that are not measured carry the same load as the others. */
  desired({ now, replicas, measured, ready, utilization, max }: LoadView): number {
    this.window.start(now, replicas)
    if (measured === 0 || Number.isNaN(utilization)) return replicas
    return this.window.stabilize(now, this.staffed(Math.min(utilization * ready, max), max))
  }

  private staffed(load: number, max: number): number {
    const { rule, beta, waiting } = this.values
    if (rule === 'erlang-c') return serversFor(load, waiting, max)
    return Math.ceil(load + beta * Math.sqrt(load) - ROUNDING) || 0
  }
}

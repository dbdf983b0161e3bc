/** Earliest deadline: the pod that should be through first goes first. */
import { define } from '../../../common/define.ts'
import type { NaiveOrder, QueueOrder } from '../policy.ts'

/** Pods without a deadline have Infinity: they take what the others leave. */
const rank: NaiveOrder = (pod, view) => view.pods.deadline[pod]

export const earliestDeadline = {
  ...define<QueueOrder, undefined, Record<never, never>>({
    name: 'earliest-deadline',
    summary: 'the earliest deadline first, pods without one last; then in the order of creation',
    source:
      'Jackson 1955, Scheduling a Production Line to Minimize Maximum Tardiness; Liu, Layland 1973, Scheduling Algorithms for Multiprogramming',
    fidelity: 'faithful',
    parameters: {},
    create: () => ({ rank }),
  }),
  twin: (): NaiveOrder => rank,
}

/** Earliest deadline: the pod with the earliest deadline. */
import { defineOrder } from '../policy.ts'
import type { NaiveOrder } from '../policy.ts'

export const earliestDeadline = defineOrder({
  name: 'earliest-deadline',
  summary: 'the earliest deadline first, pods without one last; then in the order of creation',
  source:
    'Jackson 1955, Scheduling a Production Line to Minimize Maximum Tardiness; Liu, Layland 1973, Scheduling Algorithms for Multiprogramming',
  fidelity: 'faithful',
  parameters: {},
  create: () => ({ rank }),
  twin: () => rank,
})

/** Infinity when the pod has no deadline. */
const rank: NaiveOrder = (pod, view) => view.pods.deadline[pod]

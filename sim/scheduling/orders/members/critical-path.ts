/** Critical path first: the task with the longest chain of run times to the end of its job. */
import { defineOrder } from '../policy.ts'
import type { NaiveOrder } from '../policy.ts'

export const criticalPath = defineOrder({
  name: 'critical-path',
  summary:
    'the longest chain of run times from the start of the pod to the end of its job first, endless pods before all; then in the order of creation',
  source: 'Hu 1961, Parallel sequencing and assembly line problems; Topcuoglu et al. 2002 (HEFT): upward rank without communication',
  fidelity: 'faithful',
  parameters: {},
  create: () => ({ rank }),
  twin: () => rank,
})

/** The longest chain is the smallest rank. */
const rank: NaiveOrder = (pod, view) => -view.pods.tail[pod]

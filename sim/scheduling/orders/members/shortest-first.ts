/** Shortest first: the pod with the shortest running time. */
import { defineOrder } from '../policy.ts'
import type { NaiveOrder } from '../policy.ts'

export const shortestFirst = defineOrder({
  name: 'shortest-first',
  summary: 'the shortest declared running time first, unknown or endless ones last; then in the order of creation',
  source: 'Phipps 1956, Machine Repair as a Priority Waiting-Line Problem; Smith 1956: least mean waiting on one machine',
  fidelity: 'faithful',
  parameters: {},
  create: () => ({ rank }),
  twin: () => rank,
})

/** The requested time; Infinity when it is unknown or endless. */
const rank: NaiveOrder = (pod, view) => view.pods.requested[pod]

/** Shortest first: the pod that will run for the shortest time first. */
import { define } from '../../../common/define.ts'
import type { NaiveOrder, QueueOrder } from '../policy.ts'

/** As declared on creation; what is unknown or runs for ever is Infinity, and so the last. */
const rank: NaiveOrder = (pod, view) => view.pods.duration[pod]

export const shortestFirst = {
  ...define<QueueOrder, undefined, Record<never, never>>({
    name: 'shortest-first',
    summary: 'the shortest running time first, as declared; unknown or endless ones last; then in the order of creation',
    source: 'Phipps 1956, Machine Repair as a Priority Waiting-Line Problem; Smith 1956: least mean waiting on one machine',
    fidelity: 'faithful',
    parameters: {},
    create: () => ({ rank }),
  }),
  twin: (): NaiveOrder => rank,
}

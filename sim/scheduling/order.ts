/** Which pod first. An order is a rank, fixed when the pod joins the queue. */
import { catalogue, define } from '../define.ts'
import type { ClusterView } from '../cluster/views.ts'

export interface QueueOrder {
  /** The smallest goes first; among equal ranks the pod that joined the queue first. */
  rank(pod: number, view: ClusterView): number
}

export const fifo = define<QueueOrder, undefined, Record<never, never>>({
  name: 'fifo',
  summary: 'in the order in which pods were created; there are no ties',
  source: 'first in, first out',
  fidelity: 'faithful',
  parameters: {},
  create: () => ({ rank: (pod, view) => view.pods.order[pod] }),
})

export const orders = catalogue<QueueOrder, undefined>('order', [fifo])

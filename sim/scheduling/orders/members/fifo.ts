/** First in, first out: the pod that was created first. */
import { defineOrder } from '../policy.ts'

export const fifo = defineOrder({
  name: 'fifo',
  summary: 'in the order in which pods were created; ties cannot occur',
  source: 'first come, first served, the baseline of queueing theory',
  fidelity: 'faithful',
  parameters: {},
  create: () => ({}),
  twin: () => () => 0,
})

/** First in, first out: pods in the order in which they were created. */
import { define } from '../../../common/define.ts'
import type { NaiveOrder, QueueOrder } from '../policy.ts'

export const fifo = {
  ...define<QueueOrder, undefined, Record<never, never>>({
    name: 'fifo',
    summary: 'in the order in which pods were created; there are no ties',
    source: 'first come, first served, the baseline of queueing theory',
    fidelity: 'faithful',
    parameters: {},
    create: () => ({}),
  }),
  twin: (): NaiveOrder => () => 0,
}

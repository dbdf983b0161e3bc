/** EASY backfilling: the job that was created first, and later jobs that do not delay it. */
import { defineOrder } from '../policy.ts'

export const easy = defineOrder({
  name: 'easy',
  summary:
    'in the order of creation; later jobs start earlier if they do not delay the first one, by the requested times; tasks of rigid jobs start together',
  source: "Lifka 1995, The ANL/IBM SP Scheduling System (JSSPP); Mu'alem, Feitelson 2001, IEEE TPDS 12(6)",
  fidelity: 'simplified',
  parameters: {},
  create: () => ({ discipline: 'easy' }),
  // The place in the queue only; ../../queue/job-loop.test.ts has the reference implementation of the discipline.
  twin: () => () => 0,
})

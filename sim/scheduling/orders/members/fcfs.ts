/** First come, first served: the job that was created first, and no job before it. */
import { defineOrder } from '../policy.ts'

export const fcfs = defineOrder({
  name: 'fcfs',
  summary: 'in the order of creation, and no job starts before those created earlier; tasks of rigid jobs start together',
  source: 'Feitelson, Rudolph, Schwiegelshohn, Sevcik, Wong 1997, Theory and Practice in Parallel Job Scheduling (JSSPP)',
  fidelity: 'faithful',
  parameters: {},
  create: () => ({ discipline: 'fcfs' }),
  // The place in the queue only; ../../queue/job-loop.test.ts has the reference implementation of the discipline.
  twin: () => () => 0,
})

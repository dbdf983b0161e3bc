/** Conservative backfilling: each job has a reservation, and a later job starts earlier only where it delays none of them. */
import { defineOrder } from '../policy.ts'

export const conservative = defineOrder({
  name: 'conservative',
  summary:
    'each job gets the earliest start that delays no job created before it, by the requested times, and keeps it or starts earlier; tasks of rigid jobs start together',
  source:
    "Feitelson, Mu'alem Weil 1998, Utilization and Predictability in Scheduling the IBM SP2 with Backfilling (IPPS/SPDP); Mu'alem, Feitelson 2001, IEEE TPDS 12(6)",
  fidelity: 'simplified',
  parameters: {
    depth: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1_000_000,
      meaning: 'jobs with a reservation, the first ones of the queue, as in Slurm and Maui; 0: all; 1: about EASY',
    },
  },
  create: ({ depth }) => ({ discipline: 'conservative', depth: depth === 0 ? Infinity : depth }),
  // The place in the queue only; ../../queue/job-loop.test.ts has the reference implementation of the discipline.
  twin: () => () => 0,
})

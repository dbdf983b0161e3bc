/** Metrics of Jobs and CronJobs that a controller of the run keeps. */
export const BATCH_ROWS = [
  [
    'jobs-completed',
    'Jobs completed',
    'jobs',
    'higher',
    'difference',
    'Jobs of workload.batch that were created in the window and completed',
  ],
  [
    'jobs-failed',
    'Jobs failed',
    'jobs',
    'lower',
    'difference',
    'Jobs of workload.batch that were created in the window and failed: back-off limit, deadline, failed indexes or pod failure policy; they have no completion time',
  ],
  [
    'job-pods-failed',
    'failed pods of Jobs',
    'pods',
    'lower',
    'difference',
    'pods of Jobs that failed: exit with an error under restartPolicy Never, evicted, or lost with their node',
  ],
  [
    'job-restarts',
    'restarts in Jobs',
    'restarts',
    'lower',
    'difference',
    'exits with an error under restartPolicy OnFailure, after which the container is started again',
  ],
  ['schedule-delay', 'schedule delay', 's', 'lower', 'difference', 'mean time from the slot of a CronJob to the creation of its Job'],
  [
    'schedules-missed',
    'schedules missed',
    'slots',
    'lower',
    'difference',
    'slots of CronJobs without a Job: past the starting deadline, overtaken by a later slot, or not started until the horizon; slots of a suspended CronJob do not count',
  ],
] as const

/** The Jobs of CronJobs, run by the Job controller. */
import type { CronJob, CronJobController, JobControl, ScheduledJob } from './cron-job.ts'
import type { JobController } from './job.ts'
import { endOf, type Job, type JobSpec } from './job-object.ts'

export class ControlledJobs implements JobControl {
  /** Set once both controllers exist. */
  cronJobs: CronJobController | null = null
  private readonly jobs: JobController
  private readonly templateOf: (cronJob: CronJob) => Partial<JobSpec>
  private readonly running = new Map<ScheduledJob, Job>()

  /** @param templateOf spec.jobTemplate of a CronJob */
  constructor(jobs: JobController, templateOf: (cronJob: CronJob) => Partial<JobSpec>) {
    this.jobs = jobs
    this.templateOf = templateOf
  }

  create(scheduled: ScheduledJob): void {
    const job = this.jobs.create(this.templateOf(scheduled.cronJob), {
      jobChanged: ({ status }) => {
        const end = endOf(status)
        if (end !== null && scheduled.ended === null) this.cronJobs?.jobEnded(scheduled, end.type === 'Complete' ? 'Complete' : 'Failed')
      },
      jobGone: () => {
        this.running.delete(scheduled)
        this.cronJobs?.jobGone(scheduled)
      },
    })
    this.running.set(scheduled, job)
  }

  delete(scheduled: ScheduledJob): void {
    const job = this.running.get(scheduled)
    if (job !== undefined) this.jobs.remove(job)
  }
}

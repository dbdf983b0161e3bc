/**
 * Jobs and CronJobs of a run: their objects under the Job and CronJob controllers (kubernetes/), their pods on the cluster, and what is counted
 * about them. A part of the run.
 */
import type { Time } from '../../common/ids.ts'
import type { ApiClients } from '../api-clients.ts'
import type { Components } from '../components.ts'
import { CronJobController, type CronJob, type ScheduledJob } from '../kubernetes/cron-job.ts'
import type { Job, JobCondition } from '../kubernetes/job-object.ts'
import { endOf } from '../kubernetes/job-object.ts'
import { JobController } from '../kubernetes/job.ts'
import { PodObjects } from '../kubernetes/pod-objects.ts'
import { JobPods, type JobPodsRun } from './job-pods.ts'
import type { JobLife } from './job-runs.ts'
import { Slots } from './schedules.ts'
import type { Batch as BatchSpec, BatchAction, BatchWorkload } from './spec.ts'

/** What Jobs and CronJobs need of the run. */
export interface BatchRun extends JobPodsRun {
  readonly components: Components
  readonly apiClients: ApiClients
  readonly times: { readonly origin: Time; readonly end: Time }
  readonly input: { readonly batch?: BatchSpec }
}

/** A workload with its object, which exists from its time on. */
class Entry {
  readonly spec: BatchWorkload
  readonly row: number
  /** Of the Jobs that are created from now on. */
  version = 0
  /** Number of Jobs so far. */
  jobs = 0
  job: Job | null = null
  cronJob: CronJob | null = null
  slots: Slots | null = null

  constructor(spec: BatchWorkload, row: number) {
    this.spec = spec
    this.row = row
  }
}

export class Batch {
  private readonly run: BatchRun
  private readonly entries: readonly Entry[]
  private readonly pods: JobPods
  private readonly jobs: JobController
  private readonly cronJobs: CronJobController
  private readonly epoch: number
  /** Jobs whose objects exist, and the Jobs of slots. */
  private readonly lives = new Map<Job, JobLife>()
  private readonly scheduled = new Map<ScheduledJob, Job>()
  private readonly ofCronJob = new Map<CronJob, Entry>()
  private readonly createsKind: number

  /** The Jobs and CronJobs of the run, null without any. */
  static of(run: BatchRun): Batch | null {
    const { batch } = run.input
    return batch === undefined ? null : new Batch(run, batch)
  }

  private constructor(run: BatchRun, { workloads, latency, clock }: BatchSpec) {
    const { simulator, times } = run
    this.run = run
    this.entries = workloads.map((spec, row) => new Entry(spec, row))
    this.epoch = clock - times.origin / 1_000_000
    const objects = new PodObjects()
    this.pods = new JobPods(run, workloads, objects)
    const conditionWritten = (job: Job, condition: JobCondition): void => this.written(job, condition)
    this.jobs = new JobController({
      simulator,
      objects,
      control: this.pods,
      latency,
      client: run.apiClients.ofController(),
      conditionWritten,
    })
    this.cronJobs = new CronJobController({
      simulator,
      latency,
      epoch: this.epoch,
      control: {
        create: (scheduled) => this.start(scheduled),
        delete: (scheduled) => {
          const job = this.scheduled.get(scheduled)
          if (job !== undefined) this.jobs.remove(job)
        },
      },
    })
    run.components.whenDown('controllers', (until) => {
      this.jobs.hold(until)
      this.cronJobs.hold(until)
    })
    this.createsKind = simulator.register('job or cron job is created', (row) => this.create(this.entries[row]))
  }

  opens(): void {
    const { simulator, times } = this.run
    for (const { spec, row } of this.entries) {
      const time = times.origin + spec.at
      if (time <= times.end) simulator.at(time, this.createsKind, row, 0)
    }
  }

  private create(entry: Entry): void {
    const { controller } = entry.spec
    if (controller.kind === 'job') {
      entry.job = this.createJob(entry)
      return
    }
    entry.cronJob = this.cronJobs.create(controller.cronJob)
    this.ofCronJob.set(entry.cronJob, entry)
    entry.slots = new Slots(entry.cronJob, this.run.batch, this.epoch)
  }

  private createJob(entry: Entry, scheduled: ScheduledJob | null = null): Job {
    const { now } = this.run.simulator
    const job = this.jobs.create(entry.spec.controller.job, {
      jobChanged: ({ status }) => {
        const end = endOf(status)
        if (end === null || scheduled === null || scheduled.ended !== null) return
        this.cronJobs.jobEnded(scheduled, end.type === 'Complete' ? 'Complete' : 'Failed')
      },
      jobGone: (gone) => {
        this.lives.delete(gone)
        this.pods.forget(gone.controller)
        if (entry.job === gone) entry.job = null
        if (scheduled === null) return
        this.scheduled.delete(scheduled)
        this.cronJobs.jobGone(scheduled)
      },
    })
    const life: JobLife = {
      batch: entry.row,
      number: entry.jobs++,
      version: entry.version,
      created: now,
      begun: false,
      pods: 0,
      attempts: new Map(),
    }
    this.lives.set(job, life)
    this.pods.add(job.controller, life)
    if (scheduled !== null) this.scheduled.set(scheduled, job)
    return job
  }

  private start(scheduled: ScheduledJob): void {
    const entry = this.ofCronJob.get(scheduled.cronJob)!
    this.createJob(entry, scheduled)
    entry.slots!.started(scheduled.slot, this.run.simulator.now)
  }

  private written(job: Job, { type, status }: JobCondition): void {
    const life = this.lives.get(job)
    if (life === undefined || status !== 'True' || (type !== 'Complete' && type !== 'Failed')) return
    this.run.batch.jobEnded(life.created, type === 'Complete')
    if (type === 'Complete') this.run.jobs.objectCompletes(life.created, this.run.simulator.now)
  }

  /** What people do; an object that does not exist yet, or not any more, is not changed. */
  act(action: BatchAction): void {
    const entry = this.entries[action.batch]
    switch (action.kind) {
      case 'suspend':
      case 'resume':
        this.suspend(entry, action.kind === 'suspend')
        return
      case 'parallelism':
        if (entry.job !== null) this.jobs.update(entry.job, { parallelism: action.replicas })
        return
      case 'template':
        entry.version = action.version
        return
      case 'trigger':
        if (entry.cronJob !== null) this.createJob(entry)
    }
  }

  private suspend({ job, cronJob, slots }: Entry, suspend: boolean): void {
    const { now } = this.run.simulator
    if (job !== null) this.jobs.update(job, { suspend })
    if (cronJob === null || cronJob.spec.suspend === suspend) return
    if (suspend) slots!.suspended(now)
    else slots!.resumed(now)
    this.cronJobs.update(cronJob, { suspend })
  }

  /** At the horizon: Jobs that run still count with the time so far, slots without a Job are missed. */
  ends(now: Time): void {
    for (const [job, { created, begun }] of this.lives) if (endOf(job.status) === null) this.run.jobs.objectRuns(created, begun)
    for (const { slots } of this.entries) slots?.ends(now)
  }
}

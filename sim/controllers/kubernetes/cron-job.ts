/**
 * CronJobs: each starts a Job at the slots of its schedule. A slot is started at most once; after a time without the controller, or while
 * concurrency is forbidden, only the latest missed slot is started, late. Source: Kubernetes 1.34 pkg/controller/cronjob.
 */
import { NONE, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { parseCron, type CronSchedule } from './cron-schedule.ts'
import { missedSlot, nextWakeSlot } from './cron-slots.ts'
import { wholeSeconds } from './pod-objects.ts'
import { TimeZone } from './time-zone.ts'
import { WorkQueue } from './work-queue.ts'

const SECOND: Time = 1_000_000
/** The controller wakes so much after a slot, because clocks differ. */
const AFTER_SLOT: Time = 100_000
/** More missed slots than this are reported. */
const MANY_MISSED = 100

/** What a user sets. */
export interface CronJobSpec {
  schedule: string
  /** IANA name; null: UTC, the zone in which controllers usually run. */
  timeZone: string | null
  concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace'
  /** Time after a slot in which its Job may still start [µs]; Infinity: always. */
  startingDeadline: Time
  suspend: boolean
  /** Ended Jobs that are kept; older ones are removed. Null: all. */
  successfulJobsHistoryLimit: number | null
  failedJobsHistoryLimit: number | null
}

/** The API's defaults. */
export const CRON_JOB_DEFAULTS: Omit<CronJobSpec, 'schedule'> = {
  timeZone: null,
  concurrencyPolicy: 'Allow',
  startingDeadline: Infinity,
  suspend: false,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
}

/** A Job that a CronJob has started. */
export interface ScheduledJob {
  readonly cronJob: CronJob
  /** The slot [µs]; slots before the run are negative. */
  readonly slot: Time
  /** How it ended, null while it runs. */
  ended: 'Complete' | 'Failed' | null
}

/** What the controller reports as events. */
export type CronJobEvent = 'SuccessfulCreate' | 'JobAlreadyActive' | 'MissSchedule' | 'TooManyMissedTimes' | 'InvalidSchedule'

/** One CronJob object. */
export interface CronJob {
  readonly row: number
  readonly spec: CronJobSpec
  /** [µs, whole seconds] */
  readonly created: Time
  parsed: CronSchedule
  /** The slot of the last Job that was started [µs], null before. */
  lastSchedule: Time | null
  /** Its Jobs whose objects exist, oldest first. */
  readonly jobs: ScheduledJob[]
}

/** What the controller does to Jobs. */
export interface JobControl {
  create(job: ScheduledJob): void
  /** Removes the Job with its pods; `jobGone` need not be called. */
  delete(job: ScheduledJob): void
}

/** What the controller needs of the run. */
export interface CronJobRun {
  readonly simulator: Simulator
  readonly control: JobControl
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** The instant of time 0 [s since 1970], which decides when slots fall. */
  readonly epoch: number
  readonly noted?: (cronJob: CronJob, event: CronJobEvent, slot: Time) => void
}

export class CronJobController {
  private readonly cronJobs: (CronJob | null)[] = []
  private readonly free: number[] = []
  private readonly queue: WorkQueue
  private readonly run: CronJobRun

  constructor(run: CronJobRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'cron job', (row) => this.sync(row), run.latency)
  }

  /** The controller is down until this time. */
  hold(until: Time): void {
    this.queue.hold(until)
  }

  /**
   * Throws a RangeError for a schedule or a time zone that the API server would refuse.
   * @param created when the object was created, if that was before the controller runs [µs]
   */
  create(given: Partial<CronJobSpec> & Pick<CronJobSpec, 'schedule'>, created: Time = this.run.simulator.now): CronJob {
    const spec = { ...CRON_JOB_DEFAULTS, ...given }
    const parsed = parsedSchedule(spec)
    const row = this.free.pop() ?? this.cronJobs.length
    const cronJob: CronJob = { row, spec, created: wholeSeconds(created), parsed, lastSchedule: null, jobs: [] }
    this.cronJobs[row] = cronJob
    this.queue.add(row)
    return cronJob
  }

  /** The user changed the object. A new schedule is looked at when it is next due; any other change at once. */
  update(cronJob: CronJob, change: Partial<CronJobSpec>): void {
    const { spec, row } = cronJob
    const changed = { ...spec, ...change }
    const reschedules = changed.schedule !== spec.schedule || changed.timeZone !== spec.timeZone
    if (reschedules) cronJob.parsed = parsedSchedule(changed)
    Object.assign(spec, change)
    if (reschedules) this.wakeAtNext(cronJob)
    else this.queue.add(row)
  }

  /** Removes the CronJob and its Jobs. */
  remove(cronJob: CronJob): void {
    if (this.cronJobs[cronJob.row] !== cronJob) return
    this.cronJobs[cronJob.row] = null
    this.free.push(cronJob.row)
    this.queue.drop(cronJob.row)
    for (const job of cronJob.jobs.splice(0)) this.run.control.delete(job)
  }

  /** A Job has ended. */
  jobEnded(job: ScheduledJob, how: 'Complete' | 'Failed'): void {
    job.ended = how
    if (this.cronJobs[job.cronJob.row] === job.cronJob) this.queue.add(job.cronJob.row)
  }

  /** A Job was removed, not by this controller. */
  jobGone(job: ScheduledJob): void {
    const { jobs, row } = job.cronJob
    const place = jobs.indexOf(job)
    if (place < 0) return
    jobs.splice(place, 1)
    this.queue.add(row)
  }

  private sync(row: number): void {
    const cronJob = this.cronJobs[row]
    if (cronJob === null) return
    this.cleanUp(cronJob)
    const { spec } = cronJob
    if (spec.suspend) return
    const now = this.run.simulator.now
    const since = Math.max(this.since(cronJob), now - spec.startingDeadline)
    const { slot, missed, invalid } = missedSlot(cronJob.parsed, this.instant(since), this.instant(now))
    if (invalid) this.note(cronJob, 'InvalidSchedule', NONE)
    if (invalid) return
    if (slot !== null) {
      const time = this.timeOf(slot)
      if (missed > MANY_MISSED) this.note(cronJob, 'TooManyMissedTimes', time)
      this.start(cronJob, time)
    }
    this.wakeAtNext(cronJob)
  }

  private start(cronJob: CronJob, slot: Time): void {
    const { spec, jobs } = cronJob
    const { control, simulator } = this.run
    if (slot + spec.startingDeadline < simulator.now) {
      this.note(cronJob, 'MissSchedule', slot)
      return
    }
    if (cronJob.lastSchedule === slot) return
    const running = jobs.filter(({ ended }) => ended === null)
    if (spec.concurrencyPolicy === 'Forbid' && running.length > 0) {
      this.note(cronJob, 'JobAlreadyActive', slot)
      return
    }
    if (spec.concurrencyPolicy === 'Replace') for (const job of running) this.delete(job)
    const job: ScheduledJob = { cronJob, slot, ended: null }
    jobs.push(job)
    cronJob.lastSchedule = slot
    control.create(job)
    this.note(cronJob, 'SuccessfulCreate', slot)
  }

  /** Removes the oldest ended Jobs beyond the history limits. */
  private cleanUp({ spec, jobs }: CronJob): void {
    const limits = { Complete: spec.successfulJobsHistoryLimit, Failed: spec.failedJobsHistoryLimit }
    for (const how of ['Complete', 'Failed'] as const) {
      const limit = limits[how]
      if (limit === null) continue
      const ended = jobs.filter((job) => job.ended === how)
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) this.delete(job)
    }
  }

  private delete(job: ScheduledJob): void {
    const { jobs } = job.cronJob
    jobs.splice(jobs.indexOf(job), 1)
    this.run.control.delete(job)
  }

  private wakeAtNext(cronJob: CronJob): void {
    const { now } = this.run.simulator
    const slot = nextWakeSlot(cronJob.parsed, this.instant(this.since(cronJob)), this.instant(now))
    if (slot < Infinity) this.queue.addAfter(cronJob.row, this.timeOf(slot) + AFTER_SLOT - now)
  }

  private since({ lastSchedule, created }: CronJob): Time {
    return lastSchedule ?? created
  }

  private instant(time: Time): number {
    return this.run.epoch + time / SECOND
  }

  private timeOf(instant: number): Time {
    return (instant - this.run.epoch) * SECOND
  }

  private note(cronJob: CronJob, event: CronJobEvent, slot: Time): void {
    this.run.noted?.(cronJob, event, slot)
  }
}

function parsedSchedule({ schedule, timeZone, concurrencyPolicy }: CronJobSpec): CronSchedule {
  if (!['Allow', 'Forbid', 'Replace'].includes(concurrencyPolicy)) {
    throw new RangeError(`concurrencyPolicy ${JSON.stringify(concurrencyPolicy)}; accepted: Allow, Forbid, Replace`)
  }
  return parseCron(schedule, timeZone === null ? undefined : new TimeZone(timeZone))
}

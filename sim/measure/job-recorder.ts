/**
 * Completion times, waiting times, slowdowns and deadlines of jobs. A job is submitted when its first task arrives and completed when
 * its last task is. Jobs belong to the window by submission; those unfinished at the horizon count with the time so far, as unbound
 * pods do.
 */
import type { Time } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'
import { Histogram } from './histogram.ts'

/** Slowdowns are recorded in whole thousandths. */
export const SLOWDOWN_UNIT = 1000

/** Shorter jobs count as this long [µs], or a job of a millisecond that waits a second would outweigh all others (Feitelson and Rudolph 1998). */
const SHORTEST_RUN = 10_000_000

/** The columns of a source of jobs that are read here, a row per job. They may be replaced when they grow and are read at each use. */
export interface JobColumns {
  /** Submission [µs from the origin of the source]. */
  readonly submitted: ArrayLike<number>
  /** Deadline on the same clock; Infinity: none. */
  readonly deadline: ArrayLike<number>
  /** Longest chain of task durations [µs]. */
  readonly criticalPath: ArrayLike<number>
  /** Tasks that are not completed; 0: the job is completed. */
  readonly left: ArrayLike<number>
  /** Who submitted the job: place in `tenants`. */
  readonly tenant: ArrayLike<number>
  readonly tenants: readonly string[]
}

const JobState = {
  /** Not submitted, or completed: the row is unused. */
  None: 0,
  /** Submitted, no task bound. */
  Pending: 1,
  /** A task is or was bound. */
  Started: 2,
} as const

/** The states of one source's jobs, by the source's own rows. */
class SourceJobs {
  state = new Uint8Array(64)
  /** Whether the source will create further pods. */
  more = false
  readonly jobs: JobColumns
  /** Origin of the source's clock on that of the simulation. */
  readonly start: Time
  /** Row in the recorder's table of tenants for each tenant of the source. */
  readonly tenants: Int32Array

  constructor(jobs: JobColumns, start: Time, tenants: Int32Array) {
    this.jobs = jobs
    this.start = start
    this.tenants = tenants
  }
}

/** A row per tenant name, whichever sources it occurs in. */
class Tenants extends ColumnTable {
  readonly slowdownSum = this.column(Float64Array)
  readonly count = this.column(Int32Array)
  private readonly rows = new Map<string, number>()

  get size(): number {
    return this.rows.size
  }

  row(name: string): number {
    let row = this.rows.get(name)
    if (row === undefined) {
      row = this.rows.size
      this.rows.set(name, row)
      this.reserve(row + 1)
    }
    return row
  }
}

export class JobRecorder {
  /** Submission to last task completed [µs]. */
  readonly completion = new Histogram()
  /** Bounded slowdown [thousandths]. */
  readonly slowdown = new Histogram()
  /** Submission to first task bound [µs]. */
  readonly waiting = new Histogram()
  /** Jobs of the window, those of them with a deadline, those that missed it, and those unfinished at the horizon. */
  submitted = 0
  withDeadline = 0
  late = 0
  censored = 0
  /** Jobs submitted and not completed, of the window or not. */
  open = 0
  /** By source; undefined for a source without jobs. */
  private readonly sources: (SourceJobs | undefined)[] = []
  private first: Time = Infinity
  private last: Time = -Infinity
  private readonly tenants = new Tenants()

  private readonly windowStart: Time
  private readonly windowEnd: Time

  constructor(windowStart: Time, windowEnd: Time) {
    this.windowStart = windowStart
    this.windowEnd = windowEnd
  }

  /** Adds the next source, `jobs` undefined when it has none. `start` is the origin of its clock. */
  addSource(jobs: JobColumns | undefined, start: Time): void {
    const rows = Int32Array.from(jobs?.tenants ?? [], (name) => this.tenants.row(name))
    this.sources.push(jobs === undefined ? undefined : new SourceJobs(jobs, start, rows))
  }

  /** Sets whether the source will create further pods. */
  setMore(source: number, more: boolean): void {
    const of = this.sources[source]
    if (of !== undefined) of.more = more
  }

  /** A task of the job has arrived. */
  arrived(source: number, job: number): void {
    const of = this.sources[source] as SourceJobs
    if (job >= of.state.length) of.state = grown(of.state, Math.max(job + 1, of.state.length * 2))
    if (of.state[job] !== JobState.None) return
    of.state[job] = JobState.Pending
    this.open++
    this.first = Math.min(this.first, of.start + of.jobs.submitted[job])
  }

  /** A task of the job has a node from `time` on. */
  bound(source: number, job: number, time: Time): void {
    const of = this.sources[source] as SourceJobs
    // A decision that takes effect after the horizon does not count.
    if (of.state[job] !== JobState.Pending || time > this.windowEnd) return
    of.state[job] = JobState.Started
    const submitted = of.start + of.jobs.submitted[job]
    if (submitted >= this.windowStart) this.waiting.record(time - submitted)
  }

  /** A task of the job is completed, and the job if no task is left; to be called before the source reuses the job's row. */
  ended(source: number, job: number, now: Time): void {
    const of = this.sources[source] as SourceJobs
    if (of.jobs.left[job] > 0) return
    of.state[job] = JobState.None
    this.open--
    this.last = now
    this.count(of, job, now)
  }

  /** The first pod of a Job object, created at `created`, has a node from `time` on. */
  objectBegins(created: Time, time: Time): void {
    if (created >= this.windowStart && time <= this.windowEnd) this.waiting.record(time - created)
  }

  /** A Job object has completed. */
  objectCompletes(created: Time, time: Time): void {
    if (created < this.windowStart) return
    this.submitted++
    this.completion.record(time - created)
  }

  /** At the horizon: a Job object has neither completed nor failed; `begun`: a pod of it has had a node. */
  objectRuns(created: Time, begun: boolean): void {
    if (created < this.windowStart) return
    if (!begun) this.waiting.record(this.windowEnd - created)
    this.censored++
    this.objectCompletes(created, this.windowEnd)
  }

  /** At the horizon: counts unfinished jobs with the time so far. */
  close(): void {
    for (const of of this.sources) {
      if (of === undefined) continue
      for (let job = 0; job < of.state.length; job++) {
        if (of.state[job] === JobState.None) continue
        const submitted = of.start + of.jobs.submitted[job]
        if (submitted < this.windowStart) continue
        if (of.state[job] === JobState.Pending) this.waiting.record(this.windowEnd - submitted)
        this.censored++
        this.count(of, job, this.windowEnd)
      }
    }
  }

  /** No source with jobs will create further pods. */
  get exhausted(): boolean {
    return this.sources.every((of) => of === undefined || !of.more)
  }

  /** First submission to last completion [µs]; NaN while jobs are unfinished or further ones will be submitted. */
  get makespan(): Time {
    return this.exhausted && this.open === 0 ? this.last - this.first : NaN
  }

  /** Jain's index of the tenants' mean slowdowns; NaN with fewer than two tenants. Source: Jain, Chiu, Hawe 1984, DEC-TR-301. */
  get fairness(): number {
    const { slowdownSum, count, size } = this.tenants
    let sum = 0
    let squares = 0
    let tenants = 0
    for (let tenant = 0; tenant < size; tenant++) {
      if (count[tenant] === 0) continue
      const mean = slowdownSum[tenant] / count[tenant]
      sum += mean
      squares += mean * mean
      tenants++
    }
    return tenants < 2 ? NaN : (sum * sum) / (tenants * squares)
  }

  /** Counts a job of the window that is completed, or unfinished at the horizon, at `time`. */
  private count(of: SourceJobs, job: number, time: Time): void {
    const submitted = of.start + of.jobs.submitted[job]
    if (submitted < this.windowStart) return
    const took = time - submitted
    const slowdown = Math.max(1, took / Math.max(of.jobs.criticalPath[job], SHORTEST_RUN))
    this.submitted++
    this.completion.record(took)
    this.slowdown.record(Math.round(slowdown * SLOWDOWN_UNIT))
    const tenant = of.tenants[of.jobs.tenant[job]]
    this.tenants.slowdownSum[tenant] += slowdown
    this.tenants.count[tenant]++
    const deadline = of.jobs.deadline[job]
    if (deadline === Infinity) return
    this.withDeadline++
    if (time > of.start + deadline) this.late++
  }
}

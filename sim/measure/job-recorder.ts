/**
 * How jobs fared: a job is submitted when its first task arrives and through when its last task is. Jobs belong to the window by
 * submission; those that are unfinished at the horizon count with the time so far, as unbound pods do.
 */
import { grown } from '../common/table.ts'
import type { JobsView } from '../workload.ts'
import { Histogram } from './histogram.ts'

/** The slowdown is recorded in whole thousandths. */
export const SLOWDOWN_UNIT = 1000

/** Shorter jobs count as this long, or a job of a millisecond that waits a second would outweigh all others (Feitelson and Rudolph 1998). */
const SHORTEST_RUN = 10_000_000

const UNKNOWN = 0
const WAITING = 1
const BEGUN = 2

/** Of one source: where its jobs stand, by the source's own rows. */
class SourceJobs {
  state = new Uint8Array(64)
  readonly jobs: JobsView
  /** Origin of the source's clock on that of the simulation. */
  readonly start: number
  /** Row of the recorder's tenants for each of the source's. */
  readonly tenants: Int32Array

  constructor(jobs: JobsView, start: number, tenants: Int32Array) {
    this.jobs = jobs
    this.start = start
    this.tenants = tenants
  }
}

export class JobRecorder {
  /** Submitted to last task through [µs]. */
  readonly completion = new Histogram()
  /** Bounded slowdown [thousandths]. */
  readonly slowdown = new Histogram()
  /** Submitted to first task bound [µs]. */
  readonly waiting = new Histogram()
  /** Jobs of the window, those of them with a deadline, those that missed it, and those that were unfinished at the horizon. */
  submitted = 0
  withDeadline = 0
  late = 0
  censored = 0
  /** Jobs that are submitted and not through, of the window or not. */
  open = 0
  private readonly sources: (SourceJobs | undefined)[] = []
  private readonly coming: boolean[] = []
  private first = Infinity
  private last = -Infinity
  private readonly tenantRows = new Map<string, number>()
  private readonly slowdownSums: number[] = []
  private readonly slowdownCounts: number[] = []

  private readonly windowStart: number
  private readonly windowEnd: number

  constructor(windowStart: number, windowEnd: number) {
    this.windowStart = windowStart
    this.windowEnd = windowEnd
  }

  /** The next source; one without jobs keeps its place. `start` is the origin of its clock. */
  listen(jobs: JobsView | undefined, start: number): void {
    this.sources.push(
      jobs === undefined
        ? undefined
        : new SourceJobs(
            jobs,
            start,
            Int32Array.from(jobs.tenants, (name) => this.tenantRow(name)),
          ),
    )
    this.coming.push(false)
  }

  /** Does the source know of a further pod? */
  more(source: number, known: boolean): void {
    this.coming[source] = known
  }

  /** A task of the job has arrived. */
  arrived(source: number, job: number): void {
    const of = this.sources[source] as SourceJobs
    if (job >= of.state.length) of.state = grown(of.state, Math.max(job + 1, of.state.length * 2))
    if (of.state[job] !== UNKNOWN) return
    of.state[job] = WAITING
    this.open++
    this.first = Math.min(this.first, of.start + of.jobs.submitted[job])
  }

  /** A task of the job has a node from `time` on. */
  bound(source: number, job: number, time: number): void {
    const of = this.sources[source] as SourceJobs
    // A decision that ends behind the horizon binds nobody in it.
    if (of.state[job] !== WAITING || time > this.windowEnd) return
    of.state[job] = BEGUN
    const submitted = of.start + of.jobs.submitted[job]
    if (submitted >= this.windowStart) this.waiting.record(time - submitted)
  }

  /** A task of the job is through, and perhaps the job; its row still holds what it was. */
  ended(source: number, job: number, now: number): void {
    const of = this.sources[source] as SourceJobs
    if (of.jobs.left[job] > 0) return
    of.state[job] = UNKNOWN
    this.open--
    this.last = now
    this.count(of, job, now)
  }

  /** At the horizon: what is unfinished counts with the time so far. */
  close(): void {
    for (const of of this.sources) {
      if (of === undefined) continue
      for (let job = 0; job < of.state.length; job++) {
        if (of.state[job] === UNKNOWN) continue
        const submitted = of.start + of.jobs.submitted[job]
        if (submitted < this.windowStart) continue
        if (of.state[job] === WAITING) this.waiting.record(this.windowEnd - submitted)
        this.censored++
        this.count(of, job, this.windowEnd)
      }
    }
  }

  /** Every source with jobs has come to its end. */
  get exhausted(): boolean {
    return this.sources.every((of, row) => of === undefined || !this.coming[row])
  }

  /** First submission to last completion [µs]; NaN while something is unfinished or still to come. */
  get makespan(): number {
    return this.exhausted && this.open === 0 ? this.last - this.first : NaN
  }

  /** Jain's index of the tenants' mean slowdowns; NaN with fewer than two tenants. Source: Jain, Chiu, Hawe 1984, DEC-TR-301. */
  get fairness(): number {
    let sum = 0
    let squares = 0
    let tenants = 0
    this.slowdownCounts.forEach((count, tenant) => {
      if (count === 0) return
      const mean = this.slowdownSums[tenant] / count
      sum += mean
      squares += mean * mean
      tenants++
    })
    return tenants < 2 ? NaN : (sum * sum) / (tenants * squares)
  }

  /** A job of the window that is through, or has come so far, at `time`. */
  private count(of: SourceJobs, job: number, time: number): void {
    const submitted = of.start + of.jobs.submitted[job]
    if (submitted < this.windowStart) return
    const took = time - submitted
    const slowdown = Math.max(1, took / Math.max(of.jobs.criticalPath[job], SHORTEST_RUN))
    this.submitted++
    this.completion.record(took)
    this.slowdown.record(Math.round(slowdown * SLOWDOWN_UNIT))
    const tenant = of.tenants[of.jobs.tenant[job]]
    this.slowdownSums[tenant] += slowdown
    this.slowdownCounts[tenant]++
    const deadline = of.jobs.deadline[job]
    if (deadline === Infinity) return
    this.withDeadline++
    if (time > of.start + deadline) this.late++
  }

  private tenantRow(name: string): number {
    let row = this.tenantRows.get(name)
    if (row === undefined) {
      this.tenantRows.set(name, (row = this.tenantRows.size))
      this.slowdownSums.push(0)
      this.slowdownCounts.push(0)
    }
    return row
  }
}

/**
 * Jobs of a stationary stream: those that are there at time zero, then those that arrive. With unlimited nodes the jobs alive form the
 * M/G/∞ queue of their critical paths; its steady population is drawn through the tasks that run at time zero. Meetings of running tasks
 * are a Poisson number of mean rate × E[time of a job's tasks]; a job that has R tasks running is met through each of them, and the meeting
 * through the first of them counts. What is kept is exactly the stationary population (thinning of a marked Poisson process: Kingman 1993,
 * Poisson Processes, section 5.2), whatever the structure, without the law of the critical path, which has no closed form.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from '../synthetic/arrivals.ts'
import type { JobDraws } from './draws.ts'
import type { JobPlan } from './plan.ts'

/** Where jobs come from, drawn or recorded. */
export interface JobStream {
  /** Fills the plan with the next job and returns when it comes (for one that is found at time zero: 0); Infinity: none any more. */
  next(plan: JobPlan): number
}

/** More tasks than this at time zero, or more draws to find them, are a mistake in the file: a run of them would not come to an end. */
const MAX_PRESENT = 10_000_000
const MAX_DRAWS = 30_000_000

export class StationaryJobs implements JobStream {
  private readonly draws: JobDraws
  private readonly arrivals: Arrivals
  private readonly present: RandomStream
  /** Unit gaps that are left before the last meeting. */
  private units: number

  /** `rate` of jobs at time zero [1/µs]. */
  constructor(draws: JobDraws, rate: number, arrivals: Arrivals, present: RandomStream) {
    this.draws = draws
    this.arrivals = arrivals
    this.present = present
    this.units = rate * draws.taskTime
    const needed = this.units * draws.tasksMet
    if (!(this.units <= MAX_PRESENT && needed <= MAX_DRAWS)) {
      const found = `${this.units.toPrecision(3)} tasks that run at time zero, for each of which ${draws.tasksMet.toPrecision(3)} tasks are drawn to find its job`
      throw new RangeError(`${found}; accepted: at most ${MAX_PRESENT} tasks, and ${MAX_DRAWS} draws`)
    }
  }

  next(plan: JobPlan): number {
    while (this.units > 0) {
      this.units -= unitGap(this.present)
      if (this.units <= 0) break
      if (this.draws.met(plan)) return 0
    }
    const time = this.arrivals.next()
    if (time < Infinity) this.draws.arriving(plan)
    return time
  }
}

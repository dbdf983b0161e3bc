/**
 * Jobs of a stationary stream: those that are there at time zero, then those that arrive. With unlimited nodes the jobs alive form the
 * M/G/∞ queue of their critical paths; its steady population is drawn through the tasks that run at time zero. Meetings of running tasks
 * are a Poisson number of mean rate × E[time of a job's tasks]; a job that has R tasks running is met R times as often, so a meeting counts
 * with probability 1/R. What is kept is exactly the stationary population (thinning of a marked Poisson process: Kingman 1993, Poisson
 * Processes, section 5.2), whatever the structure, without the law of the critical path, which has no closed form.
 */
import type { RandomStream } from '../../sim/random/stream.ts'
import { unitGap, type Arrivals } from '../synthetic/arrivals.ts'
import type { JobDraws } from './draws.ts'
import type { JobPlan } from './plan.ts'

/** Where jobs come from, drawn or recorded. */
export interface JobStream {
  /** Fills the plan with the next job and returns when it comes (for one that is found at time zero: 0); Infinity: none any more. */
  next(plan: JobPlan): number
}

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
  }

  next(plan: JobPlan): number {
    while (this.units > 0) {
      this.units -= unitGap(this.present)
      if (this.units <= 0) break
      this.draws.met(plan)
      if (this.present.next() * plan.runningAt(plan.age) < 1) return 0
    }
    const time = this.arrivals.next()
    if (time < Infinity) this.draws.arriving(plan)
    return time
  }
}

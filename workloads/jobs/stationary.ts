/**
 * Jobs of a stationary stream: those present at time zero, then those that arrive. In an unlimited cluster the jobs present form the M/G/∞
 * queue of their critical paths. Their stationary population is sampled through the tasks that run at time zero, whose number is Poisson
 * with mean rate × E[sum of the durations of a job's tasks]. A job with R running tasks is sampled R times and kept for the first of them.
 * The jobs kept are exactly the stationary population (thinning of a marked Poisson process: Kingman 1993, Poisson Processes, section 5.2)
 * for any structure of jobs, without the distribution of the critical path, which has no closed form.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from '../synthetic/arrivals.ts'
import type { JobDraws } from './draws.ts'
import type { JobPlan } from './plan.ts'

/** A stream of jobs, drawn or recorded. */
export interface JobStream {
  /** Fills the plan with the next job and returns its arrival (0 for a job that is present at time zero); Infinity: no more jobs. */
  next(plan: JobPlan): number
}

/** Most tasks that run at time zero, and most draws to sample them. More are a mistake in the experiment: such a run would take too long. */
const MAX_PRESENT = 10_000_000
const MAX_DRAWS = 30_000_000

/** Draws the jobs of a stationary stream. */
export class StationaryJobs implements JobStream {
  private readonly draws: JobDraws
  private readonly arrivals: Arrivals
  private readonly present: RandomStream
  /** Length that remains for the unit gaps between samples. */
  private units: number

  /** `rate` of jobs at time zero [1/µs]. */
  constructor(draws: JobDraws, rate: number, arrivals: Arrivals, present: RandomStream) {
    this.draws = draws
    this.arrivals = arrivals
    this.present = present
    this.units = rate * draws.taskTime
    const needed = this.units * draws.tasksPerSample
    if (!(this.units <= MAX_PRESENT && needed <= MAX_DRAWS)) {
      const found = `${this.units.toPrecision(3)} tasks that run at time zero, with ${draws.tasksPerSample.toPrecision(3)} tasks drawn to sample each`
      throw new RangeError(`${found}; accepted: at most ${MAX_PRESENT} tasks, and ${MAX_DRAWS} draws`)
    }
  }

  next(plan: JobPlan): number {
    while (this.units > 0) {
      this.units -= unitGap(this.present)
      if (this.units <= 0) break
      if (this.draws.present(plan)) return 0
    }
    const time = this.arrivals.next()
    if (time < Infinity) this.draws.arriving(plan)
    return time
  }
}

/** Jobs that can never run on a cluster, counted before the run: tasks that fit no node. */
import type { RandomStream } from '../../sim/random/index.ts'
import type { PodShape } from '../../sim/index.ts'
import { podShape, scaledShape } from '../shape/demand.ts'
import type { Fits } from '../shape/fitting.ts'
import { drawsOf } from './open.ts'
import { JobPlan } from './plan.ts'
import type { DrawnJobsSpec, JobsSpec, TracedJobsSpec } from './spec.ts'
import { openJobTrace } from './traces.ts'

/** What was looked at, and what can never run. */
export interface JobsSurvey {
  readonly jobs: number
  readonly unplaceable: number
  /** False when there are further jobs, or jobs are drawn. */
  readonly all: boolean
}

/** Jobs of a recording, and tasks of drawn jobs, that are looked at. */
const MAX_RECORDED = 100_000
const MAX_DRAWN = 10_000
const MAX_TASKS_DRAWN = 200_000

/** Looks at the recorded jobs, or at a sample of drawn ones. */
export function surveyJobs(spec: JobsSpec, fits: Fits, stream: (purpose: string) => RandomStream): JobsSurvey {
  return spec.kind === 'trace' ? surveyRecorded(spec, fits) : surveyDrawn(spec, fits, stream)
}

function surveyRecorded(spec: TracedJobsSpec, fits: Fits): JobsSurvey {
  const cursor = openJobTrace(spec.format, spec.file, spec.duration)
  const scale = spec.shape.reduce((by, step) => (step.kind === 'scale' ? by * step.by : by), 1)
  const known: boolean[] = []
  const shapes: PodShape[] = []
  const shapeAt = (row: number): PodShape => (shapes[row] ??= podShape(scaledShape(cursor.asked[row], scale), spec.usage, spec.limited))
  const fitsShape = (row: number): boolean => (known[row] ??= fits(shapeAt(row)))
  let jobs = 0
  let unplaceable = 0
  while (jobs < MAX_RECORDED) {
    if (cursor.next() === Infinity) return { jobs, unplaceable, all: true }
    jobs++
    if (spec.rigid === true && !fits(shapeAt(cursor.shape(0)), cursor.tasks)) {
      unplaceable++
      continue
    }
    for (let task = 0; task < cursor.tasks; task++) {
      if (fitsShape(cursor.shape(task))) continue
      unplaceable++
      break
    }
  }
  return { jobs, unplaceable, all: false }
}

function surveyDrawn(spec: DrawnJobsSpec, fits: Fits, stream: (purpose: string) => RandomStream): JobsSurvey {
  const draws = drawsOf(spec, stream('survey'), stream('survey-present'))
  const plan = new JobPlan()
  const known = new Map<PodShape, boolean>()
  let jobs = 0
  let tasks = 0
  let unplaceable = 0
  for (; jobs < MAX_DRAWN && tasks < MAX_TASKS_DRAWN; jobs++, tasks += plan.tasks) {
    draws.arriving(plan)
    // The tasks of a drawn job have equal requests.
    const shape = draws.shapes[plan.shapes[0]]
    if (spec.rigid === true && !fits(shape, plan.tasks)) {
      unplaceable++
      continue
    }
    let one = known.get(shape)
    if (one === undefined) known.set(shape, (one = fits(shape)))
    if (!one) unplaceable++
  }
  return { jobs, unplaceable, all: false }
}

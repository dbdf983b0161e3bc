/** Jobs of a trace: replayed as they were submitted, or drawn with replacement. */
import type { Distribution } from '../../sim/random/distributions.ts'
import type { RandomStream } from '../../sim/random/stream.ts'
import type { PodShape } from '../../sim/workload.ts'
import { demandOf, type Resource } from '../shape/demand.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import type { RowTimeline, Shaped } from '../shape/timeline.ts'
import type { BootstrappedRows } from '../shape/bootstrap.ts'
import type { TraceShape } from '../traces/trace.ts'
import type { Dag } from './dag.ts'
import type { JobDraws } from './draws.ts'
import type { JobPlan } from './plan.ts'
import { JobShapes } from './shapes.ts'
import type { JobTenant } from './spec.ts'
import type { JobStream } from './stationary.ts'

/** Recorded jobs in the order of their submission, a row each; their tasks lie one after the other. Times [µs]. */
export interface JobRows {
  readonly file: string
  readonly length: number
  readonly start: Float64Array
  /** Tasks of job i: `first[i]` to before `first[i + 1]`. */
  readonly first: Int32Array
  /** By task: duration, at least 1, and place in `asked`. */
  readonly duration: Float64Array
  readonly shape: Int32Array
  readonly asked: readonly TraceShape[]
  /** null: no task waits for another. */
  readonly dags: readonly (Dag | null)[]
  /** Place in `tenants`. */
  readonly tenant: Int32Array
  readonly tenants: readonly string[]
  readonly priority: Int32Array
  readonly notes: readonly string[]
}

/** What the experiment says about the jobs of a trace. */
export interface RecordedOptions {
  readonly usage: number
  readonly limited: boolean
  /** Drawn by weight for each job; empty: those of the trace. */
  readonly tenants: readonly JobTenant[]
  readonly slack: Distribution | null
  /** Durations are divided by it. */
  readonly speed: number
}

/** Fills a plan with a recorded job. */
export class RecordedJobs {
  readonly rows: JobRows
  readonly tenants: readonly string[]
  private readonly made: JobShapes
  private readonly options: RecordedOptions
  private readonly weights: Float64Array
  private readonly own: boolean

  /** `rows.asked` are the requests as they are wanted, scaled already. */
  constructor(rows: JobRows, options: RecordedOptions) {
    this.rows = rows
    this.options = options
    this.made = new JobShapes(options.usage, options.limited)
    this.own = options.tenants.length === 0
    this.tenants = this.own ? rows.tenants : options.tenants.map(({ name }) => name)
    this.weights = cumulated(options.tenants.map(({ weight }) => weight))
  }

  get shapes(): readonly PodShape[] {
    return this.made.rows
  }

  durationOf(task: number): number {
    return Math.max(1, Math.floor(this.rows.duration[task] / this.options.speed + 0.5))
  }

  fill(plan: JobPlan, row: number, stream: RandomStream): void {
    const { rows, options } = this
    const from = rows.first[row]
    plan.size(rows.first[row + 1] - from)
    plan.tenant = this.own ? rows.tenant[row] : placeOf(this.weights, stream.next())
    plan.slack = options.slack === null ? Infinity : Math.max(0, options.slack.sample(stream))
    plan.dag = rows.dags[row]
    plan.age = 0
    const tenant = this.tenants[plan.tenant]
    for (let i = 0; i < plan.tasks; i++) {
      const shape = rows.shape[from + i]
      plan.durations[i] = this.durationOf(from + i)
      plan.shapes[i] = this.made.row(shape, rows.asked[shape], NO_RESOURCES, tenant, rows.priority[row])
    }
    plan.measure()
  }
}

const NO_RESOURCES = {}

/** As recorded, each where the timeline has it. */
export class ReplayedJobs implements JobStream {
  private readonly jobs: RecordedJobs
  private readonly around: Shaped<RowTimeline | BootstrappedRows>
  private readonly stream: RandomStream

  constructor(jobs: RecordedJobs, around: Shaped<RowTimeline | BootstrappedRows>, stream: RandomStream) {
    this.jobs = jobs
    this.around = around
    this.stream = stream
  }

  next(plan: JobPlan): number {
    const time = this.around.timeline.next()
    if (time < Infinity) this.jobs.fill(plan, this.around.base.row, this.stream)
    return time
  }
}

/** Rows with replacement; `chosen` are those that may come, as often as they are listed. */
export class RecordedDraws implements JobDraws {
  readonly taskTime: number
  readonly meanDuration: number
  readonly notes: readonly string[] = []
  private readonly jobs: RecordedJobs
  private readonly chosen: Int32Array
  /** Over the tasks of the chosen jobs: durations so far, place of the job, and of the task within it. */
  private readonly times: Float64Array
  private readonly jobOf: Int32Array
  private readonly taskOf: Int32Array
  private readonly arrivingStream: RandomStream
  private readonly metStream: RandomStream

  constructor(jobs: RecordedJobs, chosen: Int32Array, arrivingStream: RandomStream, metStream: RandomStream) {
    this.jobs = jobs
    this.chosen = chosen
    this.arrivingStream = arrivingStream
    this.metStream = metStream
    const { first } = jobs.rows
    const times: number[] = []
    const jobOf: number[] = []
    const taskOf: number[] = []
    for (const row of chosen) {
      for (let task = first[row]; task < first[row + 1]; task++) {
        times.push(jobs.durationOf(task))
        jobOf.push(row)
        taskOf.push(task - first[row])
      }
    }
    this.times = cumulated(times)
    this.jobOf = Int32Array.from(jobOf)
    this.taskOf = Int32Array.from(taskOf)
    const sum = times.length === 0 ? 0 : this.times[times.length - 1]
    this.taskTime = sum / chosen.length
    this.meanDuration = sum / times.length
  }

  get shapes(): JobShapes['rows'] {
    return this.jobs.shapes as PodShape[]
  }

  demandTime(resource: Resource): number {
    const { first, shape, asked } = this.jobs.rows
    let sum = 0
    for (const row of this.chosen) {
      for (let task = first[row]; task < first[row + 1]; task++) sum += demandOf(asked[shape[task]], resource) * this.jobs.durationOf(task)
    }
    return sum / this.chosen.length
  }

  arriving(plan: JobPlan): void {
    this.jobs.fill(plan, this.chosen[this.arrivingStream.int(this.chosen.length)], this.arrivingStream)
  }

  met(plan: JobPlan): void {
    const stream = this.metStream
    const at = placeOf(this.times, stream.next())
    this.jobs.fill(plan, this.jobOf[at], stream)
    const task = this.taskOf[at]
    plan.age = plan.startOf(task) + Math.floor(stream.next() * plan.durations[task])
  }
}

/** Jobs of a trace, replayed as they were submitted or drawn with replacement. */
import type { Distribution, RandomStream } from '../../sim/random/index.ts'
import { type PodShape, ColumnTable } from '../../sim/index.ts'
import { demandOf, scaledShape, type Resource } from '../shape/demand.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import { runTime, spanOf, type Timeline } from '../shape/timeline.ts'
import type { TraceShape } from '../traces/trace.ts'
import type { Dag } from './dag.ts'
import type { JobDraws } from './draws.ts'
import type { JobPlan } from './plan.ts'
import { JobShapes } from './shapes.ts'
import type { JobTenant } from './spec.ts'
import type { JobStream } from './stationary.ts'

/** A recorded job. Times [µs]. */
export interface RecordedJob {
  readonly tasks: number
  /** Duration of a task, at least 1. */
  duration(task: number): number
  /** Place of the request of a task in `asked`. */
  shape(task: number): number
  /** null: no task waits for another. */
  readonly dag: Dag | null
  /** Place in `tenants`. */
  readonly tenant: number
  readonly priority: number
  /** Run time that the user requested; -1: unknown. */
  readonly requested: number
}

/** Recorded jobs in the order of their submission, one at a time; only the current job is in memory. */
export interface JobCursor extends RecordedJob {
  readonly file: string
  /** Moves to the next job and returns its submission; Infinity at the end. */
  next(): number
  /** Requests of tasks, and tenants. Both may grow while the jobs are read. */
  readonly asked: readonly TraceShape[]
  readonly tenants: readonly string[]
  notes(): readonly string[]
}

/** One row per job: submission, first row of its tasks, tenant and priority. */
class JobColumns extends ColumnTable {
  readonly submitted = this.column(Float64Array)
  readonly firstTask = this.column(Int32Array)
  readonly tenant = this.column(Int32Array)
  readonly priority = this.column(Int32Array)
  readonly requested = this.column(Float64Array)
}

/** One row per task, the tasks of a job back to back. */
class TaskColumns extends ColumnTable {
  readonly duration = this.column(Float64Array)
  readonly shape = this.column(Int32Array)
}

/** The whole recording in columns, for draws and for the bootstrap, which access jobs in any order. */
export class RecordedJobs implements RecordedJob {
  readonly file: string
  readonly start: Float64Array
  readonly asked: readonly TraceShape[]
  readonly tenants: readonly string[]
  readonly notes: readonly string[]
  private readonly jobColumns = new JobColumns()
  private readonly taskColumns = new TaskColumns()
  private readonly dags: (Dag | null)[] = []
  private row = 0

  constructor(cursor: JobCursor) {
    const { jobColumns, taskColumns } = this
    let jobs = 0
    let tasks = 0
    for (let time = cursor.next(); time < Infinity; time = cursor.next()) {
      // One row more than jobs: it ends the tasks of the last job.
      jobColumns.reserve(jobs + 2)
      taskColumns.reserve(tasks + cursor.tasks)
      jobColumns.submitted[jobs] = time
      jobColumns.tenant[jobs] = cursor.tenant
      jobColumns.priority[jobs] = cursor.priority
      jobColumns.requested[jobs] = cursor.requested
      for (let task = 0; task < cursor.tasks; task++, tasks++) {
        taskColumns.duration[tasks] = cursor.duration(task)
        taskColumns.shape[tasks] = cursor.shape(task)
      }
      this.dags.push(cursor.dag)
      jobColumns.firstTask[++jobs] = tasks
    }
    this.file = cursor.file
    this.start = jobColumns.submitted.slice(0, jobs)
    this.asked = cursor.asked
    this.tenants = cursor.tenants
    this.notes = cursor.notes()
  }

  /** Moves to a job. */
  at(row: number): this {
    this.row = row
    return this
  }
  get tasks(): number {
    return this.jobColumns.firstTask[this.row + 1] - this.jobColumns.firstTask[this.row]
  }
  duration(task: number): number {
    return this.taskColumns.duration[this.jobColumns.firstTask[this.row] + task]
  }
  shape(task: number): number {
    return this.taskColumns.shape[this.jobColumns.firstTask[this.row] + task]
  }
  get dag(): Dag | null {
    return this.dags[this.row]
  }
  get tenant(): number {
    return this.jobColumns.tenant[this.row]
  }
  get priority(): number {
    return this.jobColumns.priority[this.row]
  }
  get requested(): number {
    return this.jobColumns.requested[this.row]
  }
}

/** What the experiment sets for the jobs of a trace. */
export interface RecordedOptions {
  readonly usage: number
  readonly limited: boolean
  /** Drawn by weight for each job; empty: the tenants of the trace. */
  readonly tenants: readonly JobTenant[]
  readonly slack: Distribution | null
  /** Requested over actual run time; null: the recorded request, or the run time. */
  readonly estimate: Distribution | null
  /** Ends jobs at their requested time. */
  readonly kill: boolean
  /** Of the shape steps: a divisor of durations, and a factor of requests. */
  readonly speed: number
  readonly scale: number
}

/** Fills a plan with a recorded job. */
export class RecordedFiller {
  readonly tenants: readonly string[]
  private readonly asked: readonly TraceShape[]
  private readonly jobShapes: JobShapes
  private readonly options: RecordedOptions
  private readonly weights: Float64Array
  private readonly recordedTenants: boolean
  /** Jobs that end at their requested time and not by themselves. */
  killed = 0

  constructor({ asked, tenants }: Pick<JobCursor, 'asked' | 'tenants'>, options: RecordedOptions) {
    this.asked = asked
    this.options = options
    this.jobShapes = new JobShapes(options.usage, options.limited, options.scale)
    this.recordedTenants = options.tenants.length === 0
    this.tenants = this.recordedTenants ? tenants : options.tenants.map(({ name }) => name)
    this.weights = cumulated(options.tenants.map(({ weight }) => weight))
  }

  get shapes(): PodShape[] {
    return this.jobShapes.rows
  }

  /** Request of one resource by a task of this shape. */
  demand(shape: number, resource: Resource): number {
    return demandOf(scaledShape(this.asked[shape], this.options.scale), resource)
  }

  /** Duration in the run: divided by the speed, whole. */
  runTime(duration: number): number {
    return runTime(duration, this.options.speed)
  }

  fill(plan: JobPlan, job: RecordedJob, stream: RandomStream): void {
    const { options } = this
    plan.size(job.tasks)
    plan.tenant = this.recordedTenants ? job.tenant : placeOf(this.weights, stream.next())
    plan.slack = options.slack === null ? Infinity : Math.max(0, options.slack.sample(stream))
    plan.dag = job.dag
    plan.age = 0
    const tenant = this.tenants[plan.tenant]
    for (let i = 0; i < plan.tasks; i++) {
      const shape = job.shape(i)
      plan.durations[i] = this.runTime(job.duration(i))
      plan.shapes[i] = this.jobShapes.row(shape, this.asked[shape], NO_RESOURCES, tenant, job.priority)
    }
    const recorded = job.requested > 0 ? this.runTime(job.requested) : -1
    if (plan.request(options.estimate, recorded, stream) && options.kill && plan.cut()) this.killed++
    plan.measure()
  }

  /** A note on the jobs that were killed. */
  notes(notes: readonly string[]): readonly string[] {
    return this.killed === 0 ? notes : [...notes, `${this.killed} jobs ran longer than requested and were ended at their requested time`]
  }
}

const NO_RESOURCES = {}

/** A recording that is read from its file as it is replayed; each repetition opens the file again. */
export class CursorTimeline implements Timeline {
  readonly speed = 1
  readonly scale = 1
  cursor: JobCursor
  private readonly open: () => JobCursor
  private count = 0
  private begin = 0
  private last = 0

  constructor(open: () => JobCursor) {
    this.open = open
    this.cursor = open()
  }

  next(): number {
    const time = this.cursor.next()
    if (time < Infinity) {
      if (this.count++ === 0) this.begin = time
      this.last = time
    }
    return time
  }

  restart(): void {
    this.count = 0
    this.cursor = this.open()
  }

  /** Known at the end of the file, when a repetition starts. */
  get span(): number {
    return spanOf(this.begin, this.last, this.count)
  }
}

/** Jobs as recorded, at the times of a timeline. */
export class ReplayedJobs implements JobStream {
  private readonly filler: RecordedFiller
  private readonly timeline: Timeline
  private readonly current: () => RecordedJob
  private readonly stream: RandomStream

  /** `current` is the job that the timeline has moved to. */
  constructor(filler: RecordedFiller, timeline: Timeline, current: () => RecordedJob, stream: RandomStream) {
    this.filler = filler
    this.timeline = timeline
    this.current = current
    this.stream = stream
  }

  next(plan: JobPlan): number {
    const time = this.timeline.next()
    if (time < Infinity) this.filler.fill(plan, this.current(), this.stream)
    return time
  }
}

/** Draws jobs with replacement from the rows in `chosen`, each as often as it is listed. */
export class RecordedDraws implements JobDraws {
  readonly taskTime: number
  readonly tasksPerSample: number
  readonly meanDuration: number
  readonly notes: readonly string[] = []
  private readonly rows: RecordedJobs
  private readonly filler: RecordedFiller
  private readonly chosen: Int32Array
  /** Over the tasks of the chosen jobs: cumulated durations, row of the job, and place of the task in it. */
  private readonly times: Float64Array
  private readonly jobOf: Int32Array
  private readonly taskOf: Int32Array
  private readonly arrivingStream: RandomStream
  private readonly presentStream: RandomStream

  constructor(rows: RecordedJobs, filler: RecordedFiller, chosen: Int32Array, arrivingStream: RandomStream, presentStream: RandomStream) {
    this.rows = rows
    this.filler = filler
    this.chosen = chosen
    this.arrivingStream = arrivingStream
    this.presentStream = presentStream
    const tasks = chosen.reduce((total, row) => total + rows.at(row).tasks, 0)
    const durations = new Float64Array(tasks)
    this.jobOf = new Int32Array(tasks)
    this.taskOf = new Int32Array(tasks)
    let at = 0
    let drawn = 0
    for (const row of chosen) {
      const job = rows.at(row)
      for (let task = 0; task < job.tasks; task++, at++) {
        durations[at] = filler.runTime(job.duration(task))
        drawn += job.tasks * durations[at]
        this.jobOf[at] = row
        this.taskOf[at] = task
      }
    }
    if (durations.includes(Infinity))
      throw new RangeError(
        'found rows without a recorded end to draw from; accepted: duration, how long such a row runs, or a replay without arrivals and inflate',
      )
    this.times = cumulated(durations)
    const sum = tasks === 0 ? 0 : this.times[tasks - 1]
    this.taskTime = sum / chosen.length
    this.tasksPerSample = drawn / sum
    this.meanDuration = sum / tasks
  }

  get shapes(): JobShapes['rows'] {
    return this.filler.shapes
  }

  demandTime(resource: Resource): number {
    const { rows, filler } = this
    let sum = 0
    for (const row of this.chosen) {
      const job = rows.at(row)
      for (let task = 0; task < job.tasks; task++) sum += filler.demand(job.shape(task), resource) * filler.runTime(job.duration(task))
    }
    return sum / this.chosen.length
  }

  arriving(plan: JobPlan): void {
    const row = this.chosen[this.arrivingStream.int(this.chosen.length)]
    this.filler.fill(plan, this.rows.at(row), this.arrivingStream)
  }

  present(plan: JobPlan): boolean {
    const stream = this.presentStream
    const at = placeOf(this.times, stream.next())
    this.filler.fill(plan, this.rows.at(this.jobOf[at]), stream)
    const task = this.taskOf[at]
    plan.age = plan.startOf(task) + Math.floor(stream.next() * plan.durations[task])
    return plan.firstRunning(plan.age) === task
  }
}

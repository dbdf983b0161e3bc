/** Jobs of a trace: replayed as they were submitted, or drawn with replacement. */
import type { Distribution, RandomStream } from '../../sim/random/index.ts'
import type { PodShape } from '../../sim/index.ts'
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

/** A recorded job, as one reads it. Times [µs]. */
export interface RecordedJob {
  readonly tasks: number
  /** Of task i: duration, at least 1, and place of its request in `asked`. */
  duration(task: number): number
  shape(task: number): number
  /** null: no task waits for another. */
  readonly dag: Dag | null
  /** Place in `tenants`. */
  readonly tenant: number
  readonly priority: number
}

/** Recorded jobs in the order of their submission, one at a time; of the file only the job at hand is in memory. */
export interface JobCursor extends RecordedJob {
  readonly file: string
  /** Submission of the next job; Infinity at the end. */
  next(): number
  /** Both may grow while the jobs are read. */
  readonly asked: readonly TraceShape[]
  readonly tenants: readonly string[]
  notes(): readonly string[]
}

/** The whole recording in columns, for draws and for the bootstrap, which go back and forth. */
export class JobRows implements RecordedJob {
  readonly file: string
  readonly start: Float64Array
  readonly asked: readonly TraceShape[]
  readonly tenants: readonly string[]
  readonly notes: readonly string[]
  /** Tasks of job i: `first[i]` to before `first[i + 1]`. */
  readonly first: Int32Array
  private readonly durations: Float64Array
  private readonly shapes: Int32Array
  private readonly dags: readonly (Dag | null)[]
  private readonly tenantOf: Int32Array
  private readonly priorities: Int32Array
  private row = 0

  constructor(cursor: JobCursor) {
    const start: number[] = []
    const first = [0]
    const durations: number[] = []
    const shapes: number[] = []
    const dags: (Dag | null)[] = []
    const tenants: number[] = []
    const priorities: number[] = []
    for (let time = cursor.next(); time < Infinity; time = cursor.next()) {
      start.push(time)
      for (let task = 0; task < cursor.tasks; task++) {
        durations.push(cursor.duration(task))
        shapes.push(cursor.shape(task))
      }
      first.push(durations.length)
      dags.push(cursor.dag)
      tenants.push(cursor.tenant)
      priorities.push(cursor.priority)
    }
    this.file = cursor.file
    this.start = Float64Array.from(start)
    this.asked = cursor.asked
    this.tenants = cursor.tenants
    this.notes = cursor.notes()
    this.first = Int32Array.from(first)
    this.durations = Float64Array.from(durations)
    this.shapes = Int32Array.from(shapes)
    this.dags = dags
    this.tenantOf = Int32Array.from(tenants)
    this.priorities = Int32Array.from(priorities)
  }

  /** Moves to a job. */
  at(row: number): this {
    this.row = row
    return this
  }
  get tasks(): number {
    return this.first[this.row + 1] - this.first[this.row]
  }
  duration(task: number): number {
    return this.durations[this.first[this.row] + task]
  }
  shape(task: number): number {
    return this.shapes[this.first[this.row] + task]
  }
  get dag(): Dag | null {
    return this.dags[this.row]
  }
  get tenant(): number {
    return this.tenantOf[this.row]
  }
  get priority(): number {
    return this.priorities[this.row]
  }
}

/** What the experiment says about the jobs of a trace. */
export interface RecordedOptions {
  readonly usage: number
  readonly limited: boolean
  /** Drawn by weight for each job; empty: those of the trace. */
  readonly tenants: readonly JobTenant[]
  readonly slack: Distribution | null
  /** From the shaping: durations are divided, requests multiplied. */
  readonly speed: number
  readonly scale: number
}

/** Fills a plan with a recorded job. */
export class RecordedFiller {
  readonly tenants: readonly string[]
  private readonly asked: readonly TraceShape[]
  private readonly made: JobShapes
  private readonly options: RecordedOptions
  private readonly weights: Float64Array
  private readonly own: boolean

  constructor({ asked, tenants }: Pick<JobCursor, 'asked' | 'tenants'>, options: RecordedOptions) {
    this.asked = asked
    this.options = options
    this.made = new JobShapes(options.usage, options.limited, options.scale)
    this.own = options.tenants.length === 0
    this.tenants = this.own ? tenants : options.tenants.map(({ name }) => name)
    this.weights = cumulated(options.tenants.map(({ weight }) => weight))
  }

  get shapes(): PodShape[] {
    return this.made.rows
  }

  /** What a task of this shape asks for. */
  demand(shape: number, resource: Resource): number {
    return demandOf(scaledShape(this.asked[shape], this.options.scale), resource)
  }

  /** As it is run: sped up, whole. */
  run(duration: number): number {
    return runTime(duration, this.options.speed)
  }

  fill(plan: JobPlan, job: RecordedJob, stream: RandomStream): void {
    const { options } = this
    plan.size(job.tasks)
    plan.tenant = this.own ? job.tenant : placeOf(this.weights, stream.next())
    plan.slack = options.slack === null ? Infinity : Math.max(0, options.slack.sample(stream))
    plan.dag = job.dag
    plan.age = 0
    const tenant = this.tenants[plan.tenant]
    for (let i = 0; i < plan.tasks; i++) {
      const shape = job.shape(i)
      plan.durations[i] = this.run(job.duration(i))
      plan.shapes[i] = this.made.row(shape, this.asked[shape], NO_RESOURCES, tenant, job.priority)
    }
    plan.measure()
  }
}

const NO_RESOURCES = {}

/** A recording read from its file as it is replayed; a repetition opens the file anew. */
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

  /** Known at the end of the file, which is when a repetition asks. */
  get span(): number {
    return spanOf(this.begin, this.last, this.count)
  }
}

/** As recorded, each where the timeline has it. */
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

/** Rows with replacement; `chosen` are those that may come, as often as they are listed. */
export class RecordedDraws implements JobDraws {
  readonly taskTime: number
  readonly tasksMet: number
  readonly meanDuration: number
  readonly notes: readonly string[] = []
  private readonly rows: JobRows
  private readonly filler: RecordedFiller
  private readonly chosen: Int32Array
  /** Over the tasks of the chosen jobs: durations so far, place of the job, and of the task within it. */
  private readonly times: Float64Array
  private readonly jobOf: Int32Array
  private readonly taskOf: Int32Array
  private readonly arrivingStream: RandomStream
  private readonly metStream: RandomStream

  constructor(rows: JobRows, filler: RecordedFiller, chosen: Int32Array, arrivingStream: RandomStream, metStream: RandomStream) {
    this.rows = rows
    this.filler = filler
    this.chosen = chosen
    this.arrivingStream = arrivingStream
    this.metStream = metStream
    const times: number[] = []
    const jobOf: number[] = []
    const taskOf: number[] = []
    let met = 0
    for (const row of chosen) {
      const job = rows.at(row)
      for (let task = 0; task < job.tasks; task++) {
        times.push(filler.run(job.duration(task)))
        met += job.tasks * filler.run(job.duration(task))
        jobOf.push(row)
        taskOf.push(task)
      }
    }
    this.times = cumulated(times)
    this.jobOf = Int32Array.from(jobOf)
    this.taskOf = Int32Array.from(taskOf)
    const sum = times.length === 0 ? 0 : this.times[times.length - 1]
    this.taskTime = sum / chosen.length
    this.tasksMet = met / sum
    this.meanDuration = sum / times.length
  }

  get shapes(): JobShapes['rows'] {
    return this.filler.shapes
  }

  demandTime(resource: Resource): number {
    const { rows, filler } = this
    let sum = 0
    for (const row of this.chosen) {
      const job = rows.at(row)
      for (let task = 0; task < job.tasks; task++) sum += filler.demand(job.shape(task), resource) * filler.run(job.duration(task))
    }
    return sum / this.chosen.length
  }

  arriving(plan: JobPlan): void {
    const row = this.chosen[this.arrivingStream.int(this.chosen.length)]
    this.filler.fill(plan, this.rows.at(row), this.arrivingStream)
  }

  met(plan: JobPlan): boolean {
    const stream = this.metStream
    const at = placeOf(this.times, stream.next())
    this.filler.fill(plan, this.rows.at(this.jobOf[at]), stream)
    const task = this.taskOf[at]
    plan.age = plan.startOf(task) + Math.floor(stream.next() * plan.durations[task])
    return plan.firstRunning(plan.age) === task
  }
}

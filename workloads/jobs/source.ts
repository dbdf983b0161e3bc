/**
 * Jobs as a source of pods: a task arrives when all its predecessors have finished. Rows of jobs and of tasks are reused, so memory grows
 * with the number of unfinished jobs. Of the future only the next job is read.
 */
import { NONE, type JobsView, type PodShape, type PodSource, ColumnTable, showDuration } from '../../sim/index.ts'
import { chainsAfter, type Dag } from './dag.ts'
import { JobPlan } from './plan.ts'
import type { JobStream } from './stationary.ts'

/** Unfinished jobs. */
class LiveJobs extends ColumnTable implements JobsView {
  readonly submitted = this.column(Float64Array)
  readonly deadline = this.column(Float64Array)
  readonly criticalPath = this.column(Float64Array)
  readonly left = this.column(Int32Array)
  readonly tenant = this.column(Int32Array)
  /** Of jobs with dependencies: the structure, unfinished predecessors by node, durations and shapes by task; null for other jobs. */
  readonly dags: (Dag | null)[] = []
  readonly waits: (Int32Array | null)[] = []
  readonly durations: (Float64Array | null)[] = []
  readonly shapes: (Int32Array | null)[] = []
  /** Longest chain of durations from the start of each node to the end of the job. */
  readonly tails: (Float64Array | null)[] = []
  readonly tenants: readonly string[]
  private readonly free: number[] = []
  private count = 0

  constructor(tenants: readonly string[]) {
    super()
    this.tenants = tenants
  }

  take(): number {
    const row = this.free.pop() ?? this.count++
    this.reserve(row + 1)
    return row
  }

  /** The columns that the recorder reads keep their values until the row is taken again. */
  give(row: number): void {
    this.dags[row] = this.waits[row] = this.durations[row] = this.shapes[row] = this.tails[row] = null
    this.free.push(row)
  }
}

/** Tasks that are offered, or whose pods have not finished: their job, and their place in it. */
class LiveTasks extends ColumnTable {
  readonly job = this.column(Int32Array, NONE)
  readonly place = this.column(Int32Array)
  private readonly free: number[] = []
  private count = 0

  take(job: number, place: number): number {
    const row = this.free.pop() ?? this.count++
    this.reserve(row + 1)
    this.job[row] = job
    this.place[row] = place
    return row
  }

  give(row: number): void {
    this.free.push(row)
  }
}

/** What the offered arrival is. */
const Offer = { nothing: 0, freed: 1, root: 2 } as const
type Offer = (typeof Offer)[keyof typeof Offer]

/** A stream of jobs as a source of pods. */
export class JobSource implements PodSource {
  shape = 0
  duration = 1
  key = NONE
  job = NONE
  deadline = Infinity
  requested = 1
  tail = 1
  gangSize = 1
  readonly jobs: LiveJobs
  readonly shapes: readonly PodShape[]
  readonly meanDuration: number
  readonly stationary: boolean
  private readonly streamNotes: () => readonly string[]
  private readonly stream: JobStream
  private readonly rigid: boolean
  private readonly plan = new JobPlan()

  /** The next job: its tasks without unfinished predecessors. The plan holds their shapes and remaining durations. */
  private rootTasks = new Int32Array(64)
  private rootCount = 0
  private rootAt = 0
  private rootJob = NONE
  private rootTime = 0
  /** Row of the root task on offer. */
  private rootKey = NONE
  private over = false

  private readonly tasks = new LiveTasks()

  /** Tasks whose last predecessor has finished, first in, first out, and the times at which it did. */
  private freed: number[] = []
  private freedTimes: number[] = []
  private freedAt = 0
  private offered: Offer = Offer.nothing
  /** The last offer was taken back, and the simulation asks again. */
  private takenBack = false

  constructor(
    stream: JobStream,
    shapes: readonly PodShape[],
    tenants: readonly string[],
    meanDuration: number,
    { stationary, rigid = false }: { readonly stationary: boolean; readonly rigid?: boolean | undefined },
    notes: () => readonly string[],
  ) {
    this.stream = stream
    this.shapes = shapes
    this.jobs = new LiveJobs(tenants)
    this.meanDuration = meanDuration
    this.stationary = stationary
    this.rigid = rigid
    this.streamNotes = notes
  }

  get notes(): readonly string[] {
    // Read at the end of the run: a recording that has ended by then ended before the run did.
    return this.over && !this.stationary
      ? [
          ...this.streamNotes(),
          `the recording ends before the run does: its last job arrived at ${showDuration(Math.floor(this.rootTime / 1e6 + 0.5) * 1e6)}`,
        ]
      : this.streamNotes()
  }

  next(): number {
    if (!this.takenBack) this.consume()
    this.takenBack = false
    if (this.freedAt < this.freed.length) return this.offerFreed()
    if (this.rootAt === this.rootCount && !this.nextJob()) {
      this.offered = Offer.nothing
      return Infinity
    }
    return this.offerRoot()
  }

  released(key: number, time: number): boolean {
    const job = this.tasks.job[key]
    const task = this.tasks.place[key]
    this.tasks.give(key)
    this.jobs.left[job]--
    const dag = this.jobs.dags[job]
    const before = this.freed.length
    if (dag !== null) this.free(job, dag, this.jobs.waits[job] as Int32Array, task, time)
    if (this.jobs.left[job] === 0) this.jobs.give(job)
    return (this.takenBack = this.freed.length > before)
  }

  /** Removes the last offer, which has become a pod. */
  private consume(): void {
    if (this.offered === Offer.freed) {
      this.freedAt++
      if (this.freedAt === this.freed.length) this.freed.length = this.freedTimes.length = this.freedAt = 0
    } else if (this.offered === Offer.root) {
      this.rootAt++
      this.rootKey = NONE
    }
  }

  private offerFreed(): number {
    this.offered = Offer.freed
    const key = this.freed[this.freedAt]
    const job = this.tasks.job[key]
    const task = this.tasks.place[key]
    this.describe(key, job, (this.jobs.shapes[job] as Int32Array)[task], (this.jobs.durations[job] as Float64Array)[task])
    return this.freedTimes[this.freedAt]
  }

  private offerRoot(): number {
    this.offered = Offer.root
    const task = this.rootTasks[this.rootAt]
    if (this.rootKey === NONE) this.rootKey = this.tasks.take(this.rootJob, task)
    const { plan } = this
    this.describe(
      this.rootKey,
      this.rootJob,
      plan.shapes[task],
      plan.startOf(task) + plan.durations[task] - Math.max(plan.age, plan.startOf(task)),
    )
    this.requested = Math.max(1, plan.requested - plan.age)
    if (plan.dag !== null) this.tail -= plan.durations[task] - this.duration
    this.gangSize = this.rigid ? this.rootCount : 1
    return this.rootTime
  }

  private describe(key: number, job: number, shape: number, duration: number): void {
    this.key = key
    this.job = job
    this.shape = shape
    this.duration = duration
    this.deadline = this.jobs.deadline[job]
    this.requested = duration
    this.tail = this.jobs.tails[job]?.[this.tasks.place[key]] ?? duration
    this.gangSize = 1
  }

  /** Reads the next job, and finds its finished, running and waiting tasks at its age. False: there are no more jobs. */
  private nextJob(): boolean {
    if (this.over) return false
    const { plan, jobs } = this
    const time = this.stream.next(plan)
    if (time === Infinity) {
      this.over = true
      return false
    }
    const job = (this.rootJob = jobs.take())
    this.rootTime = time
    this.rootAt = this.rootCount = 0
    jobs.submitted[job] = time - plan.age
    jobs.criticalPath[job] = plan.criticalPath
    jobs.deadline[job] = plan.slack === Infinity ? Infinity : time - plan.age + Math.floor(plan.slack * plan.criticalPath + 0.5)
    jobs.tenant[job] = plan.tenant
    jobs.left[job] = plan.tasks
    if (plan.tasks > this.rootTasks.length) this.rootTasks = new Int32Array(plan.tasks * 2)
    jobs.dags[job] = plan.dag
    jobs.waits[job] = plan.dag === null ? null : plan.dag.waitsFor.slice()
    jobs.durations[job] = plan.dag === null ? null : plan.durations.slice(0, plan.tasks)
    jobs.tails[job] = plan.dag === null ? null : new Float64Array(plan.dag.nodes)
    if (plan.dag !== null) chainsAfter(plan.dag, plan.durations, jobs.tails[job]!)
    jobs.shapes[job] = plan.dag === null ? null : plan.shapes.slice(0, plan.tasks)
    for (let task = 0; task < plan.tasks; task++) {
      const start = plan.startOf(task)
      if (start > plan.age) continue
      if (start + plan.durations[task] > plan.age) this.rootTasks[this.rootCount++] = task
      else jobs.left[job]--
    }
    if (plan.dag !== null && plan.age > 0) this.removeFinished(plan.dag, jobs.waits[job] as Int32Array)
    return true
  }

  /** Removes the nodes that have finished at the plan's age from the predecessors of their children. */
  private removeFinished(dag: Dag, waits: Int32Array): void {
    const { plan } = this
    for (let node = 0; node < dag.nodes; node++) {
      if (plan.starts[node] + (node < dag.tasks ? plan.durations[node] : 0) > plan.age) continue
      for (let i = dag.first[node]; i < dag.first[node + 1]; i++) waits[dag.children[i]]--
    }
  }

  /** The node has finished: tasks without further predecessors are freed, and such barriers finish at once. */
  private free(job: number, dag: Dag, waits: Int32Array, node: number, time: number): void {
    for (let i = dag.first[node]; i < dag.first[node + 1]; i++) {
      const child = dag.children[i]
      if (--waits[child] > 0) continue
      if (child >= dag.tasks) this.free(job, dag, waits, child, time)
      else {
        this.freed.push(this.tasks.take(job, child))
        this.freedTimes.push(time)
      }
    }
  }
}

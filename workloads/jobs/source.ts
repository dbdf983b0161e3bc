/**
 * Jobs as a source of pods: a task becomes an arrival when all that it waits for are through. Rows of jobs and of tasks are used again, so memory
 * grows with what is alive. Of the future only the next job is known.
 */
import { grown } from '../../sim/common/table.ts'
import { showDuration } from '../../sim/common/units.ts'
import type { JobsView, PodShape, PodSource } from '../../sim/index.ts'
import type { Dag } from './dag.ts'
import { JobPlan } from './plan.ts'
import type { JobStream } from './stationary.ts'

const FIRST = 64

/** Alive jobs. */
class JobRows implements JobsView {
  submitted = new Float64Array(FIRST)
  deadline = new Float64Array(FIRST)
  criticalPath = new Float64Array(FIRST)
  left = new Int32Array(FIRST)
  tenant = new Int32Array(FIRST)
  /** Of jobs in which tasks wait: the structure, predecessors that are not through by node, durations and shapes by task. */
  readonly dags: (Dag | null)[] = []
  readonly waits: (Int32Array | null)[] = []
  readonly durations: (Float64Array | null)[] = []
  readonly shapes: (Int32Array | null)[] = []
  readonly tenants: readonly string[]
  private readonly free: number[] = []
  private count = 0

  constructor(tenants: readonly string[]) {
    this.tenants = tenants
  }

  take(): number {
    const row = this.free.pop() ?? this.count++
    if (row === this.left.length) {
      this.submitted = grown(this.submitted, row * 2)
      this.deadline = grown(this.deadline, row * 2)
      this.criticalPath = grown(this.criticalPath, row * 2)
      this.left = grown(this.left, row * 2)
      this.tenant = grown(this.tenant, row * 2)
    }
    return row
  }

  /** The columns that the recorder reads keep what they hold until the row is taken again. */
  give(row: number): void {
    this.dags[row] = this.waits[row] = this.durations[row] = this.shapes[row] = null
    this.free.push(row)
  }
}

/** What the pending arrival is. */
const NOTHING = 0
const FREED = 1
const ROOT = 2

export class JobSource implements PodSource {
  shape = 0
  duration = 1
  key = -1
  job = -1
  deadline = Infinity
  readonly jobs: JobRows
  readonly shapes: readonly PodShape[]
  readonly meanDuration: number
  readonly stationary: boolean
  private readonly noted: () => readonly string[]
  private readonly stream: JobStream
  private readonly plan = new JobPlan()

  /** The job that comes next: its tasks that can run at once (the plan holds their shapes and what is left of their durations). */
  private rootTasks = new Int32Array(FIRST)
  private rootCount = 0
  private rootAt = 0
  private rootJob = -1
  private rootTime = 0
  /** Row of the task that is offered from them. */
  private rootKey = -1
  private over = false

  /** Rows of tasks that are pending or alive. */
  private taskJob = new Int32Array(FIRST)
  private taskOf = new Int32Array(FIRST)
  private readonly freeTasks: number[] = []
  private taskCount = 0

  /** Tasks that the end of others has freed, first in, first out, and when. */
  private freed: number[] = []
  private freedTimes: number[] = []
  private freedAt = 0
  private offered = NOTHING
  /** The simulation asks anew for what was offered last. */
  private takenBack = false

  constructor(
    stream: JobStream,
    shapes: readonly PodShape[],
    tenants: readonly string[],
    meanDuration: number,
    stationary: boolean,
    notes: () => readonly string[],
  ) {
    this.stream = stream
    this.shapes = shapes
    this.jobs = new JobRows(tenants)
    this.meanDuration = meanDuration
    this.stationary = stationary
    this.noted = notes
  }

  get notes(): readonly string[] {
    // Asked for at the end of the run: a recording that is over by then was over before it.
    return this.over && !this.stationary
      ? [
          ...this.noted(),
          `the recording is over before the run is: its last job came at ${showDuration(Math.floor(this.rootTime / 1e6 + 0.5) * 1e6)}`,
        ]
      : this.noted()
  }

  next(): number {
    if (!this.takenBack) this.consume()
    this.takenBack = false
    if (this.freedAt < this.freed.length) return this.offerFreed()
    if (this.rootAt === this.rootCount && !this.nextJob()) {
      this.offered = NOTHING
      return Infinity
    }
    return this.offerRoot()
  }

  released(key: number, time: number): boolean {
    const job = this.taskJob[key]
    const task = this.taskOf[key]
    this.freeTasks.push(key)
    this.jobs.left[job]--
    const dag = this.jobs.dags[job]
    const before = this.freed.length
    if (dag !== null) this.free(job, dag, this.jobs.waits[job] as Int32Array, task, time)
    if (this.jobs.left[job] === 0) this.jobs.give(job)
    return (this.takenBack = this.freed.length > before)
  }

  /** What was offered has become a pod. */
  private consume(): void {
    if (this.offered === FREED) {
      this.freedAt++
      if (this.freedAt === this.freed.length) this.freed.length = this.freedTimes.length = this.freedAt = 0
    } else if (this.offered === ROOT) {
      this.rootAt++
      this.rootKey = -1
    }
  }

  private offerFreed(): number {
    this.offered = FREED
    const key = this.freed[this.freedAt]
    const job = this.taskJob[key]
    const task = this.taskOf[key]
    this.describe(key, job, (this.jobs.shapes[job] as Int32Array)[task], (this.jobs.durations[job] as Float64Array)[task])
    return this.freedTimes[this.freedAt]
  }

  private offerRoot(): number {
    this.offered = ROOT
    const task = this.rootTasks[this.rootAt]
    if (this.rootKey < 0) this.rootKey = this.takeTask(this.rootJob, task)
    const { plan } = this
    this.describe(
      this.rootKey,
      this.rootJob,
      plan.shapes[task],
      plan.startOf(task) + plan.durations[task] - Math.max(plan.age, plan.startOf(task)),
    )
    return this.rootTime
  }

  private describe(key: number, job: number, shape: number, duration: number): void {
    this.key = key
    this.job = job
    this.shape = shape
    this.duration = duration
    this.deadline = this.jobs.deadline[job]
  }

  /** Reads the next job, and finds which of its tasks are through, run and wait at its age. False: there is none. */
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
    jobs.shapes[job] = plan.dag === null ? null : plan.shapes.slice(0, plan.tasks)
    for (let task = 0; task < plan.tasks; task++) {
      const start = plan.startOf(task)
      if (start > plan.age) continue
      if (start + plan.durations[task] > plan.age) this.rootTasks[this.rootCount++] = task
      else jobs.left[job]--
    }
    if (plan.dag !== null && plan.age > 0) this.past(plan.dag, jobs.waits[job] as Int32Array)
    return true
  }

  /** Takes what is through at the plan's age out of what its children wait for. */
  private past(dag: Dag, waits: Int32Array): void {
    const { plan } = this
    for (let node = 0; node < dag.nodes; node++) {
      if (plan.starts[node] + (node < dag.tasks ? plan.durations[node] : 0) > plan.age) continue
      for (let i = dag.first[node]; i < dag.first[node + 1]; i++) waits[dag.children[i]]--
    }
  }

  /** The node is through: children that wait for nothing any more may come, barriers are through at once. */
  private free(job: number, dag: Dag, waits: Int32Array, node: number, time: number): void {
    for (let i = dag.first[node]; i < dag.first[node + 1]; i++) {
      const child = dag.children[i]
      if (--waits[child] > 0) continue
      if (child >= dag.tasks) this.free(job, dag, waits, child, time)
      else {
        this.freed.push(this.takeTask(job, child))
        this.freedTimes.push(time)
      }
    }
  }

  private takeTask(job: number, task: number): number {
    const key = this.freeTasks.pop() ?? this.taskCount++
    if (key === this.taskJob.length) {
      this.taskJob = grown(this.taskJob, key * 2)
      this.taskOf = grown(this.taskOf, key * 2)
    }
    this.taskJob[key] = job
    this.taskOf[key] = task
    return key
  }
}

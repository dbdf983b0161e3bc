/** The next job of a source: filled when it is drawn or read, used at once, then filled with the job after it. */
import { NONE, ColumnTable } from '../../sim/index.ts'
import type { Distribution, RandomStream } from '../../sim/random/index.ts'
import { startTimes, type Dag } from './dag.ts'

export class JobPlan extends ColumnTable {
  tasks = 1
  /** Duration of each task [µs, whole, at least 1]. */
  readonly durations = this.column(Float64Array)
  /** Row of the source's shapes for each task. */
  readonly shapes = this.column(Int32Array)
  /** null: no task waits for another. */
  dag: Dag | null = null
  /** Run time that the user requested for each task [µs, whole]. */
  requested = 1
  /** Place in the source's tenants. */
  tenant = 0
  /** Deadline over critical path; Infinity: none. */
  slack = Infinity
  /** Time since its submission [µs, whole]; above 0 only for a job that is present at time zero. */
  age = 0
  /** Start of each node of the DAG in an unlimited cluster, counted from submission; valid after `measure`. */
  starts = new Float64Array(64)
  criticalPath = 0

  /** Sets the number of tasks, whose columns are then to be filled. */
  size(tasks: number): void {
    this.tasks = tasks
    this.reserve(tasks)
  }

  /**
   * Sets the requested time: the longest duration times a draw of `estimate`, or `recorded`, or without either (null, -1) the longest
   * duration. Returns whether it is another time than that.
   */
  request(estimate: Distribution | null, recorded: number, stream: RandomStream): boolean {
    let longest = 1
    for (let task = 0; task < this.tasks; task++) longest = Math.max(longest, this.durations[task])
    if (estimate === null) this.requested = recorded > 0 ? recorded : longest
    else this.requested = Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.ceil(longest * estimate.sample(stream))))
    return this.requested !== longest
  }

  /** Ends the tasks at the requested time; false when all end before it. */
  cut(): boolean {
    let cut = false
    for (let task = 0; task < this.tasks; task++) {
      if (this.durations[task] <= this.requested) continue
      this.durations[task] = this.requested
      cut = true
    }
    return cut
  }

  /** Computes start times and critical path. */
  measure(): void {
    const { dag, durations, tasks } = this
    if (dag === null) {
      let longest = 0
      for (let task = 0; task < tasks; task++) if (durations[task] > longest) longest = durations[task]
      this.criticalPath = longest
      return
    }
    if (dag.nodes > this.starts.length) this.starts = new Float64Array(Math.max(dag.nodes, this.starts.length * 2))
    this.criticalPath = startTimes(dag, durations, this.starts)
  }

  /** Start of task i in an unlimited cluster, counted from submission. */
  startOf(task: number): number {
    return this.dag === null ? 0 : this.starts[task]
  }

  /** The first task that runs at this age in an unlimited cluster, or NONE. */
  firstRunning(age: number): number {
    for (let task = 0; task < this.tasks; task++) {
      const start = this.startOf(task)
      if (start <= age && age < start + this.durations[task]) return task
    }
    return NONE
  }
}

/** One job that is about to come: filled by whoever draws or reads it, used by the source at once, then filled anew. */
import { startTimes, type Dag } from './dag.ts'

export class JobPlan {
  tasks = 1
  /** Duration of each task [µs, whole, at least 1]. */
  durations = new Float64Array(64)
  /** Row of the source's shapes for each task. */
  shapes = new Int32Array(64)
  /** null: no task waits for another. */
  dag: Dag | null = null
  /** Place in the source's tenants. */
  tenant = 0
  /** Deadline over critical path; Infinity: none. */
  slack = Infinity
  /** How long ago it was submitted [µs, whole]; above 0 only for a job that is found at time zero. */
  age = 0
  /** When each node starts with unlimited nodes, from submission on; valid after `measure`. */
  starts = new Float64Array(64)
  criticalPath = 0

  /** Room for so many tasks, to be filled. */
  size(tasks: number): void {
    this.tasks = tasks
    if (tasks <= this.durations.length) return
    const length = Math.max(tasks, this.durations.length * 2)
    this.durations = new Float64Array(length)
    this.shapes = new Int32Array(length)
  }

  /** Start times and critical path. */
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

  /** When task i starts with unlimited nodes, from submission on. */
  startOf(task: number): number {
    return this.dag === null ? 0 : this.starts[task]
  }

  /** The first task that runs at this age with unlimited nodes; -1: none. */
  firstRunning(age: number): number {
    for (let task = 0; task < this.tasks; task++) {
      const start = this.startOf(task)
      if (start <= age && age < start + this.durations[task]) return task
    }
    return -1
  }
}

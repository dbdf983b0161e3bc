/**
 * How many pods each workload should have, has, and has ready and up to date, over time: data of a chart. The course is a step function.
 * Changes are exact while they are few; when a step of the run has more than two, its first row keeps the fewest ready pods of the step and
 * its last one the state in which the step ends, so that no outage is hidden and the size is bounded.
 */
import type { Time, WorkloadId } from '../common/ids.ts'

/** Steps of a run; a course has at most two rows for each. */
const STEPS = 300

/** The course of one workload: a row per change, each valid until the next. */
export interface ReplicaCourse {
  readonly workload: WorkloadId
  readonly times: Time[]
  readonly desired: number[]
  /** Pods that are not terminating, those of them that are ready, and those of the newest template. */
  readonly current: number[]
  readonly ready: number[]
  readonly updated: number[]
}

class Course implements ReplicaCourse {
  readonly workload: WorkloadId
  readonly times: Time[] = []
  readonly desired: number[] = []
  readonly current: number[] = []
  readonly ready: number[] = []
  readonly updated: number[] = []
  template = 0
  wanted = 0
  existing = 0
  serving = 0
  /** Existing pods by template. */
  readonly of: number[] = []
  private step = -1
  private rows = 0

  constructor(workload: WorkloadId) {
    this.workload = workload
  }

  /** The state has changed; `step` is the number of the step of the run. */
  note(now: Time, step: number): void {
    const last = this.times.length - 1
    if (step !== this.step) this.rows = 0
    this.step = step
    if (last >= 0 && this.times[last] === now) return this.write(last, now)
    if (this.rows === 2) {
      this.ready[last - 1] = Math.min(this.ready[last - 1], this.ready[last])
      return this.write(last, now)
    }
    this.rows++
    this.write(last + 1, now)
  }

  private write(row: number, now: Time): void {
    this.times[row] = now
    this.desired[row] = this.wanted
    this.current[row] = this.existing
    this.ready[row] = this.serving
    this.updated[row] = this.of[this.template] ?? 0
  }
}

/** Records the courses of the workloads that have a controller. */
export class ReplicaCourses {
  private readonly courses: (Course | undefined)[] = []
  private readonly origin: Time
  private readonly step: Time

  constructor({ origin, end }: { readonly origin: Time; readonly end: Time }) {
    this.origin = origin
    this.step = Math.max(1, Math.ceil((end - origin) / STEPS))
  }

  /** The workload is to have this many pods. */
  desired(workload: WorkloadId, count: number, now: Time): void {
    const course = this.of(workload)
    course.wanted = count
    this.note(course, now)
  }

  /** A pod of the template was created (1), or terminates or has ended (-1). */
  pods(workload: WorkloadId, template: number, change: 1 | -1, now: Time): void {
    const course = this.of(workload)
    course.existing += change
    course.of[template] = (course.of[template] ?? 0) + change
    this.note(course, now)
  }

  /** A pod has become ready (1), or is no longer (-1). */
  ready(workload: WorkloadId, change: 1 | -1, now: Time): void {
    const course = this.of(workload)
    course.serving += change
    this.note(course, now)
  }

  /** The workload moves to another template. */
  template(workload: WorkloadId, template: number, now: Time): void {
    const course = this.of(workload)
    course.template = template
    this.note(course, now)
  }

  /** The courses with the most changes, at most `count`, in order of the workloads. */
  mostChanged(count: number): ReplicaCourse[] {
    const known = this.courses.filter((course) => course !== undefined)
    known.sort((a, b) => b.times.length - a.times.length || a.workload - b.workload)
    return known.slice(0, count).sort((a, b) => a.workload - b.workload)
  }

  /** Workloads that have a course. */
  get count(): number {
    return this.courses.reduce((sum, course) => sum + Number(course !== undefined), 0)
  }

  private of(workload: WorkloadId): Course {
    return (this.courses[workload] ??= new Course(workload))
  }

  private note(course: Course, now: Time): void {
    course.note(now, Math.floor((now - this.origin) / this.step))
  }
}

/**
 * The courses of workloads under controllers, and one episode pod by pod, with the requests that failed meanwhile: data of charts, not
 * metrics. They are recorded in the first replication, since a chart shows one run.
 */
import type { Time } from '../common/ids.ts'
import type { ChangeRecorder, Courses } from '../measure/change-recorder.ts'
import type { Episode, PodLane } from '../measure/pod-lanes.ts'
import type { ReplicaCourse } from '../measure/replica-courses.ts'
import type { Clients } from '../serving/clients.ts'
import type { Workload } from '../serving/spec.ts'
import type { EpisodeResult, LaneResult, LaneState, ReplicaCourseResult, RunResult } from './results.ts'

const SECOND = 1e6
/** Most workloads whose course is kept. */
const MAX_WORKLOADS = 8
/** In order of `PodState`. */
const STATES: readonly LaneState[] = ['pending', 'pulling', 'starting', 'ready', 'not ready', 'unnoticed', 'terminating']

/** What the courses are made from. */
export interface RunCoursesRun {
  readonly changes: ChangeRecorder
  readonly clients: Clients
  readonly input: { readonly workloads: readonly Workload[] }
  readonly times: { readonly origin: Time; readonly end: Time }
}

export class RunCourses {
  private readonly run: RunCoursesRun
  private readonly courses: Courses

  /** Null when no chart is drawn of the run. */
  static of(run: RunCoursesRun): RunCourses | null {
    return run.changes.courses === null ? null : new RunCourses(run, run.changes.courses)
  }

  private constructor(run: RunCoursesRun, courses: Courses) {
    this.run = run
    this.courses = courses
    for (const { ledger } of run.clients.all) ledger.countFailures()
  }

  /** What the result of the run says about them. */
  result(): Pick<RunResult, 'courses'> {
    const { replicas, lanes } = this.courses
    const episode = lanes.episode()
    if (replicas.count === 0) return {}
    const shown = replicas.mostChanged(MAX_WORKLOADS)
    return {
      courses: {
        replicas: shown.map((course) => this.course(course)),
        omitted: replicas.count - shown.length,
        ...(episode === null ? {} : { episode: this.episode(episode) }),
      },
    }
  }

  private seconds(time: Time): number {
    const { origin, end } = this.run.times
    return (Math.min(time, end) - origin) / SECOND
  }

  private course({ workload, times, desired, current, ready, updated }: ReplicaCourse): ReplicaCourseResult {
    const from = (values: readonly number[]): Float64Array => Float64Array.from(values)
    return {
      workload: this.run.input.workloads[workload].name,
      times: Float64Array.from(times, (time) => this.seconds(time)),
      desired: from(desired),
      current: from(current),
      ready: from(ready),
      updated: from(updated),
    }
  }

  private episode({ kind, workload, from, to, lanes, pods }: Episode): EpisodeResult {
    const { input, clients } = this.run
    const { service, name } = input.workloads[workload]
    const until = lanes.reduce((latest, { end, from: times }) => Math.max(latest, end === Infinity ? times.at(-1)! : end), from)
    const over = Math.max(until, to)
    const end = Math.min(this.run.times.end, over + Math.max(5 * SECOND, Math.ceil((over - from) / 10)))
    const failed = new Float64Array(Math.max(0, Math.ceil(this.seconds(end)) + 1))
    let sent = false
    for (const { spec, ledger } of clients.all) {
      if (spec.service !== service) continue
      sent = true
      for (let second = 0; second < failed.length; second++) failed[second] += ledger.failedIn?.[second] ?? 0
    }
    const first = Math.floor(this.seconds(from))
    return {
      kind,
      workload: name,
      from: this.seconds(from),
      ...(to === Infinity ? {} : { to: this.seconds(to) }),
      end: this.seconds(end),
      lanes: lanes.map((lane) => this.lane(lane, end)),
      pods,
      ...(sent ? { failed: { first, counts: failed.slice(first) } } : {}),
    }
  }

  private lane({ version, template, ordinal, states, from, end }: PodLane, horizon: Time): LaneResult {
    const known = from.filter((time) => time < horizon).length
    return {
      version,
      template,
      ordinal,
      states: states.slice(0, known).map((state) => STATES[state]),
      from: Float64Array.from(from.slice(0, known), (time) => this.seconds(time)),
      end: this.seconds(Math.min(end, horizon)),
    }
  }
}

/**
 * Pods of background sources and jobs: each source has one pod pending, which is created when its time comes and handed to placement.
 * A pod that was evicted is created again with its whole duration, as a Job controller does, so a job waits for it and does not hang.
 */
import type { Admission } from './admission/admission.ts'
import { WorkQueue } from './kubernetes/work-queue.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { NONE, type OwnerId, type PodId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { JobRecorder } from '../measure/job-recorder.ts'
import type { Streams } from '../random/stream.ts'
import type { DeclaredPods } from './declared-pods.ts'
import { EndReason, type Controller, type Owners, type PodOwner } from './owners.ts'
import type { Placement } from './placement.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'
import type { Background as BackgroundSpec, PodSource } from './spec.ts'

/** What the sources need of the run. */
export interface BackgroundRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly placement: Placement
  readonly declared: DeclaredPods
  /** Null: no pod is refused. */
  readonly admission: Admission | null
  readonly jobs: JobRecorder
  readonly times: { readonly origin: Time; readonly end: Time }
  readonly input: { readonly background: readonly BackgroundSpec[] }
}

/** What is remembered of each pod: where it came from, so that it can be reported and created again. */
class Origins extends ColumnTable {
  key = this.column(Int32Array)
  shape = this.column(Int32Array)
  /** Row of the pod's job within its source, NONE when it has none. */
  job = this.column(Int32Array, NONE)
}

export class Background {
  /** Sources in the order of the input. */
  readonly sources: readonly PodSource[]
  private readonly runs: readonly SourceRun[]

  constructor(run: BackgroundRun) {
    const { simulator, streams, input } = run
    const origins = new Origins(256)
    this.sources = input.background.map(({ name, pods }) => pods((purpose) => streams.stream(`${purpose}/background/${name}`)))
    for (const { shapes, mix } of this.sources) if (mix !== undefined) run.declared.add(shapes, mix)
    const arrives = simulator.register('pod arrives', (row) => this.runs[row].arrive())
    this.runs = this.sources.map((source, row) => new SourceRun(run, origins, source, row, arrives))
  }

  /** Asks each source for its first pod, at the start of the ageing. */
  starts(): void {
    for (const source of this.runs) source.expect()
  }

  /** What the sources left out, which those that are read during the run know only at its end. */
  notes(): string[] {
    return this.sources.flatMap(({ notes }) => notes)
  }
}

/** A pod that is due. */
interface Due {
  readonly shape: number
  readonly duration: Time
  readonly deadline: Time
  readonly key: number
  readonly job: number
  /** Longest chain of run times of tasks that wait for it. */
  readonly after: Time
  /** Run time that its user states; of one that is created again the run time. */
  readonly requested: Time
  /** The rigid job that starts as a whole, NONE for a pod that starts by itself, and how many pods it has. */
  readonly gang: number
  readonly gangSize: number
  /** It was evicted. */
  readonly again: boolean
}

/** One source during a run, and the owner of its pods. */
class SourceRun implements PodOwner {
  readonly name: string
  /** Handle of the pending arrival. */
  private arrival = NONE
  /** The rigid job whose tasks arrive, and how many are still to come. */
  private gang = NONE
  private gangLeft = 0
  /** Pods that the API server refused. */
  private refused: Due[] = []
  private retrying = false
  /** Null: no pod is refused. */
  private readonly retries: WorkQueue | null
  private readonly start: Time
  private readonly owner: OwnerId
  private readonly run: BackgroundRun
  private readonly origins: Origins
  private readonly source: PodSource
  private readonly row: number
  private readonly arrives: number

  constructor(run: BackgroundRun, origins: Origins, source: PodSource, row: number, arrives: number) {
    this.run = run
    this.origins = origins
    this.source = source
    this.row = row
    this.name = run.input.background[row].name
    this.arrives = arrives
    this.start = source.stationary ? 0 : run.times.origin
    this.owner = run.owners.register(this)
    this.retries = run.admission === null ? null : new WorkQueue(run.simulator, `background ${row}`, () => this.retry())
    run.jobs.addSource(source.jobs, this.start)
  }

  expect(): void {
    this.await(this.start + this.source.next())
  }

  private await(time: Time): void {
    const { simulator, jobs, times } = this.run
    jobs.setMore(this.row, time < Infinity)
    this.arrival = time <= times.end ? simulator.at(time, this.arrives, this.row, 0) : NONE
  }

  /** The pod that is due, and all that arrive at the same instant: a population that is present from the start arrives before anything else. */
  arrive(): void {
    const { source, run, start } = this
    const { now } = run.simulator
    let time: Time
    do {
      const { shape, duration, deadline = Infinity, key = NONE, job = NONE, tail = duration, requested = duration, gangSize = 1 } = source
      const after = tail > duration ? tail - duration : 0
      const gang = this.gangOf(gangSize)
      this.create({ shape, duration, deadline: start + deadline, key, job, after, requested, gang, gangSize, again: false })
      time = start + source.next()
    } while (time === now)
    this.await(time)
  }

  private create(due: Due): void {
    const { origins, run } = this
    const { shape, duration, deadline, key, job, after, again } = due
    const { admission } = run
    const wanted = this.source.shapes[shape]
    if (admission?.admits(wanted) === false) {
      this.refuse(due)
      return
    }
    const pod = run.cluster.createPod(wanted, NONE, run.simulator.now, duration, deadline)
    admission?.created(pod, wanted)
    run.cluster.setOwner(pod, this.owner)
    run.cluster.pods.setJob(pod, due.requested, due.gang, due.gang === NONE ? 1 : due.gangSize)
    run.cluster.pods.setTask(pod, job, duration + after)
    origins.reserve(pod + 1)
    origins.key[pod] = key
    origins.shape[pod] = shape
    origins.job[pod] = job
    if (job !== NONE && !again) run.jobs.arrived(this.row, job)
    run.lifecycle.createdToRun(pod, duration)
    run.placement.arrived(pod, run.input.background[this.row].scheduler)
  }

  /** A refused pod waits for the retry, as it would in the queue of a controller. */
  private refuse(pod: Due): void {
    if (!this.retrying) this.retries!.retry(0)
    this.refused.push(pod)
    this.retrying = true
  }

  private retry(): void {
    const waiting = this.refused
    this.refused = []
    this.retrying = false
    for (let i = 0; i < waiting.length; i++) {
      this.create(waiting[i])
      // The rest would be refused as well, or is tried at the next retry.
      if (this.refused.length > 0) {
        this.refused.push(...waiting.slice(i + 1))
        return
      }
    }
    this.retries!.forget(0)
  }

  /** The rigid job of a pod that arrives, whose tasks arrive one after another; NONE when it has none. */
  private gangOf(size: number): number {
    if (this.gangLeft === 0 && size > 1) {
      this.gang = this.run.placement.newGang()
      this.gangLeft = size
    }
    if (this.gangLeft === 0) return NONE
    this.gangLeft--
    return this.gang
  }

  bound(pod: PodId, at: Time): void {
    const job = this.origins.job[pod]
    if (job !== NONE) this.run.jobs.bound(this.row, job, at)
  }

  ended(pod: PodId, reason: EndReason): void {
    const { origins, source, run } = this
    const { simulator } = run
    if (reason !== EndReason.Completed) {
      const { pods } = run.cluster.view
      const after = pods.tail[pod] > pods.duration[pod] ? pods.tail[pod] - pods.duration[pod] : 0
      const duration = pods.duration[pod]
      const due = { shape: origins.shape[pod], key: origins.key[pod], job: origins.job[pod], after, again: true }
      this.create({ ...due, duration, deadline: pods.deadline[pod], requested: duration, gang: NONE, gangSize: 1 })
      return
    }
    const more = source.released?.(origins.key[pod], simulator.now - this.start) === true
    if (origins.job[pod] !== NONE) run.jobs.ended(this.row, origins.job[pod], simulator.now)
    if (!more) return
    // The source is asked again for the earlier of its pending pod and the one it knows now.
    if (this.arrival !== NONE) simulator.cancel(this.arrival)
    this.expect()
  }

  movable(): boolean {
    return false
  }

  /** Pods without a job stand for those of any controllers. */
  controllerOf(pod: PodId): Controller {
    const job = this.origins.job[pod]
    return { kind: 'Job', key: job === NONE ? '' : `${this.owner}/${job}` }
  }
}

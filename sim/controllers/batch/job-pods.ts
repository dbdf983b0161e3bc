/**
 * The pods of Jobs: each runs for its duration and exits. With restartPolicy OnFailure its container is started again after an error, with the
 * kubelet's back-off; with Never the pod fails. The pod leaves its node when it has ended; its Job has counted it by then or does so from what
 * is remembered of it.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { PodPhase } from '../../cluster/views.ts'
import { NONE, type OwnerId, type PodId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { BatchRecorder } from '../../measure/batch-recorder.ts'
import type { JobRecorder } from '../../measure/job-recorder.ts'
import type { Streams } from '../../random/stream.ts'
import { ApiPhase, type NewPod, type PodControl, type PodController, type PodObjects } from '../kubernetes/pod-objects.ts'
import type { Admission } from '../admission/admission.ts'
import { restartTime } from '../orchestration/crash-back-off.ts'
import { EndReason, type Controller, type Owners, type PodOwner } from '../owners.ts'
import type { Placement } from '../placement.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import { JobRuns, type JobLife, type RunKey } from './job-runs.ts'
import type { BatchWorkload } from './spec.ts'

/** Exit code of a process that was killed: 128 + SIGKILL. */
const KILLED = 137

/** What the pods of Jobs need of the run. */
export interface JobPodsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly placement: Placement
  readonly jobs: JobRecorder
  readonly batch: BatchRecorder
  /** Null: no pod is refused. */
  readonly admission: Admission | null
}

/** A row per pod. */
class Runs extends ColumnTable {
  batch = this.column(Int32Array)
  version = this.column(Int32Array)
  job = this.column(Float64Array)
  place = this.column(Float64Array)
  restart = this.column(Int32Array)
  /** Of the present run of the process. */
  exitCode = this.column(Int32Array)
  /** Back-off of the container: next wait, and last restart. */
  wait = this.column(Float64Array)
  last = this.column(Float64Array)
}

export class JobPods implements PodControl, PodOwner {
  readonly name = 'jobs'
  readonly refuses: boolean
  private readonly run: JobPodsRun
  private readonly workloads: readonly BatchWorkload[]
  private readonly objects: PodObjects
  private readonly draws: readonly JobRuns[]
  private readonly runs = new Runs(64)
  private readonly owner: OwnerId
  /** By pod: the Job that it belongs to. */
  private readonly controllers: (PodController | null)[] = []
  private readonly lives = new Map<PodController, JobLife>()
  private readonly stops: number
  private readonly restartsKind: number

  constructor(run: JobPodsRun, workloads: readonly BatchWorkload[], objects: PodObjects) {
    const { simulator, cluster } = run
    this.run = run
    this.refuses = run.admission !== null
    this.workloads = workloads
    this.objects = objects
    this.draws = workloads.map((workload) => new JobRuns(workload, run.streams))
    this.owner = run.owners.register(this)
    const present = (handle: (pod: PodId) => void) => (pod: PodId, epoch: number) => {
      if (cluster.view.pods.epoch[pod] === epoch) handle(pod)
    }
    const stopped = present((pod) => run.lifecycle.terminate(pod, EndReason.Deleted))
    this.stops = simulator.register('pod of a job has stopped', stopped)
    const restarted = present((pod) => this.startsAgain(pod))
    this.restartsKind = simulator.register('container of a job restarts', restarted)
  }

  /** The pods that `controller` creates belong to this Job. */
  add(controller: PodController, life: JobLife): void {
    this.lives.set(controller, life)
  }

  forget(controller: PodController): void {
    this.lives.delete(controller)
  }

  // ---- what a controller does

  create(controller: PodController, { template, ordinal = NONE }: NewPod): PodId {
    const { cluster, lifecycle, placement, simulator, admission } = this.run
    const life = this.lives.get(controller)!
    const { batch, version } = life
    const { versions, scheduler } = this.workloads[batch]
    const { shape } = versions[version]
    if (admission?.admits(shape) === false) return NONE
    const key = this.draws[batch].keyOf(life, ordinal)
    const duration = this.draws[batch].duration(version, key, 0)
    const pod = cluster.createPod(shape, NONE, simulator.now, duration, Infinity)
    admission?.created(pod, shape)
    cluster.setOwner(pod, this.owner)
    cluster.pods.setJob(pod, duration, NONE, 1)
    this.remember(pod, batch, version, key)
    this.objects.open(pod, { template, ordinal }, cluster.created, simulator.now)
    this.controllers[pod] = controller
    lifecycle.createdToRun(pod, duration)
    placement.arrived(pod, scheduler)
    controller.podChanged(pod)
    return pod
  }

  private remember(pod: PodId, batch: number, version: number, { job, place }: RunKey): void {
    const { runs } = this
    runs.reserve(pod + 1)
    runs.batch[pod] = batch
    runs.version[pod] = version
    runs.job[pod] = job
    runs.place[pod] = place
    runs.restart[pod] = 0
    runs.exitCode[pod] = this.draws[batch].exitCode(version, { job, place }, 0)
    runs.wait[pod] = 0
    runs.last[pod] = 0
  }

  /** A pod that has a node stops within its grace period; it may complete meanwhile. */
  delete(pod: PodId): void {
    const { objects, run } = this
    if (objects.deleting[pod] === 1) return
    const { pods } = run.cluster.view
    objects.deleting[pod] = 1
    const { grace } = this.workloads[this.runs.batch[pod]]
    if (pods.phase[pod] === PodPhase.Pending || grace === 0) {
      run.lifecycle.terminate(pod, EndReason.Deleted)
      return
    }
    run.simulator.at(run.simulator.now + grace, this.stops, pod, pods.epoch[pod])
    this.controllers[pod]?.podChanged(pod)
  }

  // ---- what becomes of a pod

  bound(pod: PodId, at: Time): void {
    const { objects, run } = this
    objects.node[pod] = run.cluster.view.pods.node[pod]
    const controller = this.controllers[pod]!
    const life = this.lives.get(controller)
    if (life?.begun === false) {
      life.begun = true
      run.jobs.objectBegins(life.created, at)
    }
    controller.podChanged(pod)
  }

  /** The process has run for its duration; true: its container is started again. */
  exits(pod: PodId): boolean {
    const { objects, run, runs } = this
    if (runs.exitCode[pod] === 0 || !this.restarts(pod) || objects.deleting[pod] === 1) return false
    const { now } = run.simulator
    run.batch.exited(now)
    run.lifecycle.runs.stop(pod)
    const backOff = { wait: runs.wait[pod], last: runs.last[pod] }
    const time = restartTime(backOff, now)
    runs.wait[pod] = backOff.wait
    runs.last[pod] = backOff.last
    run.simulator.at(time, this.restartsKind, pod, run.cluster.view.pods.epoch[pod])
    return true
  }

  /** The node of a pod that has run answers again; true: the pod has failed with its process. */
  rebooted(pod: PodId): boolean {
    if (this.run.cluster.view.pods.phase[pod] !== PodPhase.Running) return false
    if (!this.restarts(pod)) {
      this.runs.exitCode[pod] = KILLED
      this.run.lifecycle.terminate(pod, EndReason.Completed)
      return true
    }
    this.countRestart(pod)
    return false
  }

  private restarts(pod: PodId): boolean {
    return this.workloads[this.runs.batch[pod]].controller.job.restartPolicy === 'OnFailure'
  }

  private startsAgain(pod: PodId): void {
    const { runs, run } = this
    runs.restart[pod]++
    const key = { job: runs.job[pod], place: runs.place[pod] }
    const draws = this.draws[runs.batch[pod]]
    runs.exitCode[pod] = draws.exitCode(runs.version[pod], key, runs.restart[pod])
    run.lifecycle.runs.runAgain(pod, draws.duration(runs.version[pod], key, runs.restart[pod]))
    this.countRestart(pod)
  }

  private countRestart(pod: PodId): void {
    this.objects.restarts[pod]++
    this.objects.allRestarts[pod]++
    this.controllers[pod]?.podChanged(pod)
  }

  ended(pod: PodId, reason: EndReason): void {
    const { objects, runs, run, controllers } = this
    const completed = reason === EndReason.Completed
    const exitCode = completed ? runs.exitCode[pod] : KILLED
    if (reason !== EndReason.Deleted) {
      objects.phase[pod] = exitCode === 0 ? ApiPhase.Succeeded : ApiPhase.Failed
      objects.exitCode[pod] = exitCode
      objects.exitContainer[pod] = exitCode === 0 ? NONE : 0
      objects.disrupted[pod] = completed ? 0 : 1
      if (exitCode !== 0) run.batch.podFailed(run.simulator.now)
    }
    controllers[pod]?.podGone(pod)
    controllers[pod] = null
  }

  movable(): boolean {
    return true
  }

  controllerOf(pod: PodId): Controller {
    return { kind: 'Job', key: `${this.owner}/${this.runs.batch[pod]}/${this.runs.job[pod]}` }
  }
}

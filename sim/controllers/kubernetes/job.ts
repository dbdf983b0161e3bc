/**
 * Jobs: each creates pods until enough have succeeded, or until it fails. A sync counts the pods that have ended, decides whether the Job
 * ends, and otherwise creates or deletes pods. Pod events and status writes are batched: the sync follows one second later; a change of
 * the spec is seen at once. Source: Kubernetes 1.34 pkg/controller/job/job_controller.go, pkg/controller/ttlafterfinished.
 */
import { NONE, type PodId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { NOTHING, sendWith, type ApiClient } from './api-client.ts'
import { createInBatches } from './creation-batches.ts'
import { NO_FAILURE } from './job-backoff.ts'
import {
  conditionOf,
  endOf,
  hasEnded,
  jobSpec,
  newJobStatus,
  type Job,
  type JobCondition,
  type JobOwner,
  type JobPod,
  type JobSpec,
} from './job-object.ts'
import { planOf, type NewJobPod, type Plan } from './job-plan.ts'
import { failureAction } from './job-policies.ts'
import { survey, type Survey } from './job-survey.ts'
import { ApiPhase, wholeSeconds, type PodControl, type PodObjects } from './pod-objects.ts'
import { WorkQueue } from './work-queue.ts'

/** From an event of a pod, or a write of the status, to the sync. */
const BATCH: Time = 1_000_000
/** Delays of the retries of a failing Job [µs]. */
const JOB_RETRY = { first: 1_000_000, longest: 60_000_000, shared: false } as const
/** Most pods that one sync counts. */
const MOST_COUNTED = 500

/** What the controller needs of the run. */
export interface JobRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: PodControl
  /** From a change to the sync that sees it, beside the batching [µs]. */
  readonly latency: Time
  /** Absent: requests do not wait. */
  readonly client?: ApiClient | undefined
  /** Called at each condition that is written. */
  readonly conditionWritten?: (job: Job, condition: JobCondition) => void
}

export class JobController {
  private readonly jobs: (Job | null)[] = []
  private readonly free: number[] = []
  private readonly queue: WorkQueue
  private readonly expiring: WorkQueue
  private readonly run: JobRun

  constructor(run: JobRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'job', (row) => this.sync(row), run.latency, run.client, JOB_RETRY)
    this.expiring = new WorkQueue(run.simulator, 'ttl after finished', (row) => this.expire(row), run.latency)
  }

  /** The controller is down until this time. */
  hold(until: Time): void {
    this.queue.hold(until)
    this.expiring.hold(until)
  }

  /** Throws a RangeError for a spec that the API server would refuse. */
  create(given: Partial<JobSpec>, owner: JobOwner | null = null): Job {
    const row = this.free.pop() ?? this.jobs.length
    const { now } = this.run.simulator
    const job: Job = {
      row,
      spec: jobSpec(given),
      status: newJobStatus(),
      owner,
      created: wholeSeconds(now),
      pods: [],
      existing: new Map(),
      record: NO_FAILURE,
      controller: { podChanged: (pod) => this.podChanged(job, pod), podGone: (pod) => this.podGone(job, pod) },
    }
    this.jobs[row] = job
    this.queue.add(row)
    return job
  }

  /** The user changed the object; a change to what it is already is no event. Throws a RangeError for what the API server would refuse. */
  update(job: Job, change: Partial<Pick<JobSpec, 'parallelism' | 'completions' | 'suspend' | 'activeDeadline' | 'backoffLimit'>>): void {
    const changed = jobSpec({ ...job.spec, ...change })
    const isSame = (Object.keys(change) as (keyof typeof change)[]).every((field) => changed[field] === job.spec[field])
    if (isSame) return
    Object.assign(job.spec, change)
    this.queue.add(job.row)
  }

  /** Removes the Job and all its pods. */
  remove(job: Job): void {
    if (this.jobs[job.row] !== job) return
    this.jobs[job.row] = null
    this.free.push(job.row)
    this.queue.drop(job.row)
    this.expiring.drop(job.row)
    for (const [pod, { deleting }] of [...job.existing]) if (!deleting) this.run.control.delete(pod)
    job.owner?.jobGone(job)
  }

  private podChanged(job: Job, pod: PodId): void {
    const known = job.existing.get(pod)
    if (known !== undefined) this.read(known)
    this.batch(job)
  }

  private podGone(job: Job, pod: PodId): void {
    const known = job.existing.get(pod)
    job.existing.delete(pod)
    if (known !== undefined) {
      this.read(known)
      // An object that goes without a final phase was removed by force.
      if (!hasEnded(known)) {
        known.phase = ApiPhase.Failed
        known.finished = wholeSeconds(this.run.simulator.now)
      }
    }
    this.batch(job)
  }

  private batch(job: Job): void {
    if (this.jobs[job.row] === job) this.queue.addAfter(job.row, BATCH)
  }

  /** Copies what the API server says about the pod: its row may be freed before the pod is counted. */
  private read(known: JobPod): void {
    const { objects, simulator } = this.run
    const { pod } = known
    const ended = hasEnded(known)
    const { deleting } = known
    known.phase = objects.phase[pod]
    known.ready = objects.ready[pod] === 1
    known.deleting = objects.deleting[pod] === 1
    known.allRestarts = objects.allRestarts[pod]
    known.exitCode = objects.exitCode[pod]
    known.exitContainer = objects.exitContainer[pod]
    known.disrupted = objects.disrupted[pod] === 1
    const ends = !ended && hasEnded(known)
    if (ends || (!ended && !deleting && known.deleting)) known.finished = wholeSeconds(simulator.now)
  }

  private sync(row: number): void {
    const job = this.jobs[row]
    if (job === null || endOf(job.status) !== null) return
    forgetCounted(job)
    const { spec, status } = job
    const { now } = this.run.simulator
    if (status.started === NONE && !spec.suspend) status.started = wholeSeconds(now)
    const surveyed = survey(job, now)
    if (surveyed.end === null && spec.activeDeadline < Infinity && !spec.suspend) {
      this.queue.addAfter(row, spec.activeDeadline - (now - status.started))
    }
    const plan = planOf(job, surveyed, this.run.objects, now)
    if (plan.retryIn < Infinity) this.queue.addAfter(row, Math.max(BATCH, plan.retryIn))
    const written = this.write(job, surveyed, plan)
    if (written && endOf(status) === null) this.queue.addAfter(row, BATCH)
    const { client, control } = this.run
    for (const { pod } of plan.deleted) {
      sendWith(client, () => {
        if (job.existing.has(pod)) control.delete(pod)
      })
    }
    if (plan.created.length === 0) this.queue.forget(row)
    createInBatches({
      count: plan.created.length,
      client,
      refusable: control.refuses === true,
      create: (i) => this.jobs[row] !== job || endOf(status) !== null || this.createPod(job, plan.created[i]),
      refused: () => {
        if (this.jobs[row] === job) this.queue.retry(row)
      },
    })
    if (written) sendWith(client, NOTHING)
    if (written) job.owner?.jobChanged(job)
    if (endOf(status) !== null) forgetCounted(job)
    this.scheduleRemoval(job)
  }

  /** Writes the status and stops tracking pods that have ended; returns whether anything has changed. */
  private write(job: Job, surveyed: Survey, plan: Plan): boolean {
    const { status, spec } = job
    const before = status.conditions
    const { active, ready, terminating, end } = plan
    let changed = surveyed.indexesChanged || active !== status.active || ready !== status.ready || terminating !== status.terminating
    Object.assign(status, { active, ready, terminating })
    if (end === null && plan.manages) this.markSuspension(job)
    if (end !== null && conditionOf(status, end.type) === null) this.condition(job, end.type, 'True', end.reason)
    changed ||= status.conditions !== before
    const counted = this.count(job, surveyed, plan)
    changed ||= counted.succeeded + counted.failed > 0
    if (changed) job.record = surveyed.record
    status.failed += counted.failed
    status.succeeded = spec.completionMode === 'Indexed' ? status.completedIndexes.size : status.succeeded + counted.succeeded
    if (end === null || terminating > 0 || counted.limited) return changed || counted.released > 0
    this.condition(job, end.type === 'FailureTarget' ? 'Failed' : 'Complete', 'True', end.reason)
    return true
  }

  private markSuspension(job: Job): void {
    const { status, spec } = job
    const condition = status.conditions.find(({ type }) => type === 'Suspended')
    if ((condition?.status === 'True') === spec.suspend) return
    this.condition(job, 'Suspended', spec.suspend ? 'True' : 'False', spec.suspend ? 'JobSuspended' : 'JobResumed')
    if (!spec.suspend) status.started = wholeSeconds(this.run.simulator.now)
  }

  /** Pods that have ended are counted and no longer tracked; when the Job ends, all of them. */
  private count(
    job: Job,
    { failed, isValid, kept }: Survey,
    { end }: Plan,
  ): { succeeded: number; failed: number; released: number; limited: boolean } {
    const indexed = job.spec.completionMode === 'Indexed'
    const count = { succeeded: 0, failed: 0, released: 0, limited: false }
    const failedPods = new Set(failed)
    for (const pod of job.pods) {
      const succeeded = pod.phase === ApiPhase.Succeeded
      const isFailed = failedPods.has(pod)
      if (!pod.tracked || !(end !== null || succeeded || (isFailed && kept.get(pod.index) !== pod))) continue
      pod.tracked = false
      count.released++
      if (succeeded) count.succeeded += Number(!indexed || isValid(pod))
      else if ((isFailed || end?.type === 'FailureTarget') && isValid(pod) && failureAction(job.spec, pod) !== 'Ignore') count.failed++
      count.limited = count.succeeded + count.failed >= MOST_COUNTED
      if (count.limited) break
    }
    return count
  }

  /** False when the API server refuses the pod. */
  private createPod(job: Job, { index, failures, ignored }: NewJobPod): boolean {
    const pod = this.run.control.create(job.controller, { template: 0, ordinal: index })
    if (pod === NONE) return false
    const known: JobPod = {
      pod,
      index,
      failures,
      ignored,
      tracked: true,
      phase: ApiPhase.Pending,
      ready: false,
      deleting: false,
      finished: NONE,
      allRestarts: 0,
      exitCode: 0,
      exitContainer: NONE,
      disrupted: false,
    }
    job.pods.push(known)
    job.existing.set(pod, known)
    this.read(known)
    this.batch(job)
    return true
  }

  private condition(job: Job, type: JobCondition['type'], status: JobCondition['status'], reason: JobCondition['reason']): void {
    const written: JobCondition = { type, status, reason, since: wholeSeconds(this.run.simulator.now) }
    job.status.conditions = [...job.status.conditions.filter((one) => one.type !== type), written]
    this.run.conditionWritten?.(job, written)
  }

  private scheduleRemoval({ row, spec, status }: Job): void {
    const end = endOf(status)
    if (end !== null && spec.ttl < Infinity) this.expiring.addAfter(row, end.since + spec.ttl - this.run.simulator.now)
  }

  private expire(row: number): void {
    const job = this.jobs[row]
    if (job !== null) this.remove(job)
  }
}

/** Counted pods are no longer needed, but for those that still terminate. */
function forgetCounted(job: Job): void {
  job.pods = job.pods.filter((pod) => pod.tracked || (pod.deleting && !hasEnded(pod)))
}

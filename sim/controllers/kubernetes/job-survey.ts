/** What a sync of a Job finds: its pods by state, its failures, its indexes, and whether it ends. Source: as job.ts. */
import { NONE, type Time } from '../../common/ids.ts'
import { recordAfter } from './job-backoff.ts'
import { conditionOf, hasEnded, hasFailed, type FailureRecord, type Job, type JobCondition, type JobPod } from './job-object.ts'
import { failureAction, meetsSuccessPolicy } from './job-policies.ts'
import { ApiPhase } from './pod-objects.ts'

/** Why a Job ends. */
export interface JobEnd {
  readonly type: 'FailureTarget' | 'SuccessCriteriaMet'
  readonly reason: JobCondition['reason']
}

/** What a sync finds. */
export interface Survey {
  readonly active: readonly JobPod[]
  readonly terminating: readonly JobPod[]
  /** Failed and not counted yet. */
  readonly failed: readonly JobPod[]
  /** Successes with those not counted yet. */
  readonly successes: number
  readonly record: FailureRecord
  /** By index: its last failed pod, which is counted when the index has another pod. Empty without backoffLimitPerIndex. */
  readonly kept: ReadonlyMap<number, JobPod>
  readonly indexesChanged: boolean
  readonly end: JobEnd | null
  /** Whether the index of a pod is below the number of completions. */
  readonly isValid: (pod: JobPod) => boolean
}

/** Looks at the pods of a Job; adds indexes that have succeeded or failed to its status. */
export function survey(job: Job, now: Time): Survey {
  const { spec, status, pods } = job
  const indexed = spec.completionMode === 'Indexed'
  const isValid = ({ index }: JobPod): boolean => !indexed || index < spec.completions!
  const active = pods.filter((pod) => !pod.deleting && !hasEnded(pod))
  const uncounted = pods.filter((pod) => pod.tracked && isValid(pod))
  const succeeded = uncounted.filter(({ phase }) => phase === ApiPhase.Succeeded)
  const failed = uncounted.filter((pod) => hasFailed(pod, spec))
  const failures = status.failed + failed.filter((pod) => failureAction(spec, pod) !== 'Ignore').length
  const indexesChanged = indexed && noteIndexes(job, succeeded, failed)
  let end = standingEnd(job) ?? failureOf(job, failures, now)
  if (indexed) end ??= endByIndexes(job)
  return {
    active,
    terminating: pods.filter((pod) => pod.deleting && !hasEnded(pod)),
    failed,
    successes: indexed ? status.completedIndexes.size : status.succeeded + succeeded.length,
    record: recordAfter(job.record, succeeded, failed),
    kept: keptPods(job, active, failed),
    indexesChanged,
    end,
    isValid,
  }
}

function noteIndexes({ spec, status }: Job, succeeded: readonly JobPod[], failed: readonly JobPod[]): boolean {
  const { completedIndexes, failedIndexes } = status
  const before = [completedIndexes.size, failedIndexes.size]
  completedIndexes.cut(spec.completions!)
  failedIndexes.cut(spec.completions!)
  for (const { index } of succeeded) completedIndexes.add(index)
  const limit = spec.backoffLimitPerIndex
  if (limit !== null) {
    for (const pod of failed) {
      const action = failureAction(spec, pod)
      if (action === 'FailIndex' || (action !== 'Ignore' && pod.failures >= limit)) failedIndexes.add(pod.index)
    }
  }
  return completedIndexes.size !== before[0] || failedIndexes.size !== before[1]
}

/** An end that an earlier sync decided and that waits for terminating pods. */
function standingEnd({ status }: Job): JobEnd | null {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const condition = conditionOf(status, type)
    if (condition !== null) return { type, reason: condition.reason }
  }
  return null
}

function failureOf({ spec, status, pods }: Job, failures: number, now: Time): JobEnd | null {
  const type = 'FailureTarget'
  const failsJob = (pod: JobPod): boolean => hasFailed(pod, spec) && failureAction(spec, pod) === 'FailJob'
  if (spec.podFailurePolicy !== null && pods.some(failsJob)) return { type, reason: 'PodFailurePolicy' }
  if (failures > spec.backoffLimit || restartsExceed(spec, pods)) return { type, reason: 'BackoffLimitExceeded' }
  const started = status.started !== NONE && !spec.suspend
  return started && now - status.started >= spec.activeDeadline ? { type, reason: 'DeadlineExceeded' } : null
}

/** With restartPolicy OnFailure the restarts of containers count instead of failed pods. */
function restartsExceed({ restartPolicy, backoffLimit }: Job['spec'], pods: readonly JobPod[]): boolean {
  if (restartPolicy !== 'OnFailure') return false
  const restarts = pods.reduce((sum, pod) => sum + (hasEnded(pod) ? 0 : pod.allRestarts), 0)
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit
}

function endByIndexes({ spec, status }: Job): JobEnd | null {
  const { completedIndexes, failedIndexes } = status
  const { maxFailedIndexes, successPolicy } = spec
  const completions = spec.completions!
  if (spec.backoffLimitPerIndex !== null) {
    const type = 'FailureTarget'
    if (maxFailedIndexes !== null && failedIndexes.size > maxFailedIndexes) return { type, reason: 'MaxFailedIndexesExceeded' }
    if (failedIndexes.size > 0 && failedIndexes.size + completedIndexes.size >= completions) return { type, reason: 'FailedIndexes' }
  }
  const met = meetsSuccessPolicy(successPolicy, completions, completedIndexes)
  return met ? { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy' } : null
}

function keptPods({ spec, status }: Job, active: readonly JobPod[], failed: readonly JobPod[]): Map<number, JobPod> {
  const kept = new Map<number, JobPod>()
  if (spec.backoffLimitPerIndex === null) return kept
  const running = new Set(active.map(({ index }) => index))
  for (const pod of failed) {
    const { index } = pod
    if (status.completedIndexes.has(index) || status.failedIndexes.has(index) || running.has(index)) continue
    const last = kept.get(index)
    const later = last === undefined || (last.failures + last.ignored <= pod.failures + pod.ignored && last.finished <= pod.finished)
    if (later) kept.set(index, pod)
  }
  return kept
}

/** The Job object: what its user wrote and what its controller reports. Source: Kubernetes 1.34 batch/v1. */
import { NONE, type PodId, type Time } from '../../common/ids.ts'
import { IndexSet } from './job-indexes.ts'
import { ApiPhase, type PodController } from './pod-objects.ts'

/** What the failure of a pod means: the Job fails, its index fails, it does not count, it counts as without a policy. */
export type FailureAction = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count'

/** A rule on the exit codes of containers, or on the conditions of the pod. */
export interface FailureRule {
  readonly action: FailureAction
  /** Exit code 0 never matches. */
  readonly onExitCodes?: { readonly operator: 'In' | 'NotIn'; readonly values: readonly number[]; readonly containerName?: string | null }
  /** Pods of the simulator have the condition DisruptionTarget, or none. */
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[]
}

/** Rules in order: the first that matches decides. */
export type PodFailurePolicy = readonly FailureRule[]

/** The Job succeeds when one rule is met: all these indexes, or that many of them, have succeeded. */
export type SuccessPolicy = readonly { readonly succeededIndexes?: string | null; readonly succeededCount?: number | null }[]

/** What a user sets. API defaults are applied by `jobSpec`. */
export interface JobSpec {
  readonly completionMode: 'NonIndexed' | 'Indexed'
  /** Null: a work queue, complete when one pod has succeeded and all have ended. */
  completions: number | null
  parallelism: number
  /** Failures after which the Job fails: one more than this. */
  backoffLimit: number
  /** Failures per index; null: not limited per index. */
  readonly backoffLimitPerIndex: number | null
  /** Failed indexes after which the Job fails at once; null: it fails at its end if one has failed. */
  readonly maxFailedIndexes: number | null
  /** Time from its start after which it fails [µs]; Infinity: never. */
  activeDeadline: Time
  /** From its end to the removal of the Job and its pods [µs]; Infinity: never. */
  readonly ttl: Time
  suspend: boolean
  readonly podFailurePolicy: PodFailurePolicy | null
  readonly successPolicy: SuccessPolicy | null
  /** When the replacement of a pod is created: when its deletion begins, or when it has failed. */
  readonly podReplacementPolicy: 'TerminatingOrFailed' | 'Failed'
  readonly restartPolicy: 'Never' | 'OnFailure'
  /** Names of the containers of the template, which rules on exit codes may name. */
  readonly containers: readonly string[]
}

/** Types of conditions of a Job. */
export type JobConditionType = 'Suspended' | 'FailureTarget' | 'SuccessCriteriaMet' | 'Failed' | 'Complete'

/** Reasons of these conditions. */
export type JobReason =
  | 'JobSuspended'
  | 'JobResumed'
  | 'PodFailurePolicy'
  | 'BackoffLimitExceeded'
  | 'DeadlineExceeded'
  | 'MaxFailedIndexesExceeded'
  | 'FailedIndexes'
  | 'SuccessPolicy'
  | 'CompletionsReached'

/** A condition of a Job. */
export interface JobCondition {
  readonly type: JobConditionType
  readonly status: 'True' | 'False'
  readonly reason: JobReason
  /** When it was written [µs, whole seconds]. */
  readonly since: Time
}

/** What the controller reports. */
export interface JobStatus {
  /** 0 also while the Job waits in back-off. */
  active: number
  ready: number
  terminating: number
  succeeded: number
  failed: number
  /** [µs, whole seconds], NONE before the first start; reset when a suspended Job resumes. */
  started: Time
  readonly completedIndexes: IndexSet
  readonly failedIndexes: IndexSet
  conditions: readonly JobCondition[]
}

/** A pod of a Job as the controller last saw it. */
export interface JobPod {
  readonly pod: PodId
  /** Completion index, NONE without. */
  readonly index: number
  /** Failures of the index before this pod that counted, and that were ignored. */
  readonly failures: number
  readonly ignored: number
  /** It has the finalizer: it is not counted yet, or has not ended. */
  tracked: boolean
  phase: ApiPhase
  ready: boolean
  deleting: boolean
  /** When it ended, or its deletion was requested [µs, whole seconds]; NONE before. */
  finished: Time
  allRestarts: number
  exitCode: number
  exitContainer: number
  disrupted: boolean
}

/** Who owns a Job, usually a CronJob. */
export interface JobOwner {
  jobChanged(job: Job): void
  /** The object was removed. */
  jobGone(job: Job): void
}

/** Failures in a row, for the back-off. */
export interface FailureRecord {
  readonly failures: number
  /** When the last failed pod ended [µs, whole seconds]. */
  readonly last: Time
}

/** One Job object. */
export interface Job {
  readonly row: number
  readonly spec: JobSpec
  readonly status: JobStatus
  readonly owner: JobOwner | null
  readonly created: Time
  /** Pods that are tracked or terminate, in order of creation. */
  pods: JobPod[]
  /** All pods whose objects exist, also those that have ended and are counted. */
  readonly existing: Map<PodId, JobPod>
  record: FailureRecord
  readonly controller: PodController
}

/** A spec with the API's defaults for what is absent. Throws a RangeError when the API server would refuse it. */
export function jobSpec(given: Partial<JobSpec>): JobSpec {
  const perIndex = given.backoffLimitPerIndex ?? null
  const queue = given.completions === undefined && given.parallelism !== undefined
  const spec: JobSpec = {
    completionMode: 'NonIndexed',
    completions: queue ? null : 1,
    parallelism: 1,
    backoffLimit: perIndex === null ? 6 : 2_147_483_647,
    maxFailedIndexes: null,
    activeDeadline: Infinity,
    ttl: Infinity,
    suspend: false,
    podFailurePolicy: null,
    successPolicy: null,
    podReplacementPolicy: (given.podFailurePolicy ?? null) === null ? 'TerminatingOrFailed' : 'Failed',
    restartPolicy: 'Never',
    containers: [],
    ...given,
    backoffLimitPerIndex: perIndex,
  }
  const problem = problemOf(spec)
  if (problem !== null) throw new RangeError(`Job: ${problem}`)
  return spec
}

function problemOf(spec: JobSpec): string | null {
  const { completionMode, completions, podFailurePolicy, restartPolicy, backoffLimitPerIndex: perIndex, maxFailedIndexes } = spec
  const indexed = completionMode === 'Indexed'
  const never = restartPolicy === 'Never'
  if (indexed && completions === null) return 'completionMode Indexed without completions; accepted: a number of completions'
  if (perIndex !== null && !indexed) return 'backoffLimitPerIndex in a Job without indexes; accepted: with completionMode Indexed'
  if (perIndex !== null && !never) return 'backoffLimitPerIndex with restartPolicy OnFailure; accepted: restartPolicy Never'
  if (maxFailedIndexes !== null && perIndex === null) return 'maxFailedIndexes alone; accepted: together with backoffLimitPerIndex'
  if (maxFailedIndexes !== null && maxFailedIndexes > completions!) {
    return `maxFailedIndexes ${maxFailedIndexes}; accepted: at most the completions, ${completions}`
  }
  if (spec.successPolicy !== null && !indexed) return 'successPolicy in a Job without indexes; accepted: with completionMode Indexed'
  if (podFailurePolicy !== null && !never) return 'podFailurePolicy with restartPolicy OnFailure; accepted: restartPolicy Never'
  if (podFailurePolicy !== null && spec.podReplacementPolicy !== 'Failed') {
    return 'podReplacementPolicy TerminatingOrFailed with a podFailurePolicy; accepted: Failed'
  }
  if (perIndex === null && podFailurePolicy?.some(({ action }) => action === 'FailIndex') === true) {
    return 'a podFailurePolicy with action FailIndex; accepted: together with backoffLimitPerIndex'
  }
  const counts = { parallelism: spec.parallelism, backoffLimit: spec.backoffLimit, completions: completions ?? 0, perIndex: perIndex ?? 0 }
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 0) return `${name} ${value}; accepted: whole numbers from 0`
  }
  return null
}

/** The condition of a type that is True, null without. */
export function conditionOf({ conditions }: JobStatus, type: JobConditionType): JobCondition | null {
  return conditions.find((one) => one.type === type && one.status === 'True') ?? null
}

/** The condition that ended the Job, null while it runs. */
export const endOf = (status: JobStatus): JobCondition | null => conditionOf(status, 'Complete') ?? conditionOf(status, 'Failed')

/** The initial status. */
export const newJobStatus = (): JobStatus => ({
  active: 0,
  ready: 0,
  terminating: 0,
  succeeded: 0,
  failed: 0,
  started: NONE,
  completedIndexes: new IndexSet(),
  failedIndexes: new IndexSet(),
  conditions: [],
})

export const hasEnded = ({ phase }: JobPod): boolean => phase === ApiPhase.Succeeded || phase === ApiPhase.Failed

/** Whether the pod counts as failed: it has failed, or it is being deleted and its replacement need not wait for its end. */
export function hasFailed(pod: JobPod, { podReplacementPolicy }: JobSpec): boolean {
  if (pod.phase === ApiPhase.Failed) return true
  return podReplacementPolicy === 'TerminatingOrFailed' && pod.deleting && pod.phase !== ApiPhase.Succeeded
}

/** The status that a Deployment's controller writes: counts, the conditions Available and Progressing, and the progress deadline. */
import type { Time } from '../../common/ids.ts'
import {
  isComplete,
  limitsOf,
  type Condition,
  type DeploymentSpec,
  type DeploymentStatus,
  type ProgressReason,
} from './deployment-object.ts'
import { wholeSeconds } from './pod-objects.ts'
import type { ReplicaSet } from './replica-set.ts'

const SECOND: Time = 1_000_000

/** A condition written now. */
export function progressing(status: Condition<ProgressReason>['status'], reason: ProgressReason, now: Time): Condition<ProgressReason> {
  return { status, reason, updated: wholeSeconds(now) }
}

/** Counts and the condition Available; Progressing stays as it was. */
export function countedStatus(
  spec: DeploymentSpec,
  before: DeploymentStatus,
  sets: readonly ReplicaSet[],
  newest: ReplicaSet | null,
  now: Time,
): DeploymentStatus {
  let replicas = 0
  let ready = 0
  let available = 0
  for (const { status } of sets) {
    replicas += status.replicas
    ready += status.ready
    available += status.available
  }
  const enough = available >= spec.replicas - limitsOf(spec).unavailable
  const was = before.availableCondition
  const status = enough ? 'True' : 'False'
  const availableCondition =
    was !== null && was.status === status
      ? was
      : {
          status: status as 'True' | 'False',
          reason: enough ? ('MinimumReplicasAvailable' as const) : ('MinimumReplicasUnavailable' as const),
          updated: wholeSeconds(now),
        }
  return {
    observed: spec.generation,
    replicas,
    ready,
    available,
    updated: newest?.status.replicas ?? 0,
    availableCondition,
    progressing: before.progressing,
  }
}

/** More updated, ready or available replicas, or fewer old ones, than at the last write. */
function hasProgress(before: DeploymentStatus, after: DeploymentStatus): boolean {
  return (
    after.updated > before.updated ||
    after.replicas - after.updated < before.replicas - before.updated ||
    after.ready > before.ready ||
    after.available > before.available
  )
}

/** Whether the deadline has passed since the condition was last written. Once a rollout is complete, later trouble never times out. */
function hasTimedOut(spec: DeploymentSpec, condition: Condition<ProgressReason> | null, now: Time): boolean {
  if (condition === null || condition.reason === 'NewReplicaSetAvailable') return false
  return condition.reason === 'ProgressDeadlineExceeded' || condition.updated + spec.progressDeadline < now
}

/** The condition Progressing after a sync of a rollout. */
export function progressAfter(
  spec: DeploymentSpec,
  before: DeploymentStatus,
  after: DeploymentStatus,
  now: Time,
): Condition<ProgressReason> | null {
  const condition = before.progressing
  if (spec.progressDeadline === Infinity) return null
  if (after.replicas === after.updated && condition?.reason === 'NewReplicaSetAvailable') return condition
  if (isComplete(spec, after)) return progressing('True', 'NewReplicaSetAvailable', now)
  if (hasProgress(before, after)) return progressing('True', 'ReplicaSetUpdated', now)
  if (!hasTimedOut(spec, condition, now)) return condition
  return condition?.reason === 'ProgressDeadlineExceeded' ? condition : progressing('False', 'ProgressDeadlineExceeded', now)
}

/** When the Deployment must be looked at again because of its deadline [µs from now]; Infinity: not at all. */
export function deadlineCheck(spec: DeploymentSpec, status: DeploymentStatus, now: Time): Time {
  const condition = status.progressing
  if (spec.progressDeadline === Infinity || condition === null) return Infinity
  if (isComplete(spec, status) || condition.reason === 'ProgressDeadlineExceeded') return Infinity
  // One second more than the deadline, because stored times are cut to seconds.
  return Math.max(0, condition.updated + spec.progressDeadline - now) + SECOND
}

/** Whether two statuses say the same. */
export function sameStatus(a: DeploymentStatus, b: DeploymentStatus): boolean {
  return (
    a.observed === b.observed &&
    a.replicas === b.replicas &&
    a.updated === b.updated &&
    a.ready === b.ready &&
    a.available === b.available &&
    a.availableCondition === b.availableCondition &&
    a.progressing === b.progressing
  )
}

/** Which pods a sync of a Job deletes or creates. Source: as job.ts. */
import { NONE, type Time } from '../../common/ids.ts'
import { firstToDelete } from './deletion-order.ts'
import { remainingDelay } from './job-backoff.ts'
import type { Job, JobPod } from './job-object.ts'
import { failureAction } from './job-policies.ts'
import type { JobEnd, Survey } from './job-survey.ts'
import type { PodObjects } from './pod-objects.ts'

/** Most pods that one sync creates or deletes. */
const BURST = 500

/** A pod to be created. */
export interface NewJobPod {
  /** NONE without indexes. */
  readonly index: number
  readonly failures: number
  readonly ignored: number
}

/** What a sync does; numbers are those of the status after it. */
export interface Plan {
  readonly deleted: readonly JobPod[]
  readonly created: readonly NewJobPod[]
  readonly active: number
  readonly ready: number
  readonly terminating: number
  readonly end: JobEnd | null
  /** The Job goes on, so that Suspended is written. */
  readonly manages: boolean
  /** From now to the next sync, because pods wait in back-off [µs]; Infinity: not. */
  readonly retryIn: Time
}

/** What the sync does about pods. Pods that are deleted because of suspension or lower parallelism are no longer tracked: they do not fail. */
export function planOf(job: Job, surveyed: Survey, objects: PodObjects, now: Time): Plan {
  const { spec } = job
  const { active, end, successes } = surveyed
  if (end !== null) return { ...removal(surveyed, active), end }
  if (spec.suspend) return untracked(completed(job, removal(surveyed, active), successes))
  const wanted = wantedActive(job, surveyed)
  const surplus = surplusPods(job, active, Math.max(0, active.length - wanted), objects, now)
  if (surplus.length > 0) return untracked(completed(job, removal(surveyed, surplus), successes))
  return completed(job, creation(job, surveyed, wanted, now), successes)
}

function removal({ active, terminating }: Survey, deleted: readonly JobPod[]): Plan {
  const ready = active.filter((pod) => pod.ready).length - deleted.filter((pod) => pod.ready).length
  const counts = { active: active.length - deleted.length, ready, terminating: terminating.length + deleted.length }
  return { deleted, created: [], ...counts, end: null, manages: true, retryIn: Infinity }
}

function untracked(plan: Plan): Plan {
  for (const pod of plan.deleted) pod.tracked = false
  return plan
}

/** The Job is complete when it has its successes and no active pod. */
function completed({ spec }: Job, plan: Plan, successes: number): Plan {
  const enough = spec.completions === null ? successes > 0 : successes >= spec.completions
  return enough && plan.active === 0 ? { ...plan, end: { type: 'SuccessCriteriaMet', reason: 'CompletionsReached' }, manages: false } : plan
}

function wantedActive({ spec }: Job, { active, successes }: Survey): number {
  if (spec.completions === null) return successes > 0 ? active.length : spec.parallelism
  return Math.max(0, Math.min(spec.parallelism, spec.completions - successes))
}

/**
 * Pods of indexes that no longer exist, then the first in deletion order; pods that are equal there go by index. No two active pods have
 * one index.
 */
function surplusPods({ spec }: Job, active: readonly JobPod[], count: number, objects: PodObjects, now: Time): JobPod[] {
  const isValid = ({ index }: JobPod): boolean => spec.completionMode !== 'Indexed' || index < spec.completions!
  const surplus = active.filter((pod) => !isValid(pod))
  if (surplus.length < count) {
    const byIndex = active.filter(isValid).sort((a, b) => a.index - b.index)
    const left = new Map(byIndex.map((pod) => [pod.pod, pod]))
    for (const pod of firstToDelete([...left.keys()], count - surplus.length, objects, now, null)) surplus.push(left.get(pod)!)
  }
  return surplus.slice(0, BURST)
}

function creation(job: Job, surveyed: Survey, wanted: number, now: Time): Plan {
  const { spec } = job
  const { active, terminating, record } = surveyed
  const none = removal(surveyed, [])
  const occupied = spec.podReplacementPolicy === 'Failed' ? terminating.length : 0
  const missing = wanted - occupied - active.length
  if (missing <= 0) return none
  // While it waits, the status says that no pod is active.
  const waiting = (retryIn: Time): Plan => ({ ...none, active: 0, retryIn })
  const delay = spec.backoffLimitPerIndex === null ? remainingDelay(record, now) : 0
  if (delay > 0) return waiting(delay)
  const count = Math.min(missing, BURST)
  if (spec.completionMode !== 'Indexed') {
    const created = new Array<NewJobPod>(count).fill({ index: NONE, failures: 0, ignored: 0 })
    return { ...none, created, active: active.length + count }
  }
  const pending = pendingIndexes(job, surveyed, count)
  // An index in back-off keeps its turn: no higher index takes it.
  const delays = pending.map((index) => delayOf(surveyed.kept.get(index), now))
  const due = pending.filter((_, i) => delays[i] === 0)
  if (due.length === 0 && pending.length > 0) return waiting(Math.min(...delays))
  const created = due.map((index) => newPod(job, index, surveyed.kept.get(index)))
  return { ...none, created, active: active.length + created.length }
}

/** The lowest indexes that have neither succeeded nor failed nor a pod. */
function pendingIndexes({ spec, status }: Job, { active, terminating }: Survey, count: number): number[] {
  const taken = new Set(active.map(({ index }) => index))
  if (spec.podReplacementPolicy === 'Failed') for (const { index } of terminating) taken.add(index)
  const pending: number[] = []
  for (let index = 0; index < spec.completions! && pending.length < count; index++) {
    if (!taken.has(index) && !status.completedIndexes.has(index) && !status.failedIndexes.has(index)) pending.push(index)
  }
  return pending
}

const delayOf = (last: JobPod | undefined, now: Time): Time =>
  last === undefined ? 0 : remainingDelay({ failures: last.failures + last.ignored + 1, last: last.finished }, now)

function newPod({ spec }: Job, index: number, replaced: JobPod | undefined): NewJobPod {
  if (replaced === undefined) return { index, failures: 0, ignored: 0 }
  const ignored = failureAction(spec, replaced) === 'Ignore'
  return { index, failures: replaced.failures + Number(!ignored), ignored: replaced.ignored + Number(ignored) }
}

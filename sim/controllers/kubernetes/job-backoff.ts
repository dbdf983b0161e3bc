/** How long a Job waits before it creates pods after failures. Source: Kubernetes 1.34 pkg/controller/job/backoff_utils.go. */
import type { Time } from '../../common/ids.ts'
import type { FailureRecord, JobPod } from './job-object.ts'

const FIRST: Time = 10_000_000
const LONGEST: Time = 600_000_000

/** No failure since the last success. */
export const NO_FAILURE: FailureRecord = { failures: 0, last: 0 }

/** The record after pods have ended: a success resets it, failures after that success count. */
export function recordAfter(before: FailureRecord, succeeded: readonly JobPod[], failed: readonly JobPod[]): FailureRecord {
  const success = Math.max(-Infinity, ...succeeded.map(({ finished }) => finished))
  const later = failed.filter(({ finished }) => finished > success)
  const since = succeeded.length > 0 ? NO_FAILURE : before
  if (later.length === 0) return since
  return { failures: since.failures + later.length, last: Math.max(...later.map(({ finished }) => finished)) }
}

/** The rest of the delay: 10 s after the first failure, doubled at each further one, at most 600 s [µs]. */
export function remainingDelay({ failures, last }: FailureRecord, now: Time): Time {
  if (failures === 0) return 0
  let delay = FIRST
  for (let i = 1; i < failures && delay < LONGEST; i++) delay *= 2
  return Math.max(0, Math.min(delay, LONGEST) - (now - last))
}

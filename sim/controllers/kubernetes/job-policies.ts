/**
 * What the failure of a pod means for its Job (podFailurePolicy), and which successes are enough (successPolicy).
 * Source: Kubernetes 1.34 pkg/controller/job/{pod_failure_policy,success_policy}.go.
 */
import { parseIndexes, type IndexSet } from './job-indexes.ts'
import type { JobPod, JobSpec } from './job-object.ts'

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

/** The action on a failed pod, null when no rule matches. */
export function failureAction({ podFailurePolicy, containers }: JobSpec, pod: JobPod): FailureAction | null {
  if (podFailurePolicy === null) return null
  for (const { action, onExitCodes, onPodConditions = [] } of podFailurePolicy) {
    const byCondition = onPodConditions.some(({ type, status }) => type === 'DisruptionTarget' && status === 'True' && pod.disrupted)
    if (byCondition || (onExitCodes !== undefined && matchesExit(onExitCodes, pod, containers))) return action
  }
  return null
}

function matchesExit(rule: NonNullable<FailureRule['onExitCodes']>, pod: JobPod, containers: readonly string[]): boolean {
  const { operator, values, containerName = null } = rule
  if (pod.exitCode === 0) return false
  if (containerName !== null && containers[pod.exitContainer] !== containerName) return false
  return values.includes(pod.exitCode) === (operator === 'In')
}

/** Whether the succeeded indexes are enough. */
export function meetsSuccessPolicy(policy: SuccessPolicy | null, completions: number, succeeded: IndexSet): boolean {
  if (policy === null) return false
  return policy.some(({ succeededIndexes = null, succeededCount = null }) => {
    if (succeededIndexes === null) return succeededCount !== null && succeeded.size >= succeededCount
    let listed = 0
    let met = 0
    for (const { first, last } of parseIndexes(succeededIndexes)) {
      for (let i = first; i <= Math.min(last, completions - 1); i++) {
        listed++
        if (succeeded.has(i)) met++
      }
    }
    return met >= (succeededCount ?? listed)
  })
}

/**
 * What the failure of a pod means for its Job (podFailurePolicy), and which successes are enough (successPolicy).
 * Source: Kubernetes 1.34 pkg/controller/job/{pod_failure_policy,success_policy}.go.
 */
import { parseIndexes, type IndexSet } from './job-indexes.ts'
import type { FailureAction, FailureRule, JobPod, JobSpec, SuccessPolicy } from './job-object.ts'

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

/** What a run says about the admission of pods: the quotas of its namespaces. Amounts in millicores, bytes and counts; whole numbers. */
import type { Time } from '../../common/ids.ts'

/** A condition on the pods that a quota counts. */
export interface QuotaScope {
  readonly scope: 'Terminating' | 'NotTerminating' | 'BestEffort' | 'NotBestEffort' | 'PriorityClass' | 'CrossNamespacePodAffinity'
  /** Of PriorityClass; the other scopes have Exists. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

/** A ResourceQuota. */
export interface QuotaSpec {
  readonly namespace: string
  readonly name: string
  /** Bounds by resource: `pods`, `requests.cpu`, `limits.memory`, `requests.nvidia.com/gpu` and the like. */
  readonly hard: Readonly<Record<string, number>>
  /** All must hold; empty: every pod counts. */
  readonly scopes: readonly QuotaScope[]
}

/** All of it. */
export interface AdmissionSpec {
  readonly quotas: readonly QuotaSpec[]
  /** From the end of a pod to the sync of the quota controller that sees it. */
  readonly latency: Time
}

/** What admission reads of a pod beside its requests: quotas and limit ranges of its namespace decide by it whether the pod is created. */
import type { Time } from '../common/ids.ts'

/** A pod as quotas and limit ranges see it. */
export interface PodAdmission {
  readonly namespace: string
  /** Name of its priority class; empty: none. */
  readonly priorityClass: string
  /** Amounts by the names of quotas that its requests do not give: `limits.cpu`, `limits.memory`, `requests.ephemeral-storage`. */
  readonly amounts: Readonly<Record<string, number>>
  /** Of `requests.cpu`, `requests.memory`, `limits.cpu` and `limits.memory` those that a container does not state. */
  readonly unstated: readonly string[]
  /** QoS class BestEffort. */
  readonly bestEffort: boolean
  /** It has an active deadline. */
  readonly terminating: boolean
  /** An affinity to pods of other namespaces. */
  readonly crossNamespace: boolean
  /** From the begin of its termination until a pod that does not end counts no more [µs]. */
  readonly stuckAfter: Time
  /** Why a limit range refuses it; absent: none does. */
  readonly outside?: string
}

/**
 * Whom a lack of memory hits: the order in which a kubelet evicts pods, and the score by which the kernel kills a container of a node that has
 * no memory left. Source: Kubernetes 1.34 pkg/kubelet/eviction/helpers.go (rankMemoryPressure), pkg/kubelet/qos/policy.go.
 */

/** A pod with its memory [bytes]. */
export interface MemoryUser {
  readonly usage: number
  readonly request: number
  readonly priority: number
}

/** Negative: `a` is evicted before `b`. QoS classes play no part. */
export function evictedFirst(a: MemoryUser, b: MemoryUser): number {
  const exceeds = ({ usage, request }: MemoryUser): number => (usage > request ? 0 : 1)
  return exceeds(a) - exceeds(b) || a.priority - b.priority || b.usage - b.request - (a.usage - a.request)
}

/** Priority from which pods are critical: they are not evicted. */
export const CRITICAL = 2_000_000_000

/** QoS class of a pod. */
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** oom_score_adj of the container of a pod on a node of this capacity. */
export function oomScoreAdjust(qos: QosClass, request: number, capacity: number): number {
  if (qos === 'Guaranteed') return -997
  if (qos === 'BestEffort') return 1000
  return Math.min(999, Math.max(3, 1000 - Math.trunc((1000 * request) / capacity)))
}

/** The kernel kills the container with the highest score: thousandths of the memory that it uses, and its adjustment. */
export const oomScore = (usage: number, adjust: number, capacity: number): number => (1000 * usage) / capacity + adjust

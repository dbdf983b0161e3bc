/** What a run says of eviction by kubelets when the memory of a node runs short. Times [µs], amounts [bytes]. */
import type { Time } from '../../common/ids.ts'

/** Thresholds of available memory, and what follows from them. */
export interface EvictionSpec {
  /** Available memory below which a pod is evicted with a grace of one second. */
  readonly hard: number
  /** Available memory below which a pod is evicted once it has been so for `softGrace`; 0: none. */
  readonly soft: number
  readonly softGrace: Time
  /** Longest grace of pods that the soft threshold evicts. */
  readonly maxPodGrace: Time
  /** A threshold that was met is met until this much more is available. */
  readonly minimumReclaim: number
  /** How long the condition of the node stays after a threshold was met for the last time. */
  readonly transition: Time
}

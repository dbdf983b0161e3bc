/** Who is notified by the life cycle of pods, and who starts the containers of pods that have a controller. */
import type { NodeId, PodId, Time } from '../common/ids.ts'

/** Notified when a pod ends: what was freed, and where. */
export interface EndListener {
  /** A pod that was still pending is about to be deleted. */
  dropped?(pod: PodId): void
  /** A pod was given a node and its claims no volumes yet; `bound` or `released` follows. */
  reserved?(): void
  /** A pod took resources of a node. */
  bound?(pod: PodId): void
  /** A pod, pending or bound, is about to be freed. */
  ending?(pod: PodId): void
  /** A pod serves from now on, or again; it does so no more (`clean`: it was asked to stop). */
  served?(pod: PodId): void
  stopped?(pod: PodId, clean: boolean): void
  /** A pod has begun its grace period. */
  terminating?(pod: PodId): void
  /** A pod has gone; resources are free again on `node` (NONE: it never had one). */
  released?(node: NodeId): void
}

/** Starts the containers of pods that have a controller of the orchestrator, and knows which nodes answer. */
export interface Keeper {
  /** The pod has a node from `time` on; `warm`: it is to be ready at once. */
  bound(pod: PodId, time: Time, warm: boolean): void
  /** Whether the control plane reaches the node; a pod on one that does not answer terminates only when it answers again. */
  reaches(node: NodeId): boolean
  /** The process of a pod that does not terminate has no request any more, and takes none. */
  emptied(pod: PodId): void
  /** The process of a terminating pod has ended; true: its object is deleted later, with `PodLifecycle.deleted`. */
  deletes(pod: PodId): boolean
}

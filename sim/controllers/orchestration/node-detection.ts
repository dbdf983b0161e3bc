/** How an orchestrator notices that nodes do not answer, and what follows from it. */
import type { Taint } from '../../cluster/spec.ts'
import type { NodeId, Time } from '../../common/ids.ts'

/** Notified of what happens to nodes; acts when its orchestrator would notice it. */
export interface NodeDetection {
  /** A healthy node is watched from now on. */
  added(node: NodeId): void
  /** A watched node was removed. */
  removed(node: NodeId): void
  /** It stops answering; `down`: its processes have died. Called again when a node that was cut off goes down. */
  silent(node: NodeId, down: boolean): void
  /** It says that it is about to go down, and stops answering later; absent: nothing follows from it. */
  announces?(node: NodeId): void
  /** Called after `silent`: the machine is gone for good. Its pods are removed by `NodeHealth.collect`. */
  lost(node: NodeId): void
  /** It answers again, after its containers were started again or found running. */
  answers(node: NodeId): void
  /** Who notices silent nodes is down until this time. Absent: nothing of this orchestrator does so when controllers are down. */
  hold?(until: Time): void
  taintsOf(node: NodeId): readonly Taint[]
}

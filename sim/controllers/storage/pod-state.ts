/** What the volumes of pods need of a run, and what is known of each pod with volumes. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { PodShape } from '../../cluster/spec.ts'
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { StorageRecorder } from '../../measure/storage-recorder.ts'
import type { Streams } from '../../random/stream.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import type { Placement } from '../placement.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Storage } from './spec.ts'
import type { Claim, Volume } from './volume.ts'

/** What pods' volumes need of the run. */
export interface PodVolumesRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly storage: StorageRecorder
  readonly times: { readonly origin: Time }
  readonly input: { readonly orchestration?: { readonly storage?: Storage } }
}

/** What the orchestrator does for them. */
export interface PodVolumesHost {
  /** Hands the pod to its scheduler, or back to it. */
  arrives(pod: PodId): void
  /** The containers of the pod may start. */
  mounted(pod: PodId): void
  /** Whether the kubelet of the node answers. */
  reaches(node: NodeId): boolean
  /** The number of pods that the workload should have. */
  desired(workload: WorkloadId): number
}

/** A pod with volumes. */
export interface PodState {
  readonly pod: PodId
  readonly workload: WorkloadId
  /** Of a StatefulSet; NONE without. */
  readonly ordinal: number
  readonly shape: PodShape
  readonly claims: readonly Claim[]
  /** Whether one of its claims does not exist. */
  readonly missing: boolean
  /**
   * held: its scheduler does not know it; queued: it does; binding: it has a node, and claims without a volume; bound: it has both; waiting:
   * for attachment and mount; mounted.
   */
  stage: 'held' | 'queued' | 'binding' | 'bound' | 'waiting' | 'mounted'
  node: NodeId
  /** When the scheduler's decision ends. */
  decided: Time
  /** Volumes that are not attached yet. */
  readonly unattached: Set<Volume>
  /** When the containers may start at the earliest. */
  notBefore: Time
  /** Number of the present preparation; events of an earlier one are void. */
  round: number
}

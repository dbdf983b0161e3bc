/** What an orchestrator's controllers do for the workloads of a run, whichever orchestrator it is. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { Taint } from '../../cluster/spec.ts'
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { Streams } from '../../random/stream.ts'
import type { Workload } from '../../serving/spec.ts'
import type { PodObjects, TaskControl } from '../kubernetes/pod-objects.ts'
import type { ApiClients } from '../api-clients.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { PodEvents } from './pod-events.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { ControlledSet } from './controlled-sets.ts'
import type { ControlledWorkload } from './spec.ts'

/** What the controllers of an orchestrator need. */
export interface ControllersRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly objects: PodObjects
  readonly apiClients: ApiClients
  readonly control: TaskControl
  /** From a change to the sync of a controller that sees it [µs]. */
  readonly latency: Time
  readonly workloads: readonly Workload[]
  /** Null: no events are kept. */
  readonly events: PodEvents | null
  /** The status of a workload's controller was written. */
  reported(workload: WorkloadId | undefined): void
  /** The number of nodes that the pods of a workload may run on, one each. */
  sized(workload: WorkloadId, replicas: number): void
  /** The controller itself goes back to the template before, because a rollout failed. */
  rolledBack(workload: WorkloadId): void
  taintsOf(node: NodeId): readonly Taint[]
}

/** The controllers of one orchestrator. */
export interface WorkloadControllers {
  /** Creates the object of a workload; its pods follow. */
  create(spec: ControlledWorkload, pods: ControlledPods, replicas: number): ControlledSet
  /** Brings all controllers that have something to do one step further, at once; false when none has. */
  settle(): boolean
  /** The controllers are down until this time. */
  hold(until: Time): void
  /** Nodes have joined or left, or what they accept has changed. */
  nodesChanged(): void
  /** A node was removed. */
  nodeLeft(node: NodeId): void
  /** An operator drains the node, after it was cordoned; its movable pods are evicted next. Absent: nothing but that. */
  nodeDrained?(node: NodeId): void
  /** The pod has to leave its node; false when a disruption budget forbids it now. */
  evict(pod: PodId, pods: ControlledPods): boolean
}

/** Whether a pod of this shape may run on the node, taints left aside: node selector and GPU model. */
export function suits(cluster: Cluster, pods: ControlledPods, node: NodeId): boolean {
  return cluster.view.admissible(cluster.internClass({ ...pods.shapeOf(0), tolerations: TOLERATES_ALL }), node)
}

const TOLERATES_ALL = [{ key: '', operator: 'Exists', value: '', effect: '' }] as const

/** Nodes that are in use, cordoned or not, in order of their rows. */
export function* existingNodes({ view }: Cluster): Generator<NodeId> {
  const { nodes } = view
  for (let node = 0; node < nodes.count; node++)
    if (nodes.state[node] === NodeState.Ready || nodes.state[node] === NodeState.Cordoned) yield node
}

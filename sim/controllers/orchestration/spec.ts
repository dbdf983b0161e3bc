/**
 * What a run says about controllers: which one keeps the pods of a workload, its versions, disruption budgets, what people do (actions) and
 * what breaks (faults). Times [µs]; whole numbers.
 */
import type { PodShape, Taint, TaintEffect } from '../../cluster/spec.ts'
import type { Time, WorkloadId } from '../../common/ids.ts'
import type { BatchAction } from '../batch/spec.ts'
import type { DistributionSpec } from '../../random/distributions.ts'
import type { ImageSettings } from '../images/spec.ts'
import type { EcsServiceController } from '../ecs/spec.ts'
import type { DeploymentStrategy } from '../kubernetes/deployment-object.ts'
import type { BudgetSpec } from '../kubernetes/disruption.ts'
import type { IntOrPercent } from '../kubernetes/percent.ts'
import type { MarathonAppController } from '../mesos/spec.ts'
import type { EvictionSpec } from '../pressure/spec.ts'
import type { StatefulSpec } from '../stateful/spec.ts'
import type { Storage } from '../storage/spec.ts'
import type { SwarmServiceController } from '../swarm/spec.ts'
import type { ContainerBehavior } from './container-spec.ts'

/** Whose controllers, failure detection and drains a run has. */
export type OrchestratorName = 'kubernetes' | 'swarm' | 'ecs' | 'mesos'

/** A release of a workload: what its pods request and how they behave. */
export interface Version extends ContainerBehavior {
  readonly name: string
  readonly shape: PodShape
  /** Image pull on the first start of a pod, and start of the process. */
  readonly pull: Time
  readonly start: Time
  /** False: its readiness probe never succeeds. */
  readonly ready: boolean
  /** From the start of the process to its exit with an error; Infinity: it does not exit. */
  readonly crashAfter: Time
  /** CPU work of a request relative to what the client asks for; 1: unchanged. */
  readonly slowness: number
  /** Share of requests that are answered with an error. */
  readonly errors: number
  /** True: its image cannot be pulled. Absent: it can. */
  readonly pullFails?: boolean
}

/** Keeps equal pods and replaces them in a rolling update or all at once. */
export interface DeploymentController {
  readonly kind: 'deployment'
  readonly strategy: DeploymentStrategy
  readonly minReady: Time
  readonly progressDeadline: Time
  readonly revisionHistory: number
  /** True: a rollout that exceeds its progress deadline is undone, which Kubernetes does not do by itself. */
  readonly rollback: boolean
}

/** Keeps pods with an identity, one after another or all at once. */
export interface StatefulSetController {
  readonly kind: 'stateful-set'
  readonly podManagement: 'OrderedReady' | 'Parallel'
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete'
  readonly partition: number
  /** Absent: an update replaces one pod after another. */
  readonly maxUnavailable?: IntOrPercent
  readonly minReady: Time
}

/** Keeps one pod on each node that the pod may run on. */
export interface DaemonSetController {
  readonly kind: 'daemon-set'
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete'
  readonly maxSurge: IntOrPercent
  readonly maxUnavailable: IntOrPercent
  readonly minReady: Time
}

/** The controller of a workload. */
export type ControllerSpec =
  DeploymentController | StatefulSetController | DaemonSetController | SwarmServiceController | EcsServiceController | MarathonAppController

/** Whether the controller keeps one pod per node, so that the number of pods follows from the nodes. */
export const isPerNode = (controller: ControllerSpec): boolean =>
  controller.kind === 'daemon-set' ||
  (controller.kind === 'swarm-service' && controller.mode === 'global') ||
  (controller.kind === 'ecs-service' && controller.scheduling === 'DAEMON')

/** A workload with a controller. */
export interface ControlledWorkload {
  readonly workload: WorkloadId
  readonly controller: ControllerSpec
  /** The first one is that of the start. */
  readonly versions: readonly Version[]
  readonly budget: BudgetSpec | null
  /** How long the pods tolerate that their node is not ready or unreachable; Infinity: for ever. */
  readonly toleration: Time
}

/** Nodes of a pool, of a zone or with labels, by their rank among those present; absent: of all. */
export interface NodeSelection {
  readonly pool?: number
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Number of nodes; Infinity: all. */
  readonly count: number
}

/** What becomes of what an object owns when it is deleted: it goes after the object, before the object, or stays. */
export type Cascade = 'background' | 'foreground' | 'orphan'

/** What people do to a cluster; `workload` is a row of `SimulationInput.workloads`. */
export type Action = BatchAction | WorkloadAction

type WorkloadAction = { readonly at: Time } & (
  | { readonly kind: 'scale'; readonly workload: WorkloadId; readonly replicas: number }
  | { readonly kind: 'set-version'; readonly workload: WorkloadId; readonly version: number }
  | { readonly kind: 'restart' | 'undo' | 'pause' | 'resume'; readonly workload: WorkloadId }
  /** A changed manifest: replicas and version, as far as it says them; an object that was deleted is created again. */
  | { readonly kind: 'apply'; readonly workload: WorkloadId; readonly replicas?: number; readonly version?: number }
  /** Its dependents are deleted too, or left as they are. */
  | { readonly kind: 'delete'; readonly workload: WorkloadId; readonly cascade: Cascade }
  /** The oldest pods, of the version when there is one. */
  | { readonly kind: 'delete-pods'; readonly workload: WorkloadId; readonly count: number; readonly version?: number }
  | { readonly kind: 'taint'; readonly nodes: NodeSelection; readonly taint: Taint }
  /** Of all effects when it names none. */
  | { readonly kind: 'untaint'; readonly nodes: NodeSelection; readonly key: string; readonly effect?: TaintEffect }
  | {
      readonly kind: 'label'
      readonly nodes: NodeSelection
      readonly labels: Readonly<Record<string, string>>
      readonly remove: readonly string[]
    }
  | { readonly kind: 'drain' | 'cordon' | 'uncordon' | 'out-of-service'; readonly nodes: NodeSelection }
)

/**
 * When something breaks: at a time from the origin, or again and again. `every` is the time from a repair to the next failure of each unit:
 * a node, the nodes of a zone, or the nodes with the same value of a label; without `each` there is one unit.
 */
export type FaultTime = { readonly at: Time } | Recurrence

/** Again and again. */
export interface Recurrence {
  readonly every: DistributionSpec
  readonly each?: 'node' | 'zone' | { readonly label: string }
}

/** A time, or its distribution; Infinity: not before the horizon. */
export type Duration = Time | DistributionSpec

/** What breaks, and until when. */
export type Breakage =
  | {
      /** Their processes die; the control plane does not reach them; they stand still and go on afterwards. */
      readonly kind: 'node-crash' | 'node-partition' | 'node-freeze'
      readonly nodes: NodeSelection
      readonly duration: Duration
      /** Of a crash: the kubelet announces it this long before, and ends the pods of the node meanwhile; absent: no warning. */
      readonly shutdown?: Time
    }
  | {
      readonly kind: 'node-loss'
      readonly nodes: NodeSelection
      /** The nodes are drained for this long before they are gone; absent: no warning. */
      readonly notice?: Time
      /** Another node is ordered for each that is lost. */
      readonly replace?: boolean
    }
  /** CPU work takes `factor` times as long. */
  | { readonly kind: 'node-slow'; readonly nodes: NodeSelection; readonly factor: number; readonly duration: Duration }
  /** Each message to or from the nodes takes longer by `delay`, and a share of them is lost and sent again. */
  | {
      readonly kind: 'node-network'
      readonly nodes: NodeSelection
      readonly delay: Time
      readonly loss: number
      readonly duration: Duration
    }
  /** The provider delivers no nodes of the pool; absent: of any pool. */
  | { readonly kind: 'no-capacity'; readonly pool?: number; readonly duration: Duration }
  | { readonly kind: 'pod-crash'; readonly workload: WorkloadId; readonly count: number }
  | { readonly kind: 'controllers-down' | 'scheduler-down' | 'api-server-down'; readonly duration: Duration }
  /** Requests to the API server take `factor` times as long. */
  | { readonly kind: 'api-server-slow'; readonly factor: number; readonly duration: Duration }
  /** Other clients send this many requests per second. */
  | { readonly kind: 'api-server-load'; readonly rate: number; readonly duration: Duration }
  /** The registry answers no request for an image. */
  | { readonly kind: 'registry-down'; readonly duration: Duration }
  /** `release`: the leader gives its lease back, as when its process ends in order. */
  | { readonly kind: 'fail-over'; readonly component: 'controllers' | 'scheduler'; readonly release?: boolean }

/** What breaks, when, and until when. */
export type Fault = FaultTime & Breakage

/** All of it. */
export interface Orchestration {
  /** Absent: kubernetes. */
  readonly orchestrator?: OrchestratorName
  readonly workloads: readonly ControlledWorkload[]
  /** Classes, volumes and claims, and what pods mount; absent: no pod has volumes. */
  readonly storage?: Storage
  /** The registry and the caches of nodes; absent: no version names its image. */
  readonly images?: ImageSettings
  /** Eviction by kubelets when the memory of a node runs short; absent: none. */
  readonly eviction?: EvictionSpec
  /** Most events of objects that are kept; absent: none. */
  readonly events?: number
  /** Workloads that keep data; absent: none. */
  readonly stateful?: readonly StatefulSpec[]
  readonly actions: readonly Action[]
  readonly faults: readonly Fault[]
  /** From a change of an object to the sync of the controller that sees it. */
  readonly latency: Time
  /** Silence after which a node counts as unreachable. */
  readonly nodeGrace: Time
}

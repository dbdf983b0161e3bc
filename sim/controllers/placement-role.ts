/** What a role of placement is, what it is given, and how a scheduler of a run is described. */
import type { Packer, PackerDefinition, PackerRole } from '../binpacking/policy.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Refusals } from '../cluster/feasibility/reasons.ts'
import type { Decisions } from '../cluster/decisions.ts'
import type { Chosen } from '../common/define.ts'
import type { NodeId, PodId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { SchedulingRecorder } from '../measure/scheduling-recorder.ts'
import type { Streams } from '../random/stream.ts'
import type { OrderDefinition } from '../scheduling/orders/policy.ts'
import type { SchedulingDefinition } from '../scheduling/policy.ts'
import type { ApiClients } from './api-clients.ts'
import type { Components } from './components.ts'
import type { DeclaredPods } from './declared-pods.ts'
import type { NodeLifecycle } from './node-lifecycle.ts'
import type { Owners } from './owners.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'
import type { Present } from './present-spec.ts'
import type { Background, Delays } from './spec.ts'

/** One scheduler of a run. */
export interface SchedulerSpec {
  /** What pods name it by; the default scheduler is `default`. */
  readonly name: string
  readonly algorithm: Chosen<SchedulingDefinition>
  /** Without an order: first in, first out. */
  readonly order?: Chosen<OrderDefinition>
  /** Decision time: `decision + perNode * examined`. */
  readonly decision: Time
  readonly perNode: Time
  readonly view: SchedulerView
  /** A snapshot is taken again at a decision when it is at least this old; 0: at each decision. */
  readonly refresh: Time
}

/** What a scheduler sees: the cluster as it is, or a copy that it takes from time to time. */
export type SchedulerView = 'live' | 'snapshot'

/** What placement needs of the run. */
export interface PlacementRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly nodes: NodeLifecycle
  readonly components: Components
  readonly owners: Owners
  readonly apiClients: ApiClients
  /** What sources say about the pods that they will send. */
  readonly declared: DeclaredPods
  readonly pods: PodRecorder
  readonly scheduling: SchedulingRecorder
  /** The packer of the run, null when none is chosen. */
  readonly packer: Packer | null
  readonly input: {
    /** Which schedulers place rigid jobs. */
    readonly background: readonly Pick<Background, 'scheduler' | 'rigid'>[]
    /** Schedulers besides the default one. */
    readonly schedulers: readonly SchedulerSpec[]
    readonly binpacking: { readonly role: PackerRole; readonly every: Time }
    readonly delays: Delays
    readonly present?: Present
    readonly choices: {
      readonly scheduling: Chosen<SchedulingDefinition>
      readonly 'scheduling.order': Chosen<OrderDefinition>
      readonly binpacking: Chosen<PackerDefinition>
    }
  }
}

/** One way in which pending pods get their nodes. */
export interface Role {
  /** Until the origin decisions take no time. */
  warm: boolean
  /** A pod was created and is pending. */
  arrived(pod: PodId): void
  /** A pending pod is about to be deleted. */
  dropped(pod: PodId): void
  /** Resources are free again, or a node joined. */
  roomFreed(): void
  /** Decides all that can be decided at this instant without delay. */
  settle(): void
  /** The scheduler is down until this time. */
  hold(until: Time): void
  /** Calls back for each pod that was examined and found no node, oldest first. */
  eachUnschedulable(visit: (pod: PodId) => void): void
  /** The cluster did not accept a bind that this role decided. */
  refused(pod: PodId, node: NodeId): void
  /** Why no node can run the pod; null: only the rules of the cluster exclude nodes. */
  refusals(pod: PodId): Refusals | null
}

/** Commits the decisions of a role and carries out what the cluster accepted; `time` is the end of the decision. */
export type CarryOut = (out: Decisions, time: Time, role: Role) => void

/**
 * The read-only views of the cluster that policies get. A node, a pod and a class are rows; a typed array is a Column. A column is replaced
 * when it grows: read it from the view at each use, never keep it.
 */
import { NONE } from '../common/ids.ts'
import type { DeviceMask, NodeId, PodClassId, PodId } from '../common/ids.ts'
import type { ImagesView } from './rules.ts'
import type { NodeTemplate, PodShape } from './spec.ts'

export { NONE }

/** A typed array that is only read; its places hold values of `T`. */
export interface Column<T extends number = number> {
  readonly length: number
  readonly [row: number]: T
}

/** Rows of `free` and `capacity`: these three come first, the named resources follow from FIRST_NAMED on. */
export const CPU = 0 // millicores
export const MEMORY = 1 // bytes
export const PODS = 2 // count
export const FIRST_NAMED = 3

/** Device places per node row: device d of node n is at n * DEVICES + d. */
export const DEVICES = 8
/** A whole device [milli-GPU]. */
export const MILLI = 1000

/** Life of a node: Provisioning, then Ready or Cordoned (takes no further pods), then Gone. */
export const NodeState = { Gone: 0, Ready: 1, Cordoned: 2, Provisioning: 3 } as const
export type NodeState = (typeof NodeState)[keyof typeof NodeState]

/** Life of a pod: Pending until it is bound to a node, then Running, Ready and back, Terminating for its grace period, Gone. */
export const PodPhase = { Gone: 0, Pending: 1, Bound: 2, Running: 3, Ready: 4, Terminating: 5 } as const
export type PodPhase = (typeof PodPhase)[keyof typeof PodPhase]

/** Why a pod cannot run on a node now. */
export const Reason = {
  NotReady: 0,
  Cpu: 1,
  Memory: 2,
  Pods: 3,
  Resource: 4,
  Devices: 5,
  Selector: 6,
  Taint: 7,
  Volume: 8,
  Ports: 9,
  Spread: 10,
  Affinity: 11,
  AntiAffinity: 12,
  Plugin: 13,
} as const
export type Reason = (typeof Reason)[keyof typeof Reason]

/** The nodes, a row each. */
export interface NodesView {
  /** Rows ever used: rows 0 .. count-1, some of them Gone. */
  readonly count: number
  /** Number of rows that are Ready. */
  readonly ready: number
  readonly resources: readonly string[] // names of the rows of capacity and free
  readonly capacity: readonly Column[] // allocatable amount [resource][node]
  readonly free: readonly Column[] // capacity without the requests of the pods on the node [resource][node]
  readonly cpu: Column // = capacity[CPU] [millicores]
  readonly memory: Column // = capacity[MEMORY] [bytes]
  readonly freeCpu: Column // = free[CPU] [millicores]
  readonly freeMemory: Column // = free[MEMORY] [bytes]
  readonly state: Column<NodeState> // 0 Gone, 1 Ready, 2 Cordoned, 3 Provisioning
  readonly pool: Column // row of the pool, in order of the file
  /** Nodes with equal labels, taints and GPU model share a class. */
  readonly nodeClass: Column
  /** Row of the cluster's zone names, or NONE. */
  readonly zone: Column
  /** Micro-dollars per hour. */
  readonly price: Column
  /** Number of devices. */
  readonly devices: Column
  /** Row of the cluster's GPU model names, or NONE. */
  readonly gpuModel: Column
  readonly freeDevice: Column // free [milli-GPU] of device d of node n, at n * DEVICES + d
  /** Number of pods on the node, in phases from Bound to Terminating. */
  readonly podCount: Column
  /** Version of the log's entry about the node's last change. */
  readonly version: Column
}

/** The pod classes, a row each: pods with equal requests, selectors, tolerations, labels and priority share one. */
export interface ClassesView {
  readonly count: number // number of classes
  readonly request: readonly Column[] // amount [resource][class]; request[PODS] is 1
  readonly cpu: Column // = request[CPU] [millicores]
  readonly memory: Column // = request[MEMORY] [bytes]
  /** CPU limit [millicores]; 0: none. */
  readonly limit: Column
  /** CPU used as a share of the request, in flow mode. */
  readonly usage: Column
  /** Number of devices requested. */
  readonly gpus: Column
  readonly gpuMilli: Column // requested of each device [milli-GPU]
  readonly priority: Column // the larger one goes first where priorities are compared
  /** Row of `tenants`. */
  readonly tenant: Column
  /** Names of tenants; row 0 is '', the tenant of pods that name none. */
  readonly tenants: readonly string[]
}

/** The pods, a row each; the row of a pod that is Gone is reused under the next epoch. */
export interface PodsView {
  /** Rows ever used. */
  readonly count: number
  readonly podClass: Column // row of the pod's class
  readonly cpu: Column // request [millicores]
  readonly memory: Column // request [bytes]
  readonly phase: Column<PodPhase> // 0 Gone, 1 Pending, 2 Bound, 3 Running, 4 Ready, 5 Terminating
  /** The node that holds the pod, or NONE. */
  readonly node: Column
  /** The node on which capacity is being freed for the pending pod, or NONE. */
  readonly nominated: Column
  /** Devices that the pod holds. */
  readonly deviceMask: Column
  /** The service that the pod belongs to, or NONE. */
  readonly service: Column
  /** The controller that created the pod, NONE outside a run. */
  readonly owner: Column
  readonly created: Column // time of creation [µs]
  /** Time of the bind [µs], 0 before. */
  readonly bound: Column
  /** Run time from start to completion, as declared on creation [µs]; Infinity: no end, or unknown. */
  readonly duration: Column
  /** Declared time of completion [µs]; Infinity: no deadline. */
  readonly deadline: Column
  /** Run time that its user requested, on which orders and reservations rely [µs]; the run time where no other is known. */
  readonly requested: Column
  /** Longest chain of run times from its start to the end of its job, along the tasks that wait for it [µs]; its run time where none does. */
  readonly tail: Column
  /** The job that the pod is a task of, a number of its owner, which uses it again for a later job; NONE: none. */
  readonly job: Column
  /** The rigid job that the pod is a task of: pods of one number start together or not at all; NONE: none. */
  readonly gang: Column
  /** Number of tasks of that job; 1 without one. */
  readonly gangSize: Column
  /** Order of creation over the whole run, for first in, first out among reused rows. */
  readonly order: Column
  /** Number of uses of the row: whoever remembers a pod compares it. */
  readonly epoch: Column
}

/** What policies read of the cluster. */
export interface ClusterView {
  readonly nodes: NodesView // the nodes, a row each
  readonly pods: PodsView // the pods, a row each
  readonly classes: ClassesView // the pod classes, a row each
  readonly log: LogView // all changes, for an index that is kept up to date
  /** Whether pods of the class may run on the node now: it is Ready, every resource fits, the class is admissible, devices fit. */
  feasible(podClass: PodClassId, node: NodeId): boolean
  /** The part of `feasible` that never changes for the node: selectors, taints, GPU model. Memoised by class pair. */
  admissible(podClass: PodClassId, node: NodeId): boolean
  /** The first rule of `admissible` that excludes the node; NONE when it is admissible. */
  excludedBy(podClass: PodClassId, node: NodeId): Reason | typeof NONE
  /**
   * Devices that a pod of the class would take on the node: whole ones from the lowest index, a share on the fitting device with the least
   * free, lowest index on ties; 0 when it requests none; NONE when they do not fit.
   */
  pickDevices(podClass: PodClassId, node: NodeId): DeviceMask
  /** What the pods of the class ask for, as it was written. */
  shapeOf(podClass: PodClassId): PodShape
  /** A template with the labels, taints, GPU model, name and images of the node; its amounts, zone and price may be those of another node. */
  templateOf(node: NodeId): NodeTemplate
  /** Images on nodes; absent: those of `templateOf`. */
  readonly images?: ImagesView | undefined
  /** Calls back for each pod on the node, in phases from Bound to Terminating. */
  eachPodOn(node: NodeId, visit: (pod: PodId) => void): void
}

/** What an entry of the log is about. `row` and `value` are read per subject. */
export const Subject = {
  NodeAdded: 0, // row node, value pool; its state is the entry that follows
  NodeRemoved: 1, // row node
  NodeState: 2, // row node, value the new NodeState
  PodBound: 3, // row node, value packHolding(pod class, devices, service)
  PodReleased: 4, // row node, value packHolding(pod class, devices, service)
  EndpointAdded: 5, // row pod, value packEndpoint(service, epoch of the row)
  EndpointRemoved: 6, // row pod, value packEndpoint(service, epoch of the row)
  PodTerminating: 7, // row node, value packHolding(pod class, devices, service); the pod stays on the node
  PodTerminated: 8, // the same; the next entry is its PodReleased
  NodeClass: 9, // row node, value its new node class: labels or taints have changed
  NodeImages: 10, // row node: it has another set of images (`ClusterView.images`)
  EndpointTerminating: 11, // row pod, value packEndpoint(service, epoch of the row): its deletion was requested, and it serves still
} as const
export type Subject = (typeof Subject)[keyof typeof Subject]

/** All changes of the cluster, in order. Readers hold a cursor; an entry stays until the slowest cursor has passed it. */
export interface LogView {
  /** Version of the next entry: entries 0 .. version-1 have been written. */
  readonly version: number
  /** A reader that starts at the present. */
  open(): LogCursor
}

/** A reader of the log. */
export interface LogCursor {
  /** Version of the next entry that this cursor will read. */
  readonly position: number
  /** Number of entries not yet read. */
  readonly behind: number
  /** Moves to the next entry and fills the three fields; false at the end, or at version `upTo`. */
  next(upTo?: number): boolean
  readonly subject: Subject
  readonly row: number
  readonly value: number
  /** Moves to the present without reading: for an index that is rebuilt. */
  skip(): void
  /** Ends the reading: the log may forget what only this cursor kept. */
  close(): void
}

/**
 * The read-only faces of the cluster, shown to policies. A node, a pod, a class is a row; a typed array is a Column.
 * Columns move when they grow: read them from the view at each call, never keep one.
 */

/** A typed array that is only read; its places hold values of `T`. */
export interface Column<T extends number = number> {
  readonly length: number
  readonly [row: number]: T
}

export { NONE } from '../common/ids.ts'

/** Rows of `free` and `capacity`: the first three are always there, named resources follow. */
export const CPU = 0 // millicores
export const MEMORY = 1 // bytes
export const PODS = 2 // count
export const FIRST_NAMED = 3

/** Places for devices per node row; device d of node n is at n * DEVICES + d. */
export const DEVICES = 8
/** A whole device. */
export const MILLI = 1000

export const NodeState = { Gone: 0, Ready: 1, Cordoned: 2, Provisioning: 3 } as const
export type NodeState = (typeof NodeState)[keyof typeof NodeState]

export const PodPhase = { Gone: 0, Pending: 1, Bound: 2, Running: 3, Ready: 4, Terminating: 5 } as const
export type PodPhase = (typeof PodPhase)[keyof typeof PodPhase]

export interface NodesView {
  /** Rows ever used: rows 0 .. count-1, some of them Gone. */
  readonly count: number
  /** Rows that are Ready. */
  readonly ready: number
  readonly resources: readonly string[]
  readonly capacity: readonly Column[] // [resource][node]
  readonly free: readonly Column[] // [resource][node]
  readonly cpu: Column // = capacity[CPU]
  readonly memory: Column
  readonly freeCpu: Column // = free[CPU]
  readonly freeMemory: Column
  readonly state: Column<NodeState>
  readonly pool: Column
  readonly nodeClass: Column // same labels, taints and GPU model: same class
  readonly zone: Column // row of the cluster's zone names, NONE
  /** Micro-dollars per hour. */
  readonly price: Column
  readonly devices: Column // number of devices
  readonly gpuModel: Column // row of the cluster's model names, NONE
  readonly freeDevice: Column // milli-GPU at node * DEVICES + d
  /** Bound pods on the node, as a count (all phases from Bound to Terminating). */
  readonly podCount: Column
  /** Version of the log's entry about the node's last change. */
  readonly version: Column
}

/** Pods of equal requests, selectors, tolerations and priority share a class; what depends on it is computed once. */
export interface ClassesView {
  readonly count: number
  readonly request: readonly Column[] // [resource][class]; request[PODS] is 1
  readonly cpu: Column
  readonly memory: Column
  readonly limit: Column // millicores, 0 none
  readonly usage: Column // share of the request, flow mode
  readonly gpus: Column
  readonly gpuMilli: Column // per device
  readonly priority: Column
  /** Row of `tenants`. */
  readonly tenant: Column
  /** Names of those who pay; row 0 is '', everyone who named no one. */
  readonly tenants: readonly string[]
}

export interface PodsView {
  readonly count: number
  readonly podClass: Column
  readonly cpu: Column // request [millicores]
  readonly memory: Column // request [bytes]
  readonly phase: Column<PodPhase>
  readonly node: Column
  readonly deviceMask: Column
  readonly service: Column // NONE for background
  readonly created: Column // µs
  /** How long the pod will run once started, as declared on creation [µs]; Infinity: for ever, or unknown. */
  readonly duration: Column
  /** When it should be through [µs]; Infinity: no deadline. */
  readonly deadline: Column
  /** Order of creation over the whole run, for first-in-first-out among reused rows. */
  readonly order: Column
  /** Counts the uses of the row; a late event compares it. */
  readonly epoch: Column
}

export interface ClusterView {
  readonly nodes: NodesView
  readonly pods: PodsView
  readonly classes: ClassesView
  readonly log: LogView
  /** May this class run on this node now: Ready, selectors and taints, every resource, devices. */
  feasible(podClass: number, node: number): boolean
  /** The part of `feasible` that never changes for the node: selectors, taints, GPU model. Memoised by class pair. */
  admissible(podClass: number, node: number): boolean
  /**
   * Devices a pod of this class would take on this node (bit d = device d): whole ones from the lowest index, a share on the fitting device with
   * the least room, lowest index on ties; 0 when it needs none; NONE when it does not fit.
   */
  pickDevices(podClass: number, node: number): number
}

/** What an entry of the log is about. `row` and `value` are read per subject. */
export const Subject = {
  NodeAdded: 0, // row node, value pool; its state is the entry that follows
  NodeRemoved: 1, // row node
  NodeState: 2, // row node, value the new NodeState
  PodBound: 3, // row node, value packHolding(pod class, devices)
  PodReleased: 4, // row node, value packHolding(pod class, devices)
  EndpointAdded: 5, // row pod, value packEndpoint(service, epoch of the row)
  EndpointRemoved: 6, // row pod, value packEndpoint(service, epoch of the row)
} as const
export type Subject = (typeof Subject)[keyof typeof Subject]

/** Everything that happened to the cluster, in order. Readers hold a cursor; entries stay until the slowest has passed. */
export interface LogView {
  /** Version of the next entry; entries 0 .. version-1 have happened. */
  readonly version: number
  /** A reader that starts at the present. */
  open(): LogCursor
}

export interface LogCursor {
  /** Version of the next entry this cursor will read. */
  readonly position: number
  /** Entries not yet read. */
  readonly behind: number
  /** Moves to the next entry and fills the three fields; false at the end, or at version `upTo`. */
  next(upTo?: number): boolean
  readonly subject: Subject
  readonly row: number
  readonly value: number
  /** Skips to the present without reading (an index that rebuilds). */
  skip(): void
  /** The log may forget what only this reader held. */
  close(): void
}

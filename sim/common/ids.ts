/**
 * Names for the whole numbers that stand for things: an id is a row of a table. The aliases are for readers and signatures; a typed
 * array gives plain numbers, so the compiler does not tell one id from another.
 */

/** No row: the value of every id column and handle where there is nothing. */
export const NONE = -1

/** Simulated time, or a span of it [µs, whole]. */
export type Time = number

/** Row of `ClusterView.nodes`. Never reused within a run. */
export type NodeId = number
/** Row of `ClusterView.pods`; reused under the next epoch. */
export type PodId = number
/** Row of `ClusterView.classes`: pods with equal requests, selectors, tolerations, labels and priority. */
export type PodClassId = number
/** Nodes with equal labels, taints and GPU model. */
export type NodeClassId = number
/** Place of a pool in `SimulationInput.pools`. */
export type PoolId = number
/** Place of a service in `SimulationInput.services`. */
export type ServiceId = number
/** Place of a workload in `SimulationInput.workloads`. */
export type WorkloadId = number
/** Row of the owners of pods (controllers/owners.ts). */
export type OwnerId = number
/** Row of the serving side of a ready pod (serving/servers.ts). */
export type ServerId = number
/** Row of a try of a request (serving/requests.ts). */
export type RequestId = number
/** Place of a backend within one balancer instance. */
export type SlotId = number
/** Handle of a pending event, NONE for no event. */
export type EventHandle = number
/** Row of `NodesView.resources`: cpu, memory, pods, then the named ones. */
export type ResourceId = number
/** Devices of one node: bit d is set for device d. */
export type DeviceMask = number
/** Use of a row that is reused: an id is remembered as (row, epoch). */
export type Epoch = number

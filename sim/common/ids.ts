/**
 * Names of ids: an id is a whole number, the row of a table. The aliases document signatures; typed arrays hold plain numbers, so the
 * compiler does not distinguish one id from another.
 */

/** No row: the value of an id or handle that refers to nothing. */
export const NONE = -1

/** Simulated time or a duration [µs, whole]. */
export type Time = number

/** Row of `ClusterView.nodes`. Never reused within a run. */
export type NodeId = number
/** Row of `ClusterView.pods`; reused under the next epoch. */
export type PodId = number
/** Row of `ClusterView.classes`: pods with equal requests, selectors, tolerations, labels and priority. */
export type PodClassId = number
/** Nodes with equal labels, taints and GPU model. */
export type NodeClassId = number
/** Index of a pool in `SimulationInput.pools`. */
export type PoolId = number
/** Index of a service in `SimulationInput.services`. */
export type ServiceId = number
/** Place of a workload in `SimulationInput.workloads`. */
export type WorkloadId = number
/** Row of the owners of pods (controllers/owners.ts). */
export type OwnerId = number
/** Row of the serving side of a ready pod (serving/servers.ts). */
export type ServerId = number
/** Row of a try of a request (serving/requests.ts). */
export type RequestId = number
/** Index of a backend within one balancer instance. */
export type SlotId = number
/** Handle of a pending event, NONE for no event. */
export type EventHandle = number
/** Row of `NodesView.resources`: cpu, memory, pods, then the named ones. */
export type ResourceId = number
/** Devices of one node: bit d is set for device d. */
export type DeviceMask = number
/** Number of uses of a row that is reused: whoever remembers an id remembers (row, epoch). */
export type Epoch = number

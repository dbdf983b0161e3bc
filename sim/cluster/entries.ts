/** Values of log entries that hold two numbers each: packed by the cluster, unpacked by readers of the log. Plain arithmetic, exact below 2^53. */
import type { DeviceMask, Epoch, PodClassId, ServiceId } from '../common/ids.ts'
import { DEVICES } from './views.ts'

const MASKS = 1 << DEVICES

/** Services that a run may have. */
export const MAX_SERVICES = 65_536

/** Value of PodBound and PodReleased: what the pod holds on the node. */
export function packHolding(podClass: PodClassId, deviceMask: DeviceMask): number {
  return podClass * MASKS + deviceMask
}

/** The pod class of a `packHolding`. */
export function classOfHolding(value: number): PodClassId {
  return Math.floor(value / MASKS)
}

/** The devices of a `packHolding`. */
export function maskOfHolding(value: number): DeviceMask {
  return value % MASKS
}

/** Value of EndpointAdded and EndpointRemoved: the service, and the epoch of the pod's row. */
export function packEndpoint(service: ServiceId, epoch: Epoch): number {
  return service + MAX_SERVICES * epoch
}

/** The service of a `packEndpoint`. */
export function serviceOfEndpoint(value: number): ServiceId {
  return value % MAX_SERVICES
}

/** The epoch of a `packEndpoint`. */
export function epochOfEndpoint(value: number): Epoch {
  return Math.floor(value / MAX_SERVICES)
}

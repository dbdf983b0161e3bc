/** Values of log entries that hold two numbers each: packed by the cluster, unpacked by readers of the log. Plain arithmetic, exact below 2^53. */
import type { DeviceMask, Epoch, PodClassId, ServiceId } from '../common/ids.ts'
import { NONE } from '../common/ids.ts'
import { DEVICES } from './views.ts'

const MASKS = 1 << DEVICES

/** Services that a run may have. */
export const MAX_SERVICES = 65_536

/** Pod classes that a run may have. */
export const MAX_CLASSES = 16_777_216

/** What the classes and masks of a holding take; above it stands the service + 1, so that 0 is none. */
const HOLDINGS = MAX_CLASSES * MASKS

/** Value of the entries about a pod on a node: what the pod holds there, and its service. */
export function packHolding(podClass: PodClassId, deviceMask: DeviceMask, service: ServiceId = NONE): number {
  return (service + 1) * HOLDINGS + podClass * MASKS + deviceMask
}

/** The pod class of a `packHolding`. */
export function classOfHolding(value: number): PodClassId {
  return Math.floor((value - Math.floor(value / HOLDINGS) * HOLDINGS) / MASKS)
}

/** The devices of a `packHolding`. */
export function maskOfHolding(value: number): DeviceMask {
  return value % MASKS
}

/** The service of a `packHolding`. */
export function serviceOfHolding(value: number): ServiceId {
  return Math.floor(value / HOLDINGS) - 1
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

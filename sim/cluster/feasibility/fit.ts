/** Whether a pod's request fits what is free: on free vectors of any origin, rows of the cluster, bins of a packer, nodes that do not exist. */
import { NONE } from '../../common/ids.ts'
import type { PodClassId, ResourceId } from '../../common/ids.ts'
import { CPU, FIRST_NAMED, MEMORY, PODS, Reason } from '../views.ts'
import type { Column } from '../views.ts'

/**
 * Whether every resource fits, devices aside. As in Kubernetes' NodeResourcesFit, a resource that is not requested never excludes a node,
 * even if it is overdrawn.
 * @param request [resource][class]
 * @param free [resource][row]
 */
export function fits(request: readonly Column[], podClass: PodClassId, free: readonly Column[], row: number): boolean {
  const cpu = request[CPU][podClass]
  if (cpu > free[CPU][row] && cpu > 0) return false
  const memory = request[MEMORY][podClass]
  if (memory > free[MEMORY][row] && memory > 0) return false
  if (free[PODS][row] < 1) return false
  for (let resource = FIRST_NAMED; resource < request.length; resource++) {
    const asked = request[resource][podClass]
    if (asked > free[resource][row] && asked > 0) return false
  }
  return true
}

/** The resource at which `fits` fails, in its order; NONE when all fit. Not the body of `fits`, whose speed depends on being inlined. */
export function lacking(request: readonly Column[], podClass: PodClassId, free: readonly Column[], row: number): Reason | typeof NONE {
  if (fits(request, podClass, free, row)) return NONE
  const short = (resource: ResourceId): boolean => request[resource][podClass] > free[resource][row] && request[resource][podClass] > 0
  if (short(CPU)) return Reason.Cpu
  if (short(MEMORY)) return Reason.Memory
  return free[PODS][row] < 1 ? Reason.Pods : Reason.Resource
}

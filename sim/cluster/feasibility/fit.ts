/** Does a pod's request go into what is free? On free vectors of any origin: rows of the cluster, bins of a packer, nodes that do not exist. */
import { FIRST_NAMED, CPU, MEMORY, PODS } from '../views.ts'
import type { Column } from '../views.ts'

/**
 * Every resource, devices aside. As in Kubernetes' NodeResourcesFit, a resource that is not asked for never forbids, even if overdrawn.
 * @param request [resource][class]
 * @param free [resource][row]
 */
export function fits(request: readonly Column[], podClass: number, free: readonly Column[], row: number): boolean {
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

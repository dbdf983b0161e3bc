/** SchedulingGates (PreEnqueue): a pod with gates does not enter the queue until they are removed. */
import type { KubePod } from '../objects.ts'

/** Why the pod is held back, as kube-scheduler words it; empty when it is not. */
export function gatesMessage({ schedulingGates }: KubePod): string {
  const gates = schedulingGates ?? []
  return gates.length === 0 ? '' : `waiting for scheduling gates: [${gates.join(' ')}]`
}

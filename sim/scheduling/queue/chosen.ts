/** Whether a placer's answer can be carried out. */
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeId, PodId } from '../../common/ids.ts'

/** Throws an Error with the algorithm's name when the node does not exist or the pod does not fit it. */
export function assertPlaced(name: string, pod: PodId, node: NodeId, view: ClusterView): void {
  // Asked once per decision: left to the commit, a placer that repeats a node that does not fit would be asked for ever.
  if (node >= 0 && node < view.nodes.count && view.feasible(view.pods.podClass[pod], node)) return
  const exists = Number.isInteger(node) && node >= 0 && node < view.nodes.count
  const what = exists
    ? `on which it does not fit (${shortage(pod, node, view)})`
    : `which is no node's row: 0 to ${view.nodes.count - 1}, or -1 for none, are accepted`
  throw new Error(`${name} placed pod ${pod} on node ${String(node)}, ${what}`)
}

function shortage(pod: PodId, node: NodeId, view: ClusterView): string {
  const { nodes, classes } = view
  const podClass = view.pods.podClass[pod]
  for (let r = 0; r < nodes.resources.length; r++) {
    const asked = classes.request[r][podClass]
    if (asked > nodes.free[r][node]) return `${nodes.resources[r]} ${asked} requested, ${nodes.free[r][node]} free`
  }
  return view.admissible(podClass, node)
    ? 'it is not Ready, or its devices are taken'
    : 'its selectors, tolerations or GPU model exclude the node'
}

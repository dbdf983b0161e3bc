/** Whether a placer's answer can be carried out. */
import { devicesFit } from '../../cluster/feasibility/devices.ts'
import { DEVICES } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { NONE } from '../../common/ids.ts'
import type { DeviceMask, NodeId, PodId } from '../../common/ids.ts'

/** What a placer answered. */
export interface Answer {
  readonly pod: PodId
  readonly node: NodeId
  /** NONE: the cluster picks them. */
  readonly devices: DeviceMask
}

/** Throws an Error with the algorithm's name when the node does not exist, or the pod does not fit it or the named devices. */
export function assertPlaced(name: string, { pod, node, devices }: Answer, view: ClusterView): void {
  // Asked once per decision: left to the commit, a placer that repeats a node that does not fit would be asked for ever.
  const exists = Number.isInteger(node) && node >= 0 && node < view.nodes.count
  if (exists && view.feasible(view.pods.podClass[pod], node)) {
    if (devices !== NONE) assertDevices(name, { pod, node, devices }, view)
    return
  }
  const what = exists
    ? `on which it does not fit (${shortage(pod, node, view)})`
    : `which is no node's row: 0 to ${view.nodes.count - 1}, or -1 for none, are accepted`
  throw new Error(`${name} placed pod ${pod} on node ${String(node)}, ${what}`)
}

function assertDevices(name: string, { pod, node, devices }: Answer, { nodes, classes, pods }: ClusterView): void {
  const podClass = pods.podClass[pod]
  const gpus = classes.gpus[podClass]
  if (Number.isInteger(devices) && devicesFit(nodes.freeDevice, node, gpus, classes.gpuMilli[podClass], devices)) return
  const free = Array.from({ length: nodes.devices[node] }, (_, d) => nodes.freeDevice[node * DEVICES + d])
  throw new Error(
    `${name} placed pod ${pod} on the devices ${String(devices)} of node ${node}, of which ${free.join(', ') || 'none'} milli-GPU are free; accepted: a bit for each of ${gpus} devices with ${classes.gpuMilli[podClass]} free, or -1`,
  )
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

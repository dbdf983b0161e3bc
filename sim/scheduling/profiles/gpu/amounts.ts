/** GPU amounts of nodes and pods in milli-GPU, and the machine that they are shares of. */
import type { NodeId, PodClassId } from '../../../common/ids.ts'
import { DEVICES } from '../../../cluster/views.ts'
import type { ClusterView, NodesView } from '../../../cluster/views.ts'

/** Parameters of members that compare amounts of CPU and GPU as shares of the largest machine. */
export const sharedScale = {
  maxCpu: {
    kind: 'cpu',
    default: 128_000,
    min: 1000,
    meaning: 'CPU of the largest machine, of which CPU is counted as a share; default 128, that of the paper',
  },
  maxGpus: {
    kind: 'integer',
    default: DEVICES,
    min: 1,
    max: 64,
    meaning: 'GPUs of the largest machine, of which GPU is counted as a share',
  },
} as const

/** Free milli-GPU of a node, over all its devices. */
export function freeGpu(node: NodeId, { devices, freeDevice }: NodesView): number {
  const first = node * DEVICES
  const end = first + devices[node]
  let free = 0
  for (let device = first; device < end; device++) free += freeDevice[device]
  return free
}

/** Requested milli-GPU of a pod class, over all its devices. */
export function requestedGpu(podClass: PodClassId, { classes }: ClusterView): number {
  return classes.gpus[podClass] * classes.gpuMilli[podClass]
}

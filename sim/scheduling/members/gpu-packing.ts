/** GPU packing: shared GPUs before idle GPUs of a used node, these before idle nodes. */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { DEVICES, MILLI } from '../../cluster/views.ts'
import type { ClusterView, NodesView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import { RatedPlacer, ties } from '../search/ties.ts'
import type { RatedKey } from '../search/ties.ts'

export const gpuPacking = defineScheduler({
  name: 'gpu-packing',
  summary:
    'for pods with GPUs: the fullest GPU in use that fits, then the node in use of which the fewest idle GPUs are taken, then the idle node with the fewest GPUs; other pods like all nodes equally; lowest row on ties (ties)',
  source:
    'Weng, Yang, Yu, Wang, Tang, Yang, Zhang 2023, Beware of Fragmentation (USENIX ATC): GpuPacking, after Xiao et al. 2020, AntMan (OSDI)',
  fidelity: 'faithful',
  parameters: { ties },
  remembers: true,
  create: (values, { random }) => RatedPlacer.indexed(new PackingScore(), values.ties, random),
  twin: (values, { random }) => RatedPlacer.scanning(new PackingScore(), values.ties, random),
})

/**
 * Whole numbers, the highest wins:
 *
 *   all GPUs of the node are idle    33 - GPUs of the node
 *   idle GPUs of a node in use       50 - idle GPUs that are taken, at least 33
 *   GPUs in use                      100 - percent free of the GPUs that are taken / 10, at least 50
 */
class PackingScore implements RatedKey {
  /** Nothing is stored per node. */
  set(): void {}

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { nodes, classes } = view
    const gpus = classes.gpus[podClass]
    const milli = classes.gpuMilli[podClass]
    for (let i = 0; i < count; i++) out[i] = gpus === 0 ? 0 : -score(rows[i], nodes, gpus, milli)
  }
}

function score(node: NodeId, { devices, freeDevice }: NodesView, gpus: number, milli: number): number {
  const first = node * DEVICES
  const end = first + devices[node]
  let idle = 0
  let least = MILLI
  for (let device = first; device < end; device++) {
    const free = freeDevice[device]
    if (free === MILLI) idle++
    else if (free >= milli && free < least) least = free
  }
  if (idle === devices[node]) return 33 - idle
  // Only a pod that shares one GPU fits a GPU in use.
  if (least === MILLI) return Math.max(33, 50 - gpus)
  return Math.max(50, 100 - Math.floor(Math.floor((least * 100) / MILLI) / 10))
}

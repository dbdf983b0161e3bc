/** GPU dot product: the feasible node with the smallest dot product of requested and free CPU and GPU, as shares of the largest machine. */
import type { Values } from '../../common/define.ts'
import type { PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import { freeGpu, requestedGpu, sharedScale } from '../profiles/gpu/amounts.ts'
import { RatedPlacer, ties } from '../search/ties.ts'
import type { RatedKey } from '../search/ties.ts'

const parameters = { ...sharedScale, ties } as const

export const gpuDotProduct = defineScheduler({
  name: 'gpu-dot-product',
  summary:
    'the feasible node with the smallest dot product of requested and free CPU and GPU, as shares of the largest machine, in 101 steps; lowest row on ties (ties)',
  source:
    'Weng, Yang, Yu, Wang, Tang, Yang, Zhang 2023, Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent (USENIX ATC): DotProd',
  fidelity: 'faithful',
  parameters,
  remembers: true,
  create: (values, { random }) => RatedPlacer.indexed(new SmallestProduct(values), values.ties, random),
  twin: (values, { random }) => RatedPlacer.scanning(new SmallestProduct(values), values.ties, random),
})

/**
 *   score = trunc(100 * (1 - (cpu free * cpu requested / maxCpu² + GPU free * GPU requested / maxGpus²) / 2)), the highest wins
 *
 * Unlike Tetris and `dot-product`, which take the largest product, this prefers the node with the least free of what the pod requests.
 */
class SmallestProduct implements RatedKey {
  private readonly values: Values<typeof parameters>

  constructor(values: Values<typeof parameters>) {
    this.values = values
  }

  /** Nothing is stored per node. */
  set(): void {}

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { nodes, classes } = view
    const { maxCpu, maxGpus } = this.values
    const cpu = classes.cpu[podClass] / maxCpu
    const gpu = requestedGpu(podClass, view) / (1000 * maxGpus)
    for (let i = 0; i < count; i++) {
      const product = (nodes.freeCpu[rows[i]] / maxCpu) * cpu + (freeGpu(rows[i], nodes) / (1000 * maxGpus)) * gpu
      out[i] = -Math.trunc(100 * (1 - product / 2))
    }
  }
}

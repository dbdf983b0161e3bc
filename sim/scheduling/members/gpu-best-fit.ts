/** GPU best fit: the feasible node on which the least CPU and GPU would be left, as shares of the largest machine. */
import type { Values } from '../../common/define.ts'
import type { PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import { freeGpu, requestedGpu, sharedScale } from '../profiles/gpu/amounts.ts'
import { RatedPlacer, ties } from '../search/ties.ts'
import type { RatedKey } from '../search/ties.ts'

const parameters = { ...sharedScale, ties } as const

export const gpuBestFit = defineScheduler({
  name: 'gpu-best-fit',
  summary:
    'the feasible node on which the least CPU and GPU would be left, as shares of the largest machine, in 101 steps; lowest row on ties (ties)',
  source:
    'Weng, Yang, Yu, Wang, Tang, Yang, Zhang 2023, Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent (USENIX ATC): BestFit',
  fidelity: 'faithful',
  parameters,
  remembers: true,
  create: (values, { random }) => RatedPlacer.indexed(new LeastLeft(values), values.ties, random),
  twin: (values, { random }) => RatedPlacer.scanning(new LeastLeft(values), values.ties, random),
})

/**
 *   score = trunc(100 * (1 - (cpu left / maxCpu + GPU left / maxGpus) / 2)), the highest wins
 *
 * The original rescales the scores of each decision to 0..100 afterwards, which changes neither the best nodes nor their ties.
 */
class LeastLeft implements RatedKey {
  private readonly values: Values<typeof parameters>

  constructor(values: Values<typeof parameters>) {
    this.values = values
  }

  /** Nothing is stored per node. */
  set(): void {}

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { nodes, classes } = view
    const cpu = classes.cpu[podClass]
    const gpu = requestedGpu(podClass, view)
    const { maxCpu, maxGpus } = this.values
    for (let i = 0; i < count; i++) {
      const left = ((nodes.freeCpu[rows[i]] - cpu) / maxCpu) * 0.5 + ((freeGpu(rows[i], nodes) - gpu) / (1000 * maxGpus)) * 0.5
      out[i] = -Math.trunc((1 - left) * 100)
    }
  }
}

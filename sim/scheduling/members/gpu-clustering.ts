/** GPU clustering: nodes whose pods request GPUs in the same way, then idle nodes. */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { DEVICES, MILLI } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import { freeGpu } from '../profiles/gpu/amounts.ts'
import { CountedKinds, kindOf, TrackedKinds, type GpuKinds } from '../profiles/gpu/kinds.ts'
import { RatedPlacer, ties } from '../search/ties.ts'
import type { RatedKey } from '../search/ties.ts'

export const gpuClustering = defineScheduler({
  name: 'gpu-clustering',
  summary:
    'for pods with GPUs: nodes whose pods request as many GPUs (or share one) as this pod, then nodes with such pods among others, then nodes without GPU pods, then the rest, the fuller ones first; other pods like all nodes equally; lowest row on ties (ties)',
  source:
    'Weng, Yang, Yu, Wang, Tang, Yang, Zhang 2023, Beware of Fragmentation (USENIX ATC): GpuClustering, after Xiao et al. 2018, Gandiva (OSDI)',
  fidelity: 'faithful',
  parameters: { ties },
  remembers: true,
  create: (values, { random }) => RatedPlacer.indexed(new ClusteringScore(new TrackedKinds()), values.ties, random),
  twin: (values, { random }) => RatedPlacer.scanning(new ClusteringScore(new CountedKinds()), values.ties, random),
})

/**
 * With x = trunc(25 * (8000 - free milli-GPU) / 8000), the highest wins:
 *
 *   75 + x   all GPU pods of the node are of the pod's kind
 *   50 + x   some of them
 *   25 + x   the node has no GPU pod
 *   x        all of them are of other kinds
 */
class ClusteringScore implements RatedKey {
  private readonly kinds: GpuKinds

  constructor(kinds: GpuKinds) {
    this.kinds = kinds
  }

  /** Nothing is stored per node. */
  set(): void {}

  follow(view: ClusterView): void {
    this.kinds.follow(view)
  }

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const kind = kindOf(podClass, view.classes)
    for (let i = 0; i < count; i++) out[i] = kind === 0 ? 0 : -this.score(kind, rows[i], view)
  }

  private score(kind: number, node: NodeId, { nodes }: ClusterView): number {
    const whole = DEVICES * MILLI
    const fill = Math.floor((25 * (whole - freeGpu(node, nodes))) / whole)
    const present = this.kinds.of(node)
    if (present === 0) return 25 + fill
    if ((present & (1 << kind)) === 0) return fill
    return (present === 1 << kind ? 75 : 50) + fill
  }
}

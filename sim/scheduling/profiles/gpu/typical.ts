/**
 * Typical pods: the shapes of which the workload mostly consists, with their frequencies. They come from what the sources of the run
 * declare, or else from the pods that have arrived so far.
 */
import type { NodeClassId, NodeId, PodClassId } from '../../../common/ids.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import type { PodCount } from '../../policy.ts'

/** A shape: pods with equal CPU and GPU requests that the same nodes admit. Memory does not distinguish shapes. */
export interface TypicalPod {
  /** A class of this shape, for `ClusterView.admissible`. */
  readonly podClass: PodClassId
  readonly cpu: number
  readonly gpus: number
  readonly gpuMilli: number
  /** Frequency: a number of pods. */
  count: number
}

/** A row of each node class, by node class. */
export type NodeClasses = ReadonlyMap<NodeClassId, NodeId>

/** The first node of each class. */
export function nodeClassesOf({ nodes }: ClusterView): Map<NodeClassId, NodeId> {
  const rows = new Map<NodeClassId, NodeId>()
  for (let node = 0; node < nodes.count; node++) if (!rows.has(nodes.nodeClass[node])) rows.set(nodes.nodeClass[node], node)
  return rows
}

/** The most frequent shapes that make up at least the share `cover` of the pods, most frequent first; the earlier one on ties. */
export function typicalPods(counts: readonly PodCount[], cover: number, view: ClusterView): TypicalPod[] {
  const nodes = [...nodeClassesOf(view).values()]
  const shapes = new Map<string, TypicalPod>()
  let all = 0
  for (const { podClass, count } of counts) {
    const { cpu, gpus, gpuMilli } = view.classes
    const admitted = nodes.map((node) => (view.admissible(podClass, node) ? 1 : 0)).join('')
    const key = `${cpu[podClass]} ${gpus[podClass]} ${gpuMilli[podClass]} ${gpus[podClass] === 0 ? '' : admitted}`
    const known = shapes.get(key)
    all += count
    if (known === undefined) shapes.set(key, { podClass, cpu: cpu[podClass], gpus: gpus[podClass], gpuMilli: gpuMilli[podClass], count })
    else known.count += count
  }
  const sorted = [...shapes.values()].sort((a, b) => b.count - a.count)
  let covered = 0
  let size = 0
  while (size < sorted.length && covered < cover * all) covered += sorted[size++].count
  return sorted.slice(0, size)
}

/** Counts that are declared, or learned from arrivals: then they are taken again whenever as many pods as before have arrived. */
export class ExpectedPods {
  counts: readonly PodCount[] = []
  private readonly declared: (() => readonly PodCount[]) | undefined
  private readonly arrived: number[] = [] // [class]
  private arrivals = 0
  private next = 1
  private known = false

  constructor(declared: (() => readonly PodCount[]) | undefined) {
    this.declared = declared
  }

  /** Notes that a pod of the class is to be placed; true when `counts` have changed. */
  arrives(podClass: PodClassId): boolean {
    if (!this.known) {
      this.known = true
      this.counts = this.declared?.() ?? []
      if (this.counts.length > 0) {
        this.next = Infinity
        return true
      }
    }
    if (this.next === Infinity) return false
    this.arrived[podClass] = (this.arrived[podClass] ?? 0) + 1
    if (++this.arrivals < this.next) return false
    this.next = 2 * this.arrivals
    this.counts = this.arrived.flatMap((count, row) => (count > 0 ? [{ podClass: row, count }] : []))
    return true
  }
}

/** Kinds of GPU pods on each node: pods that share one GPU, and those of one, two, ... whole GPUs. */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodClassId } from '../../../common/ids.ts'
import { classOfHolding } from '../../../cluster/entries.ts'
import { DEVICES, MILLI, Subject } from '../../../cluster/views.ts'
import type { ClassesView, ClusterView, LogCursor, LogView } from '../../../cluster/views.ts'

/** One more than the largest kind. */
const KINDS = DEVICES + 2

/** 0 without GPUs, 1 for a share of one, 1 + n for n whole GPUs. */
export function kindOf(podClass: PodClassId, { gpus, gpuMilli }: ClassesView): number {
  if (gpus[podClass] === 0) return 0
  return gpuMilli[podClass] < MILLI ? 1 : 1 + gpus[podClass]
}

/** Which kinds are on a node. */
export interface GpuKinds {
  /** Brings the kinds up to date. */
  follow(view: ClusterView): void
  /** A bit per kind of GPU pods that the node holds. */
  of(node: NodeId): number
}

/** The reference implementation: looks at all pods each time. */
export class CountedKinds implements GpuKinds {
  private readonly present = new Map<NodeId, number>()

  follow({ pods, classes }: ClusterView): void {
    this.present.clear()
    for (let pod = 0; pod < pods.count; pod++) {
      const node = pods.node[pod]
      const kind = kindOf(pods.podClass[pod], classes)
      if (node !== NONE && kind > 0) this.present.set(node, this.of(node) | (1 << kind))
    }
  }

  of(node: NodeId): number {
    return this.present.get(node) ?? 0
  }
}

/** Counts kinds by node from the log of the cluster. */
export class TrackedKinds implements GpuKinds {
  /** Number of pods of a kind on a node, at node * KINDS + kind. */
  private counts = new Int32Array(0)
  private log: LogView | undefined
  private cursor: LogCursor | undefined

  follow(view: ClusterView): void {
    if (view.log !== this.log) return this.begin(view)
    const cursor = this.cursor!
    while (cursor.next()) {
      const { subject, row, value } = cursor
      // A row that is used again begins without pods, as all of them have been released.
      if (subject === Subject.PodBound) this.add(row, kindOf(classOfHolding(value), view.classes), 1)
      else if (subject === Subject.PodReleased) this.add(row, kindOf(classOfHolding(value), view.classes), -1)
    }
  }

  of(node: NodeId): number {
    let bits = 0
    const first = node * KINDS
    for (let kind = 1; kind < KINDS && first < this.counts.length; kind++) if (this.counts[first + kind] > 0) bits |= 1 << kind
    return bits
  }

  private begin(view: ClusterView): void {
    this.cursor?.close()
    this.log = view.log
    this.cursor = view.log.open()
    this.counts = new Int32Array(0)
    const { pods, classes } = view
    for (let pod = 0; pod < pods.count; pod++) {
      if (pods.node[pod] !== NONE) this.add(pods.node[pod], kindOf(pods.podClass[pod], classes), 1)
    }
  }

  private add(node: NodeId, kind: number, by: number): void {
    const needed = (node + 1) * KINDS
    if (needed > this.counts.length) {
      const grown = new Int32Array(2 * needed)
      grown.set(this.counts)
      this.counts = grown
    }
    this.counts[node * KINDS + kind] += by
  }
}

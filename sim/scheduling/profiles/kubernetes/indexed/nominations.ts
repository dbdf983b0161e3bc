/** Nodes that preemption promised to pending pods: others of lower priority see them as if they were there. */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId, PodId } from '../../../../common/ids.ts'

/** The promises of one scheduler. */
export class Nominations {
  private readonly nodes = new Map<PodId, NodeId>()
  private readonly pods = new Map<NodeId, PodId[]>()

  get size(): number {
    return this.nodes.size
  }

  nodeOf(pod: PodId): NodeId {
    return this.nodes.size === 0 ? NONE : (this.nodes.get(pod) ?? NONE)
  }

  concern(row: NodeId): boolean {
    return this.pods.has(row)
  }

  /** Pods that the node is promised to. */
  on(row: NodeId): readonly PodId[] {
    return this.pods.get(row) ?? []
  }

  set(pod: PodId, row: NodeId): void {
    this.clear(pod)
    this.nodes.set(pod, row)
    const list = this.pods.get(row)
    if (list === undefined) this.pods.set(row, [pod])
    else list.push(pod)
  }

  clear(pod: PodId): void {
    const row = this.nodes.get(pod)
    if (row === undefined) return
    this.nodes.delete(pod)
    const left = this.pods.get(row)!.filter((other) => other !== pod)
    if (left.length === 0) this.pods.delete(row)
    else this.pods.set(row, left)
  }
}

/** The reference implementation (twin) of queue and loop: each step tries every pending pod in order, without hints. */
import { NONE } from '../../common/ids.ts'
import type { PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Decisions } from '../../cluster/decisions.ts'
import type { NaiveOrder } from '../orders/policy.ts'
import type { Placer } from '../policy.ts'

/** Makes the same binds as `SchedulingLoop` in the same order, but more declines. */
export class NaiveLoop {
  private readonly pending: PodId[] = []
  private readonly placer: Placer
  private readonly order: NaiveOrder

  /** Without an order: first in, first out. */
  constructor(placer: Placer, order: NaiveOrder = () => 0) {
    this.placer = placer
    this.order = order
  }

  /** Adds a pending pod. */
  enqueue(pod: PodId): void {
    this.pending.push(pod)
  }

  /** Removes a pod that is in the queue. */
  drop(pod: PodId): void {
    this.pending.splice(this.pending.indexOf(pod), 1)
  }

  /** One bind, with the declines before it; false when no pending pod fits anywhere. */
  step(view: ClusterView, out: Decisions): boolean {
    this.sort(view)
    for (let i = 0; i < this.pending.length; i++) {
      const pod = this.pending[i]
      const node = this.placer.place(pod, view)
      out.examined += this.placer.examined
      if (node === NONE) {
        out.decline(pod)
        continue
      }
      this.pending.splice(i, 1)
      out.bind(pod, node)
      return true
    }
    return false
  }

  /** All pending pods in queue order, for the cluster as it is now. */
  unschedulable(view: ClusterView): readonly PodId[] {
    this.sort(view)
    return this.pending
  }

  private sort(view: ClusterView): void {
    const key = new Map(this.pending.map((pod) => [pod, this.order(pod, view)]))
    this.pending.sort((a, b) => compare(key.get(a)!, key.get(b)!) || view.pods.order[a] - view.pods.order[b])
  }
}

/** Not `a - b`, which is NaN for two infinite ranks. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** The twin of queue and loop: every pending pod is tried in order, again and again, whatever was learned before. */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Decisions } from '../../cluster/decisions.ts'
import type { NaiveOrder } from '../orders/policy.ts'
import type { Placer } from '../policy.ts'

/** Binds what `SchedulingLoop` binds, in the same order; it declines far more, as it forgets what it knows. */
export class NaiveLoop {
  private readonly pending: number[] = []
  private readonly placer: Placer
  private readonly order: NaiveOrder

  /** Without an order: first in, first out. */
  constructor(placer: Placer, order: NaiveOrder = () => 0) {
    this.placer = placer
    this.order = order
  }

  enqueue(pod: number): void {
    this.pending.push(pod)
  }

  drop(pod: number): void {
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

  /** In order, as the cluster is now. */
  unschedulable(view: ClusterView): readonly number[] {
    this.sort(view)
    return this.pending
  }

  private sort(view: ClusterView): void {
    const key = new Map(this.pending.map((pod) => [pod, this.order(pod, view)]))
    this.pending.sort((a, b) => compare(key.get(a)!, key.get(b)!) || view.pods.order[a] - view.pods.order[b])
  }
}

/** Infinity less Infinity is no number, so no difference. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

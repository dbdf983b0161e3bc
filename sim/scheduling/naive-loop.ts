/** The twin of queue and loop: every pending pod is tried in order, again and again, whatever was learned before. */
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Decisions } from '../cluster/decisions.ts'
import type { Placer } from './policy.ts'

/** Binds what `SchedulingLoop` binds, in the same order; it declines far more, as it forgets what it knows. */
export class NaiveLoop {
  private readonly pending: number[] = []
  private readonly placer: Placer

  constructor(placer: Placer) {
    this.placer = placer
  }

  enqueue(pod: number, view: ClusterView): void {
    this.pending.push(pod)
    this.pending.sort((a, b) => view.pods.order[a] - view.pods.order[b])
  }

  drop(pod: number): void {
    this.pending.splice(this.pending.indexOf(pod), 1)
  }

  /** One bind, with the declines before it; false when no pending pod fits anywhere. */
  step(view: ClusterView, out: Decisions): boolean {
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

  unschedulable(): readonly number[] {
    return this.pending
  }
}

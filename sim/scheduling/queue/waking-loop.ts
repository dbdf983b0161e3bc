/**
 * Drives a scheduler of the wide form: at each wake it sees all of its pending pods, in the order of its queue, and writes any decisions:
 * binds (also in groups that stand or fall together), evictions, nominations, declines with reasons.
 */
import { DecisionKind, type Decisions } from '../../cluster/decisions.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { PodId } from '../../common/ids.ts'
import type { QueueOrder } from '../orders/policy.ts'
import type { Scheduler, Wake } from '../policy.ts'
import type { SchedulingDriver } from './driver.ts'

export class WakingLoop implements SchedulingDriver {
  again = false
  readonly unfinished = false
  /** Pending pods, first in order first. */
  private readonly pods: PodId[] = []
  /** Their ranks by the queue order; all 0 without one. */
  private readonly ranks: number[] = []
  /** Pods that a wake declined and that are still pending. */
  private readonly declined = new Set<PodId>()
  private readonly scheduler: Scheduler
  private readonly view: ClusterView
  private readonly order: QueueOrder
  private readonly name: string

  constructor(scheduler: Scheduler, view: ClusterView, order: QueueOrder = {}, name = 'the scheduler') {
    if (order.groups !== undefined) {
      throw new Error(`${name} sees all pending pods at once, which have no order by groups; accepted: a queue order with a rank, or none`)
    }
    this.scheduler = scheduler
    this.view = view
    this.order = order
    this.name = name
  }

  get waiting(): number {
    return this.pods.length
  }

  get idle(): boolean {
    return this.pods.length === 0
  }

  /** Behind all pods of lower or equal rank; a pod that returns stands where its creation puts it. */
  enqueue(pod: PodId): void {
    const created = this.view.pods.order
    const rank = this.order.rank?.(pod, this.view) ?? 0
    let place = this.pods.length
    while (place > 0 && (this.ranks[place - 1] > rank || (this.ranks[place - 1] === rank && created[this.pods[place - 1]] > created[pod])))
      place--
    this.pods.splice(place, 0, pod)
    this.ranks.splice(place, 0, rank)
  }

  drop(pod: PodId): void {
    const place = this.pods.indexOf(pod)
    if (place < 0) return
    this.pods.splice(place, 1)
    this.ranks.splice(place, 1)
    this.declined.delete(pod)
  }

  refused(pod: PodId): void {
    this.enqueue(pod)
  }

  wake(reason: Wake, view: ClusterView, out: Decisions): boolean {
    this.again = false
    if (this.pods.length === 0) return false
    this.scheduler.wake(reason, view, this.pods, out)
    if (out.count === 0) return false
    const pending = new Set(this.pods)
    const before = pending.size
    for (let row = 0; row < out.count; row++) {
      const pod = out.pod[row]
      const kind = out.kind[row]
      if (kind === DecisionKind.Bind) {
        if (!pending.delete(pod))
          throw new Error(`${this.name} binds pod ${pod}, which is not pending in its queue; accepted: one of the pods it was given`)
        this.declined.delete(pod)
      } else if (kind === DecisionKind.Decline) this.declined.add(pod)
      if (kind === DecisionKind.Bind || kind === DecisionKind.Evict) this.again = true
    }
    if (pending.size < before) this.keep(pending)
    return true
  }

  /** Drops all other pods, in one pass: a wake may bind thousands. */
  private keep(pending: ReadonlySet<PodId>): void {
    let kept = 0
    this.pods.forEach((pod, place) => {
      if (!pending.has(pod)) return
      this.pods[kept] = pod
      this.ranks[kept++] = this.ranks[place]
    })
    this.pods.length = kept
    this.ranks.length = kept
  }

  unschedulable(visit: (pod: PodId) => void): void {
    for (const pod of this.pods) if (this.declined.has(pod)) visit(pod)
  }
}

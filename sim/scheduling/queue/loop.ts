/**
 * Drives a placer: takes the next pod for which a try can succeed, asks the placer, writes the decision.
 *
 * One decision per step, because each must see the effect of the one before it: the caller commits between two steps, and charges the
 * decision time there. A scheduler with a decision time takes one step per wake, one without takes steps until nothing is left.
 */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Decisions } from '../../cluster/decisions.ts'
import type { PodId } from '../../common/ids.ts'
import type { Placer, Wake } from '../policy.ts'
import { assertPlaced } from './chosen.ts'
import type { SchedulingDriver } from './driver.ts'
import { PendingQueue } from './queue.ts'

export class SchedulingLoop implements SchedulingDriver {
  /** After each decision the next pod is worth a look. */
  readonly again = true
  readonly unfinished = false
  private readonly view: ClusterView
  private readonly placer: Placer
  private readonly queue: PendingQueue
  private readonly name: string

  /** @param name of the algorithm, for messages */
  constructor(view: ClusterView, placer: Placer, queue: PendingQueue = new PendingQueue(), name = 'the scheduler') {
    this.view = view
    this.placer = placer
    this.queue = queue
    this.name = name
  }

  /** Pending pods, those included that are known to fit nowhere. */
  get waiting(): number {
    return this.queue.size
  }

  get idle(): boolean {
    return this.queue.head(this.view) === NONE
  }

  /** A pod was created. When its class is known to fit nowhere it stays pending without a try, which would fail. */
  enqueue(pod: PodId): void {
    this.queue.add(pod, this.view)
  }

  /** A pending pod was deleted, or placed by another scheduler. O(1). */
  drop(pod: PodId): void {
    this.queue.remove(pod)
  }

  /** The commit did not accept a bind (the node changed since the decision): the pod is pending again, in its place by creation. */
  refused(pod: PodId): void {
    this.queue.add(pod, this.view)
  }

  wake(_reason: Wake, view: ClusterView, out: Decisions): boolean {
    return this.step(view, out)
  }

  /**
   * Decides about the next pod for which a try can succeed: adds one bind or one decline to `out`, and what was examined for it to
   * `out.examined`. A bound pod leaves the queue, a declined one stays. False, with nothing added, when there is nothing to decide until
   * the cluster changes.
   */
  step(view: ClusterView, out: Decisions): boolean {
    const pod = this.queue.head(view)
    if (pod === NONE) return false
    const node = this.placer.place(pod, view)
    out.examined += this.placer.examined
    const podClass = view.pods.podClass[pod]
    if (node === NONE) {
      this.queue.park(podClass)
      out.decline(pod)
      return true
    }
    const devices = this.placer.devices ?? NONE
    assertPlaced(this.name, { pod, node, devices }, view)
    this.queue.remove(pod)
    out.bind(pod, node, devices)
    return true
  }

  /** Calls `visit` with every pod that is known to fit nowhere, oldest first: those for which a node autoscaler adds nodes. */
  unschedulable(visit: (pod: number) => void): void {
    this.queue.visitParked(this.view, visit)
  }
}

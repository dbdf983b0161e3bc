/**
 * Pods that may run on one node only (those of DaemonSets). They are bound there as soon as they fit; the default scheduler's decision time
 * is charged and scheduling algorithms are not asked, because there is nothing to choose.
 */
import type { Cluster } from '../cluster/cluster.ts'
import type { NodeId, PodId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'

/** What pinned pods need of the run. */
export interface PinnedRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly input: { readonly delays: { readonly decision: Time } }
}

export class PinnedPods {
  /** Until the origin decisions take no time. */
  warm = true
  private heldUntil: Time = 0
  /** By node: pods that do not fit yet, oldest first. */
  private readonly waiting = new Map<NodeId, PodId[]>()
  private readonly nodeOf = new Map<PodId, NodeId>()
  private readonly run: PinnedRun
  private readonly bound: (pod: PodId, time: Time) => void

  /** @param bound carries out the bind that is decided at `time` */
  constructor(run: PinnedRun, bound: (pod: PodId, time: Time) => void) {
    this.run = run
    this.bound = bound
  }

  /** Whether the pod waits for its node. */
  has(pod: PodId): boolean {
    return this.nodeOf.has(pod)
  }

  arrived(pod: PodId, node: NodeId): void {
    if (this.binds(pod, node)) return
    this.nodeOf.set(pod, node)
    const pods = this.waiting.get(node)
    if (pods === undefined) this.waiting.set(node, [pod])
    else pods.push(pod)
  }

  /** A waiting pod is deleted. */
  dropped(pod: PodId): void {
    const node = this.nodeOf.get(pod)!
    this.nodeOf.delete(pod)
    const left = this.waiting.get(node)!.filter((other) => other !== pod)
    if (left.length > 0) this.waiting.set(node, left)
    else this.waiting.delete(node)
  }

  /** The node may have room again. */
  retry(node: NodeId): void {
    for (const pod of this.waiting.get(node) ?? []) {
      if (!this.binds(pod, node)) return
      this.dropped(pod)
    }
  }

  /** The scheduler is down until this time; `retryAll` follows then. */
  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
  }

  /** The scheduler is back. */
  retryAll(): void {
    for (const node of [...this.waiting.keys()]) this.retry(node)
  }

  private binds(pod: PodId, node: NodeId): boolean {
    const { cluster, simulator, input } = this.run
    if (simulator.now < this.heldUntil || !cluster.bind(pod, node, -1, simulator.now)) return false
    this.bound(pod, simulator.now + (this.warm ? 0 : input.delays.decision))
    return true
  }
}

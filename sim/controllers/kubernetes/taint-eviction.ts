/**
 * Taint eviction: pods leave a node whose NoExecute taints they do not tolerate, at once or after the seconds for which they tolerate them.
 * Budgets do not limit it. Source: Kubernetes 1.34 pkg/controller/tainteviction/taint_eviction.go.
 */
import { tolerates } from '../../cluster/feasibility/admissible.ts'
import type { Taint, Toleration } from '../../cluster/spec.ts'
import { NONE, type EventHandle, type NodeId, type PodId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'

const SECOND = 1_000_000

/** A toleration with a duration. */
export interface TimedToleration extends Toleration {
  /** Seconds for which a NoExecute taint is tolerated; absent: for ever. */
  readonly seconds?: number
}

/** What a pod tolerates of NoExecute taints: how long it may stay [µs]; 0: it leaves now, Infinity: it stays. */
export function stayOf(taints: readonly Taint[], tolerations: readonly TimedToleration[]): Time {
  let shortest = Infinity
  for (const taint of taints) {
    // The first toleration that matches counts, whatever the later ones allow.
    const used = tolerations.find((toleration) => tolerates(toleration, taint))
    if (used === undefined) return 0
    if (used.seconds !== undefined) shortest = Math.min(shortest, Math.max(0, used.seconds) * SECOND)
  }
  return shortest
}

interface TaintedPod {
  readonly tolerations: readonly TimedToleration[]
  /** Handle of the pending deletion, NONE without one. */
  timer: EventHandle
}

export class TaintEviction {
  private readonly onNode = new Map<NodeId, Map<PodId, TaintedPod>>()
  private readonly taintsOf = new Map<NodeId, readonly Taint[]>()
  private readonly nodeOf = new Map<PodId, NodeId>()
  private readonly simulator: Simulator
  private readonly evict: (pod: PodId) => void
  private readonly deletes: number
  private heldUntil: Time = 0

  /** @param evict deletes the pod; `podGone` must follow, now or later */
  constructor(simulator: Simulator, evict: (pod: PodId) => void) {
    this.simulator = simulator
    this.evict = evict
    this.deletes = simulator.register('tainted node evicts a pod', (pod) => {
      this.onNode.get(this.nodeOf.get(pod)!)!.get(pod)!.timer = NONE
      this.evict(pod)
    })
  }

  /** A pod was bound to a node. */
  podAdded(pod: PodId, node: NodeId, tolerations: readonly TimedToleration[]): void {
    const pods = this.onNode.get(node) ?? new Map<PodId, TaintedPod>()
    const tainted = { tolerations, timer: NONE }
    this.onNode.set(node, pods.set(pod, tainted))
    this.nodeOf.set(pod, node)
    this.judge(pod, tainted, this.taintsOf.get(node) ?? [])
  }

  /** The pod has ended, for whatever reason. */
  podGone(pod: PodId): void {
    const node = this.nodeOf.get(pod)
    if (node === undefined) return
    this.nodeOf.delete(pod)
    const pods = this.onNode.get(node)!
    this.stop(pods.get(pod)!)
    pods.delete(pod)
  }

  /** The taints of a node have changed. */
  taintsChanged(node: NodeId, taints: readonly Taint[]): void {
    const noExecute = taints.filter(({ effect }) => effect === 'NoExecute')
    if (noExecute.length === 0) this.taintsOf.delete(node)
    else this.taintsOf.set(node, noExecute)
    for (const [pod, tainted] of [...(this.onNode.get(node) ?? [])]) this.judge(pod, tainted, noExecute)
  }

  /** The controller is down until this time. It has forgotten then since when taints are tolerated: all periods begin again. */
  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
    for (const [node, taints] of this.taintsOf) {
      for (const tainted of this.onNode.get(node)?.values() ?? []) {
        if (tainted.timer !== NONE) this.simulator.move(tainted.timer, this.heldUntil + stayOf(taints, tainted.tolerations))
      }
    }
  }

  /** A running timer is neither shortened nor lengthened by other tolerated taints. */
  private judge(pod: PodId, tainted: TaintedPod, taints: readonly Taint[]): void {
    const stay = stayOf(taints, tainted.tolerations)
    if (stay === Infinity) this.stop(tainted)
    else if (stay === 0 && taints.some((taint) => !tainted.tolerations.some((toleration) => tolerates(toleration, taint)))) {
      this.stop(tainted)
      if (this.simulator.now < this.heldUntil) tainted.timer = this.simulator.at(this.heldUntil, this.deletes, pod, 0)
      else this.evict(pod)
    } else if (tainted.timer === NONE)
      tainted.timer = this.simulator.at(Math.max(this.simulator.now, this.heldUntil) + stay, this.deletes, pod, 0)
  }

  private stop(tainted: TaintedPod): void {
    if (tainted.timer !== NONE) this.simulator.cancel(tainted.timer)
    tainted.timer = NONE
  }
}

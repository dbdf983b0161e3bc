/**
 * Which endpoints of a service are used, where pods that terminate or are not ready count: those that are ready, or when there is none those
 * that terminate and still serve. Source: Kubernetes 1.34 pkg/proxy/topology.go (CategorizeEndpoints), KEP-1669; staging endpointslice
 * utils.go (publishNotReadyAddresses makes an endpoint ready from its address to its end).
 */
import { NONE, type PodId } from '../common/ids.ts'

/** The balancers of a service; `value` as in the log of the cluster. */
export interface UsedEndpoints {
  added(pod: PodId, value: number): void
  removed(pod: PodId, value: number): void
}

export class EndpointRules {
  private readonly used: UsedEndpoints
  private readonly ready = new Set<PodId>()
  /** Endpoints that terminate and serve, in order. */
  private readonly terminating = new Map<PodId, number>()
  /** Whether those that terminate are used, because none is ready. */
  private fallsBack = false

  constructor(used: UsedEndpoints) {
    this.used = used
  }

  /** An endpoint is ready, or one that was published before is by now. */
  added(pod: PodId, value: number): void {
    if (this.ready.has(pod)) this.used.removed(pod, value)
    this.ready.add(pod)
    this.used.added(pod, value)
    if (!this.fallsBack) return
    this.fallsBack = false
    for (const [other, late] of this.terminating) this.used.removed(other, late)
  }

  /** A ready endpoint begins to terminate. */
  terminates(pod: PodId, value: number): void {
    if (!this.ready.delete(pod)) return
    this.terminating.set(pod, value)
    if (this.ready.size > 0) this.used.removed(pod, value)
    else this.fallBack(pod)
  }

  /** An endpoint is gone, or not ready. */
  removed(pod: PodId, value: number): void {
    if (this.terminating.delete(pod)) {
      if (this.fallsBack) this.used.removed(pod, value)
      if (this.terminating.size === 0) this.fallsBack = false
      return
    }
    if (!this.ready.delete(pod)) return
    this.used.removed(pod, value)
    if (this.ready.size === 0) this.fallBack(NONE)
  }

  /** None is ready: those that terminate are used, of which `present` is already. */
  private fallBack(present: PodId): void {
    this.fallsBack = this.terminating.size > 0
    for (const [pod, value] of this.terminating) if (pod !== present) this.used.added(pod, value)
  }
}

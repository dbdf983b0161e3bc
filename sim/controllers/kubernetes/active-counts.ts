/**
 * Active, ready and available pods of a set, counted when a pod changes, so that a sync costs the same however many pods the set has.
 * `countActive` counts them one by one.
 */
import type { PodId, Time } from '../../common/ids.ts'
import { CountedAs, type PodObjects } from './pod-objects.ts'

/** Counts of a set's pods. */
export interface Counts {
  /** Active pods. */
  replicas: number
  ready: number
  available: number
}

export class ActiveCounts {
  private active = 0
  private ready = 0
  /** Ready pods that are not available yet. */
  private readonly young = new Set<PodId>()
  private readonly objects: PodObjects
  private readonly minReady: Time

  constructor(objects: PodObjects, minReady: Time) {
    this.objects = objects
    this.minReady = minReady
  }

  /** A column of the pod has changed. */
  changed(pod: PodId): void {
    const { objects } = this
    this.count(pod, !objects.isActive(pod) ? CountedAs.Inactive : objects.ready[pod] === 1 ? CountedAs.Ready : CountedAs.Active)
  }

  /** The object of the pod is removed. */
  gone(pod: PodId): void {
    this.count(pod, CountedAs.Inactive)
  }

  /** Active pods. */
  get replicas(): number {
    return this.active
  }

  /** The counts now. */
  at(now: Time): Counts {
    const { objects, minReady, young, active, ready } = this
    for (const pod of young) if (objects.isAvailable(pod, minReady, now)) young.delete(pod)
    return { replicas: active, ready, available: ready - young.size }
  }

  /** When the next pod becomes available, Infinity without one; after `at`. */
  get soonest(): Time {
    let soonest = Infinity
    for (const pod of this.young) soonest = Math.min(soonest, this.objects.readyChanged[pod] + this.minReady)
    return soonest
  }

  private count(pod: PodId, after: CountedAs): void {
    const { counted } = this.objects
    const before = counted[pod]
    if (before === after) return
    counted[pod] = after
    this.active += Number(after !== CountedAs.Inactive) - Number(before !== CountedAs.Inactive)
    this.ready += Number(after === CountedAs.Ready) - Number(before === CountedAs.Ready)
    if (this.minReady === 0) return
    if (after === CountedAs.Ready) this.young.add(pod)
    else this.young.delete(pod)
  }
}

/** Counts pods one by one. */
export function countActive(objects: PodObjects, pods: readonly PodId[], minReady: Time, now: Time): Counts {
  const active = pods.filter((pod) => objects.isActive(pod))
  const ready = active.filter((pod) => objects.ready[pod] === 1)
  return {
    replicas: active.length,
    ready: ready.length,
    available: ready.filter((pod) => objects.isAvailable(pod, minReady, now)).length,
  }
}

/**
 * What a descheduler moves, and what that costs. The replacement of an evicted pod is the next pod of its owner and class that gets a node; it is
 * matched with the longest-standing eviction of these.
 */
import type { NodeId, OwnerId, PodClassId, Time } from '../common/ids.ts'

/** A pod that was evicted from its node. */
export interface EvictedPod {
  readonly owner: OwnerId
  readonly podClass: PodClassId
  readonly node: NodeId
  /** Run time that is lost, times the CPU request [µs · millicores]. */
  readonly lost: number
}

/** An eviction whose replacement has no node. */
interface Left {
  readonly node: NodeId
  readonly at: Time
}

export class DeschedulingRecorder {
  /** In the window. */
  evictions = 0
  refusals = 0
  /** Replacements of evicted pods that have a node, of these on the node that they had left, and the sum of their times [µs]. */
  replaced = 0
  returned = 0
  waited = 0
  /** Sum of what is lost [µs · millicores]. */
  lost = 0
  private readonly left = new Map<number, Left[]>()
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  evicted({ owner, podClass, node, lost }: EvictedPod, now: Time): void {
    if (now < this.windowStart) return
    this.evictions++
    this.lost += lost
    const key = keyOf(owner, podClass)
    const waiting = this.left.get(key)
    if (waiting === undefined) this.left.set(key, [{ node, at: now }])
    else waiting.push({ node, at: now })
  }

  refused(now: Time): void {
    if (now >= this.windowStart) this.refusals++
  }

  /** A pod got a node. */
  bound(owner: OwnerId, podClass: PodClassId, node: NodeId, now: Time): void {
    const key = keyOf(owner, podClass)
    const waiting = this.left.get(key)
    if (waiting === undefined) return
    const { node: before, at } = waiting.shift()!
    if (waiting.length === 0) this.left.delete(key)
    this.replaced++
    this.waited += now - at
    if (before === node) this.returned++
  }
}

const CLASSES = 2 ** 26

const keyOf = (owner: OwnerId, podClass: PodClassId): number => owner * CLASSES + podClass

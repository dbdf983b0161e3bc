/**
 * The highest number of pods within the scale-down delay, in slots of time.
 * Source: knative.dev/serving v0.42 pkg/autoscaler/aggregation/max.
 */
import type { Time } from '../../../common/ids.ts'

/** Highest number by slots; several numbers of one slot count as their highest. */
export class DelayWindow {
  private readonly slot: Time
  private readonly slots: number
  /** Ascending in time, strictly decreasing in pods: a number that a later one reaches can no longer be the highest. */
  private readonly recent: { readonly slot: number; readonly pods: number }[] = []

  /**
   * @param delay length of the window [µs]
   * @param slot [µs]
   */
  constructor(delay: Time, slot: Time) {
    this.slot = slot
    this.slots = Math.ceil(delay / slot)
  }

  /** Records a number and returns the highest of the window that ends with its slot. */
  record(now: Time, pods: number): number {
    const { recent } = this
    const slot = Math.floor(now / this.slot)
    while (recent.length > 0 && recent[recent.length - 1].pods <= pods) recent.pop()
    while (recent.length > 0 && slot - recent[0].slot >= this.slots) recent.shift()
    if (recent.length === 0 || recent[recent.length - 1].slot < slot) recent.push({ slot, pods })
    return recent[0].pods
  }
}

/**
 * Imbalance of a service: the largest number of requests in flight on one ready pod over the mean of all ready pods, averaged over
 * time. Pods are counted by their requests in flight, so that a change costs a few additions and the largest number is never searched
 * for among the pods.
 */
import type { Time } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'

/** A row per number of requests in flight. */
export class Imbalance extends ColumnTable {
  /** Pods that have k requests in flight now. */
  private readonly podsAt = this.column(Int32Array)
  /** Time that pods spent with k requests in flight [pod·µs]. */
  private readonly timeAt = this.column(Float64Array)
  private pods = 0
  private inFlight = 0
  private largest = 0
  private since: Time = 0
  private weighted = 0
  private busyTime = 0

  /** A pod became ready with `count` requests in flight. */
  join(now: Time, count: number): void {
    this.settle(now)
    this.reserve(count + 1)
    this.pods++
    this.inFlight += count
    this.podsAt[count]++
    if (count > this.largest) this.largest = count
  }

  /** A pod is no longer ready; it has had `count` requests in flight since `since`. */
  leave(now: Time, count: number, since: Time): void {
    this.settle(now)
    this.timeAt[count] += now - since
    this.pods--
    this.inFlight -= count
    this.podsAt[count]--
    this.lower()
  }

  /** A ready pod's requests in flight changed from `before`, which they had been since `since`, to `after`. */
  changed(now: Time, before: number, after: number, since: Time): void {
    this.settle(now)
    if (after >= this.reserved) this.reserve(after + 1)
    this.timeAt[before] += now - since
    this.inFlight += after - before
    this.podsAt[before]--
    this.podsAt[after]++
    if (after > this.largest) this.largest = after
    else if (before === this.largest) this.lower()
  }

  /** Discards the past, at the end of warm-up; the caller must set the `since` of its pods to now. */
  reset(now: Time): void {
    this.since = now
    this.weighted = 0
    this.busyTime = 0
    this.timeAt.fill(0)
  }

  /** Time average of largest over mean, over the time in which requests were in flight; NaN when none ever was. */
  mean(now: Time): number {
    this.settle(now)
    return this.weighted / this.busyTime
  }

  /** Time in which requests were in flight [µs]. */
  get busy(): Time {
    return this.busyTime
  }

  /** Adds the time at each number of requests in flight to `into` (index: the number); returns `into`, or a longer copy if needed. */
  addTimes(into: Float64Array): Float64Array {
    const sum = grown(into, this.timeAt.length)
    for (let k = 0; k < this.timeAt.length; k++) sum[k] += this.timeAt[k]
    return sum
  }

  private settle(now: Time): void {
    const elapsed = now - this.since
    if (elapsed === 0) return
    this.since = now
    if (this.inFlight === 0) return
    this.busyTime += elapsed
    this.weighted += (elapsed * this.largest * this.pods) / this.inFlight
  }

  private lower(): void {
    while (this.largest > 0 && this.podsAt[this.largest] === 0) this.largest--
  }
}

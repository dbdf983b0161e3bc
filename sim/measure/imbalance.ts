/**
 * How unevenly a service's requests stand on its ready pods: the largest number in flight on one pod over the mean, in time. Counts of
 * pods by requests in flight make the largest a moving pointer, so that a change costs a few additions and never a scan.
 */
import { grown } from '../common/table.ts'

export class Imbalance {
  private podsAt = new Int32Array(64)
  private pods = 0
  private inFlight = 0
  private largest = 0
  private since = 0
  private weighted = 0
  private busyTime = 0
  /** Time that pods spent with k requests in flight [pod·µs]. */
  private timeAt = new Float64Array(64)

  join(now: number, count: number): void {
    this.settle(now)
    this.room(count)
    this.pods++
    this.inFlight += count
    this.podsAt[count]++
    if (count > this.largest) this.largest = count
  }

  leave(now: number, count: number, since: number): void {
    this.settle(now)
    this.timeAt[count] += now - since
    this.pods--
    this.inFlight -= count
    this.podsAt[count]--
    this.lower()
  }

  /** A ready pod's requests in flight went from one number to the next; `since` is when it had last changed. */
  changed(now: number, before: number, after: number, since: number): void {
    this.settle(now)
    if (after >= this.podsAt.length) this.room(after)
    this.timeAt[before] += now - since
    this.inFlight += after - before
    this.podsAt[before]--
    this.podsAt[after]++
    if (after > this.largest) this.largest = after
    else if (before === this.largest) this.lower()
  }

  /** Forgets everything before now, at the end of warm-up; pods' own clocks must be set to now by the caller. */
  reset(now: number): void {
    this.since = now
    this.weighted = 0
    this.busyTime = 0
    this.timeAt.fill(0)
  }

  /** Time mean of largest over mean, over the time in which anything was in flight; NaN when nothing ever was. */
  mean(now: number): number {
    this.settle(now)
    return this.weighted / this.busyTime
  }

  /** Time in which something was in flight [µs]. */
  get busy(): number {
    return this.busyTime
  }

  /** Adds the time at each number of requests in flight to `into` (index: the number), growing it when needed. */
  addTimes(into: Float64Array): Float64Array {
    const sum = grown(into, this.timeAt.length)
    for (let k = 0; k < this.timeAt.length; k++) sum[k] += this.timeAt[k]
    return sum
  }

  private settle(now: number): void {
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

  private room(count: number): void {
    if (count < this.podsAt.length) return
    const length = Math.max(count + 1, this.podsAt.length * 2)
    this.podsAt = grown(this.podsAt, length)
    this.timeAt = grown(this.timeAt, length)
  }
}

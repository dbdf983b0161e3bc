/** Pending times of pods, times to readiness, and binds per minute. Pods belong to the window by creation. */
import type { PodClassId, Time } from '../common/ids.ts'
import { grown } from '../common/table.ts'
import { Histogram } from './histogram.ts'

const MINUTE = 60_000_000

export class PodRecorder {
  /** Creation to bound [µs]. */
  readonly pending = new Histogram()
  /** Creation to ready, of pods of services [µs]. */
  readonly toReady = new Histogram()
  /** Pods that were unbound at the horizon, whenever they were created. */
  censored = 0
  /** Pods of services, of the window, that were not ready at the horizon. */
  readyCensored = 0
  /** Integral of the number of pending pods over the window [pod·µs, exact]. */
  unscheduled = 0
  /** Pods bound up to the horizon, of the window or not. */
  binds = 0
  /** Pods created by pod class since the start, ageing included: the mix that future pods are expected to have. */
  mix = new Float64Array(64)
  /** Binds by minute of the window. */
  private readonly bindsIn: Int32Array

  private readonly windowStart: Time
  private readonly windowEnd: Time

  constructor(windowStart: Time, windowEnd: Time) {
    this.windowStart = windowStart
    this.windowEnd = windowEnd
    this.bindsIn = new Int32Array(Math.max(1, Math.ceil((windowEnd - windowStart) / MINUTE)))
  }

  /** A pod of this class was created. */
  created(podClass: PodClassId): void {
    if (podClass >= this.mix.length) this.mix = grown(this.mix, Math.max(podClass + 1, this.mix.length * 2))
    this.mix[podClass]++
  }

  /** A pod created at `created` has a node from `time` on, which may be after the horizon. Below 0: it had it before the run. */
  bound(created: Time, time: Time): void {
    if (created < 0) return
    if (time > this.windowEnd) {
      this.unbound(created) // the decision is not in effect at the horizon
      return
    }
    this.binds++
    this.waited(created, time)
    if (created >= this.windowStart) this.pending.record(time - created)
    if (time >= this.windowStart && time < this.windowEnd) this.bindsIn[Math.floor((time - this.windowStart) / MINUTE)]++
  }

  /** A pod of a service became ready. */
  ready(created: Time, time: Time): void {
    if (created >= this.windowStart) this.toReady.record(time - created)
  }

  /** At the horizon, for each pod of a service that is not ready: counts it with the time so far. */
  unready(created: Time): void {
    if (created < this.windowStart) return
    this.readyCensored++
    this.toReady.record(this.windowEnd - created)
  }

  /** A pending pod was deleted at `time`. */
  deletedPending(created: Time, time: Time): void {
    this.waited(created, time)
  }

  /** At the horizon, for each pending pod: counts it with the time so far. */
  unbound(created: Time): void {
    this.waited(created, this.windowEnd)
    this.censored++
    if (created < this.windowStart) return
    this.pending.record(this.windowEnd - created)
  }

  /** Largest number of binds in one minute of the window [per second]. */
  get throughput(): number {
    return this.bindsIn.reduce((most, binds) => Math.max(most, binds), 0) / 60
  }

  /** Adds the part of a pending time that lies in the window. */
  private waited(from: Time, until: Time): void {
    const overlap = Math.min(until, this.windowEnd) - Math.max(from, this.windowStart)
    if (overlap > 0) this.unscheduled += overlap
  }
}

/** How pods fared: pending times, times to readiness, binds by the minute. Pods belong to the window by creation. */
import { grown } from '../common/table.ts'
import { Histogram } from './histogram.ts'

const MINUTE = 60_000_000

export class PodRecorder {
  readonly pending = new Histogram()
  readonly toReady = new Histogram()
  /** Pods of the window that were still unbound at the horizon. */
  censored = 0
  /** Pods of services of the window that were not ready at the horizon. */
  readyCensored = 0
  /** Integral over the window of pods that wait for a node [pod·µs, exact]. */
  unscheduled = 0
  private readonly bindsIn: Int32Array
  binds = 0

  private readonly windowStart: number
  private readonly windowEnd: number

  constructor(windowStart: number, windowEnd: number) {
    this.windowStart = windowStart
    this.windowEnd = windowEnd
    this.bindsIn = new Int32Array(Math.max(1, Math.ceil((windowEnd - windowStart) / MINUTE)))
  }

  /** Arrivals by pod class since the start, ageing included: the mix that future pods are expected to have. */
  mix = new Float64Array(64)

  created(podClass: number): void {
    if (podClass >= this.mix.length) this.mix = grown(this.mix, Math.max(podClass + 1, this.mix.length * 2))
    this.mix[podClass]++
  }

  bound(created: number, time: number): void {
    if (time > this.windowEnd) {
      this.unbound(created) // the decision is under way at the horizon
      return
    }
    this.binds++
    this.waited(created, time)
    if (created >= this.windowStart) this.pending.record(time - created)
    if (time >= this.windowStart && time < this.windowEnd) this.bindsIn[Math.floor((time - this.windowStart) / MINUTE)]++
  }

  ready(created: number, time: number): void {
    if (created >= this.windowStart) this.toReady.record(time - created)
  }

  /** At the horizon, for each pod of a service that is not ready yet: it counts with the time so far. */
  unready(created: number): void {
    if (created < this.windowStart) return
    this.readyCensored++
    this.toReady.record(this.windowEnd - created)
  }

  deletedPending(created: number, time: number): void {
    this.waited(created, time)
  }

  /** At the horizon, for each pod that still waits: it counts with the time so far. */
  unbound(created: number): void {
    this.waited(created, this.windowEnd)
    if (created < this.windowStart) return
    this.censored++
    this.pending.record(this.windowEnd - created)
  }

  /** Largest one-minute count of binds, per second. */
  get throughput(): number {
    return this.bindsIn.reduce((most, binds) => Math.max(most, binds), 0) / 60
  }

  private waited(from: number, until: number): void {
    const overlap = Math.min(until, this.windowEnd) - Math.max(from, this.windowStart)
    if (overlap > 0) this.unscheduled += overlap
  }
}

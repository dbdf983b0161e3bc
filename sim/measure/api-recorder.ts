/** Requests to the API server by component, how long clients and the server let them wait, and how long keys wait in work queues. */
import type { Time } from '../common/ids.ts'
import { Histogram } from './histogram.ts'

/** Who sends requests. */
export type ApiComponent = 'controllers' | 'scheduler' | 'kubelets'

/** In the order in which they are shown. */
export const API_COMPONENTS: readonly ApiComponent[] = ['controllers', 'scheduler', 'kubelets']

export class ApiRecorder {
  /** In the window. */
  readonly requests: Record<ApiComponent, number> = { controllers: 0, scheduler: 0, kubelets: 0 }
  /** Sum of their waits for a token [µs]. */
  throttled = 0
  /** Requests that the server refused. */
  refusals = 0
  /** From the arrival of a request at the server to its answer [µs]. */
  readonly latency = new Histogram()
  /** From the time at which a key is due to the sync that a worker begins with it: number, sum and longest of these delays [µs]. */
  syncs = 0
  queueDelay = 0
  longestDelay: Time = 0
  /** Since the start, for the series. */
  readonly sentBy: Record<ApiComponent, number> = { controllers: 0, scheduler: 0, kubelets: 0 }
  private longest: Time = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  sent(now: Time, wait: Time, by: ApiComponent): void {
    this.sentBy[by]++
    if (now < this.windowStart) return
    this.requests[by]++
    this.throttled += wait
  }

  answered(sent: Time, latency: Time): void {
    if (sent >= this.windowStart) this.latency.record(latency)
  }

  refused(now: Time): void {
    if (now >= this.windowStart) this.refusals++
  }

  queued(now: Time, delay: Time): void {
    if (delay > this.longest) this.longest = delay
    if (now < this.windowStart) return
    this.syncs++
    this.queueDelay += delay
    if (delay > this.longestDelay) this.longestDelay = delay
  }

  /** The longest queue delay since the last call. */
  takeLongest(): Time {
    const { longest } = this
    this.longest = 0
    return longest
  }
}

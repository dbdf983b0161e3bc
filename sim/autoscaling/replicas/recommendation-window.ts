/** A scale-down window for recommended numbers of replicas, as the HPA's stabilization window. */
import type { Time } from '../../common/ids.ts'

/** A remainder below this is a rounding error and adds no replica: 10 pods at 0.84 over 0.7 come out as 12.000000000000002. */
export const ROUNDING = 1e-6

/**
 * Raises each recommendation to the highest one younger than the window: scale-up is immediate, scale-down delayed. A recommendation
 * followed by one at least as high is dropped, since it can no longer be the highest.
 */
export class RecommendationWindow {
  private readonly length: Time
  private started = false
  /** Strictly decreasing in recommended replicas, ascending in time. */
  private readonly recent: { readonly time: Time; readonly replicas: number }[] = []

  /** @param length of the window [µs]; 0: recommendations are returned as they are */
  constructor(length: Time) {
    this.length = length
  }

  /**
   * To be called at each decision, with samples or without. The first call records the present size as a recommendation, as the HPA
   * does, so that the first scale-down is delayed too.
   */
  start(now: Time, replicas: number): void {
    if (!this.started) this.add(now, replicas)
    this.started = true
  }

  /** The highest of this recommendation and the recent ones. What is recorded is the recommendation and not the result, or a peak would sustain itself. */
  stabilize(now: Time, recommended: number): number {
    const result = Math.max(recommended, this.highest(now))
    this.add(now, recommended)
    return result
  }

  private add(now: Time, replicas: number): void {
    const { recent } = this
    while (recent.length > 0 && recent[recent.length - 1].replicas <= replicas) recent.pop()
    recent.push({ time: now, replicas })
  }

  /** 0 when the window is empty. */
  private highest(now: Time): number {
    const { recent } = this
    while (recent.length > 0 && now - recent[0].time >= this.length) recent.shift()
    return recent.length > 0 ? recent[0].replicas : 0
  }
}

/** What autoscalers that wish for a number and come down slowly have in common. */

/** 10 pods at 0.84 of 0.7 come out as 12.000000000000002; a remainder as small as this is rounding, and must not buy a pod. */
export const SLIVER = 1e-6

/**
 * Up at once, down to the largest of the wishes younger than a length of time. Smaller wishes before a larger one can never matter again and
 * go at once.
 */
export class WishWindow {
  private readonly length: number
  private known = false
  private readonly falling: { readonly time: number; readonly wish: number }[] = []

  constructor(length: number) {
    this.length = length
  }

  /** At each decision, measured or not. As the HPA does at first contact: the present size counts as a wish, so that the very first step down waits too. */
  meet(now: number, replicas: number): void {
    if (!this.known) this.add(now, replicas)
    this.known = true
  }

  /** What the wish comes to. It counts from the next decision on, as the wish before the window held it, or a peak would hold itself up for ever. */
  steady(now: number, wish: number): number {
    const result = Math.max(wish, this.largest(now))
    this.add(now, wish)
    return result
  }

  private add(now: number, wish: number): void {
    const { falling } = this
    while (falling.length > 0 && falling[falling.length - 1].wish <= wish) falling.pop()
    falling.push({ time: now, wish })
  }

  /** 0 when there is none. */
  private largest(now: number): number {
    const { falling } = this
    while (falling.length > 0 && now - falling[0].time >= this.length) falling.shift()
    return falling.length > 0 ? falling[0].wish : 0
  }
}

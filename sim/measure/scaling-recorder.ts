/** Counts scaling actions, and reversals: actions opposite to the last one of the same target within ten minutes. */
import type { Time } from '../common/ids.ts'

/** An opposite action up to this long after the last one is a reversal [µs]. */
const REVERSAL = 600_000_000

export class ScalingRecorder {
  /** Actions of the window. */
  actions = 0
  /** Those of them that are reversals. */
  reversals = 0
  /** The last action by target, of the window or not. */
  private readonly last = new Map<string, { readonly time: Time; readonly direction: number }>()

  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  /** Records a change of a target's size; `target` names what was scaled. A change by 0 is no action. */
  action(target: string, change: number, now: Time): void {
    const direction = Math.sign(change)
    if (direction === 0) return
    const before = this.last.get(target)
    this.last.set(target, { time: now, direction })
    if (now < this.windowStart) return
    this.actions++
    if (before !== undefined && before.direction !== direction && now - before.time <= REVERSAL) this.reversals++
  }
}

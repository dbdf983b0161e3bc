/** Scaling actions, and those that undo one of the same target within ten minutes. */
const REVERSAL = 600_000_000

export class ScalingRecorder {
  actions = 0
  reversals = 0
  private readonly last = new Map<string, { time: number; direction: number }>()

  private readonly windowStart: number

  constructor(windowStart: number) {
    this.windowStart = windowStart
  }

  /** `target` names what was scaled; the direction is the sign of the change. */
  action(target: string, change: number, now: number): void {
    const direction = Math.sign(change)
    if (direction === 0) return
    const before = this.last.get(target)
    this.last.set(target, { time: now, direction })
    if (now < this.windowStart) return
    this.actions++
    if (before !== undefined && before.direction !== direction && now - before.time <= REVERSAL) this.reversals++
  }
}

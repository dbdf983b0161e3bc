/**
 * A sine wave around 1: 1 + a sin(2π (y + phase)), 0 <= a <= 1, and the inverse of its integral
 * G(y) = y - a / 2π × (cos 2π(y + phase) - cos 2π phase) within one period, where G(1) = 1. That is Kepler's equation, which has no closed
 * inverse: Newton's method from the last position, held in a shrinking bracket, to less than a microsecond.
 */
const TURN = 2 * Math.PI
/**
 * After a Newton step δ the error is at most δ² π a / slope periods: when δ² / slope is below this bound, the error is 3e-14 of a period,
 * 0.003 µs of a day. Gaps of a ten-millionth of a period then need one evaluation of the wave.
 */
const CLOSE = 1e-14
/** Enough to halve the bracket down to rounding, if no Newton step stays in it. */
const MAX_STEPS = 64

export class Wave {
  private readonly amplitude: number
  private readonly phase: number
  private readonly cosine0: number

  /** Phase in periods. */
  constructor(amplitude: number, phase: number) {
    this.amplitude = amplitude
    this.phase = phase
    this.cosine0 = Math.cos(TURN * phase)
  }

  /** Height at y periods. */
  at(y: number): number {
    return 1 + this.amplitude * Math.sin(TURN * (y + this.phase))
  }

  /** The y from `low` to 1 with G(y) = target. */
  inverse(target: number, low: number): number {
    let high = 1
    let y = low
    for (let step = 0; step < MAX_STEPS; step++) {
      const angle = TURN * (y + this.phase)
      const error = y - (this.amplitude / TURN) * (Math.cos(angle) - this.cosine0) - target
      if (error > 0) high = y
      else low = y
      const slope = 1 + this.amplitude * Math.sin(angle)
      const newton = y - error / slope
      if (newton >= low && newton <= high) {
        const moved = newton - y
        y = newton
        if (moved * moved < CLOSE * slope) break
      } else {
        // Outside the bracket, or NaN where the rate is 0: halve instead.
        y = (low + high) / 2
      }
    }
    return y
  }
}

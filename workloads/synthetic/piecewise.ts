/**
 * A rate that consists of straight lines, and the inverse of its cumulated rate Λ: on a line of rate r and slope k, Λ rises by
 * r s + k s² / 2, and s = 2u / (r + √(r² + 2ku)) is the numerically stable root. The last line has no end.
 */

/** One line. */
export interface Line {
  /** Its beginning [µs]; 0 for the first line. */
  readonly from: number
  /** Rate at its beginning [1/s]. */
  readonly rate: number
  /** Rate at its end [1/s]; for the last line, which has no end, equal to `rate`. */
  readonly to: number
}

export class PiecewiseLinear {
  private readonly from: Float64Array
  /** [1/µs] and [1/µs²]. */
  private readonly rates: Float64Array
  private readonly slopes: Float64Array
  /** Λ at the beginning of each line. */
  readonly reached: Float64Array
  private line = 0

  constructor(lines: readonly Line[]) {
    const ends = lines.map((_, i) => (i + 1 < lines.length ? lines[i + 1].from : Infinity))
    this.from = Float64Array.from(lines, ({ from }) => from)
    this.rates = Float64Array.from(lines, ({ rate }) => rate / 1e6)
    this.slopes = Float64Array.from(lines, ({ from, rate, to }, i) =>
      ends[i] > from && ends[i] < Infinity ? (to - rate) / 1e6 / (ends[i] - from) : 0,
    )
    this.reached = new Float64Array(lines.length)
    for (let i = 1; i < lines.length; i++) {
      const length = ends[i - 1] - this.from[i - 1]
      this.reached[i] = this.reached[i - 1] + (length * (lines[i - 1].rate + lines[i - 1].to)) / 2e6
    }
  }

  /** The time at which Λ reaches `units` [µs, not rounded]; Infinity: never. `units` must not fall from call to call. */
  inverse(units: number): number {
    const { reached } = this
    while (this.line + 1 < reached.length && units >= reached[this.line + 1]) this.line++
    const { line } = this
    const left = units - reached[line]
    const rate = this.rates[line]
    const root = rate + Math.sqrt(Math.max(0, rate * rate + 2 * this.slopes[line] * left))
    const time = this.from[line] + (root === 0 ? Infinity : (2 * left) / root)
    // Rounding may pass the end of a line slightly.
    return line + 1 < reached.length ? Math.min(time, this.from[line + 1]) : time
  }

  /** Rate at a time [1/s]. */
  rateAt(time: number): number {
    let line = 0
    while (line + 1 < this.from.length && time >= this.from[line + 1]) line++
    return (this.rates[line] + this.slopes[line] * Math.max(0, time - this.from[line])) * 1e6
  }
}

/** Forecasts of the arrival rate of a service from its past, one value per slot of equal length. */

/** Learns the values of successive slots and forecasts later ones. */
export interface Forecaster {
  /** The value of the slot that follows those observed before. */
  observe(value: number): void
  /** The value of the slot `steps` after the last observed one, from 1; NaN when too little is known. */
  forecast(steps: number): number
}

/** The last `length` values, by their distance from the newest. */
export class RecentValues {
  private readonly values: Float64Array
  private next = 0
  /** Number of values held. */
  count = 0

  constructor(length: number) {
    this.values = new Float64Array(length)
  }

  add(value: number): void {
    const { values } = this
    values[this.next] = value
    this.next = (this.next + 1) % values.length
    this.count = Math.min(this.count + 1, values.length)
  }

  /** The value `back` before the newest; 0: the newest. */
  at(back: number): number {
    const { values } = this
    return values[(this.next - 1 - back + 2 * values.length) % values.length]
  }
}

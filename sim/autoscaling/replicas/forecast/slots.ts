/** Mean values of successive slots, from observations at any time. */
import type { Time } from '../../../common/ids.ts'

/** Averages what is observed in each slot and passes it on when the slot is over; a slot without an observation repeats the one before. */
export class Slots {
  private readonly length: Time
  private readonly finished: (mean: number) => void
  private slot = 0
  private sum = 0
  private count = 0
  private last = NaN

  /** @param length of a slot [µs] */
  constructor(length: Time, finished: (mean: number) => void) {
    this.length = length
    this.finished = finished
  }

  /** @param elapsed time since the start, not before that of the last call */
  observe(elapsed: Time, value: number): void {
    const slot = Math.floor(elapsed / this.length)
    while (this.slot < slot) this.close()
    this.sum += value
    this.count++
  }

  private close(): void {
    this.slot++
    if (this.count > 0) this.last = this.sum / this.count
    this.sum = 0
    this.count = 0
    if (!Number.isNaN(this.last)) this.finished(this.last)
  }
}

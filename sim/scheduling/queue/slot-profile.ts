/** How many slots are free from now on, by the requested times of jobs: a step function of time. */
import type { Time } from '../../common/ids.ts'

export class SlotProfile {
  /** Steps in ascending order of time; the last one lasts for ever. */
  private readonly times: Time[]
  private readonly free: number[]

  constructor(now: Time, slots: number) {
    this.times = [now]
    this.free = [slots]
  }

  /** Adds slots, which may be negative, from `from` until `to`; Infinity: for ever. */
  add(from: Time, to: Time, slots: number): void {
    if (slots === 0 || to <= from) return
    const first = this.step(from)
    const last = to === Infinity ? this.times.length : this.step(to)
    for (let i = first; i < last; i++) this.free[i] += slots
  }

  /** The earliest time from which `slots` are free for `length`; Infinity when there is none. */
  earliest(slots: number, length: Time): Time {
    const { times, free } = this
    let start = 0
    for (let i = 0; i < times.length; i++) {
      if (i > start && times[i] >= times[start] + length) return times[start]
      if (free[i] < slots) start = i + 1
    }
    return start < times.length ? times[start] : Infinity
  }

  /** Whether `slots` are free from `from` for `length`. */
  holds(slots: number, from: Time, length: Time): boolean {
    const { times, free } = this
    for (let i = this.before(from); i < times.length && times[i] < from + length; i++) if (free[i] < slots) return false
    return true
  }

  /** The step that begins at the time, made when there is none. */
  private step(time: Time): number {
    const place = this.before(time)
    if (this.times[place] >= time) return place
    this.times.splice(place + 1, 0, time)
    this.free.splice(place + 1, 0, this.free[place])
    return place + 1
  }

  /** The last step that begins at the time or before it, the first one when none does. */
  private before(time: Time): number {
    let low = 0
    let high = this.times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.times[middle] <= time) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}

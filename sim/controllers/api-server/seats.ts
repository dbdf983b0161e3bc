/**
 * A limit of requests in flight with one queue, first in, first out. The time at which a request is answered is known when it arrives, so
 * that requests nobody waits for need no event.
 */
import type { Time } from '../../common/ids.ts'

/** What a queue bounds. */
export interface SeatLimits {
  /** Requests in flight. */
  readonly seats: number
  /** Requests that wait, and for how long each may [µs]. */
  readonly queue: number
  readonly wait: Time
}

/** What becomes of a request. */
export interface Seated {
  /** When it is answered, or refused. */
  time: Time
  refused: boolean
}

export class Seats {
  private readonly limits: SeatLimits
  /** Times at which seats are free again: a heap whose least is first; seats that were never taken are not in it. */
  private readonly free: number[] = []
  /** Times at which those that wait leave the queue, in order; the first of them. */
  private readonly leaving: number[] = []
  private first = 0
  private readonly seated: Seated = { time: 0, refused: false }

  constructor(limits: SeatLimits) {
    this.limits = limits
  }

  /** A request that holds a seat for `duration`; arrivals come in order of time. The answer is valid until the next call. */
  take(arrival: Time, duration: Time): Seated {
    const { limits, free, seated } = this
    seated.refused = false
    if (free.length < limits.seats) {
      seated.time = arrival + duration
      this.push(seated.time)
      return seated
    }
    const start = Math.max(arrival, free[0])
    if (start > arrival && !this.queues(arrival, start)) return seated
    seated.time = start + duration
    this.replaceFirst(seated.time)
    return seated
  }

  /** False: it is refused, at once or after its longest wait. */
  private queues(arrival: Time, start: Time): boolean {
    const { limits, leaving, seated } = this
    while (this.first < leaving.length && leaving[this.first] <= arrival) this.first++
    if (this.first > 64 && 2 * this.first > leaving.length) {
      leaving.splice(0, this.first)
      this.first = 0
    }
    seated.refused = leaving.length - this.first >= limits.queue
    if (seated.refused) {
      seated.time = arrival
      return false
    }
    seated.time = Math.min(start, arrival + limits.wait)
    leaving.push(seated.time)
    seated.refused = seated.time < start
    return !seated.refused
  }

  private push(time: Time): void {
    const { free } = this
    let row = free.push(time) - 1
    while (row > 0) {
      const parent = (row - 1) >> 1
      if (free[parent] <= time) break
      free[row] = free[parent]
      row = parent
    }
    free[row] = time
  }

  private replaceFirst(time: Time): void {
    const { free } = this
    let row = 0
    for (;;) {
      let child = 2 * row + 1
      if (child >= free.length) break
      if (child + 1 < free.length && free[child + 1] < free[child]) child++
      if (free[child] >= time) break
      free[row] = free[child]
      row = child
    }
    free[row] = time
  }
}

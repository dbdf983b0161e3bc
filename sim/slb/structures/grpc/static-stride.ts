/**
 * Static stride: in each round over the backends, those of the largest weight are picked, the others in some rounds, evenly spread.
 * Source: google.golang.org/grpc v1.85 balancer/weightedroundrobin/scheduler.go (gRFC A58).
 */

/** The largest weight is scaled to this. */
const FULL = 0xffff
/** Moves the rounds in which a backend is passed over by half a period per place, so that neighbours do not miss the same one. */
const OFFSET = FULL >>> 1

/** Weights of backends, by place; 0: not known. */
export interface Schedule {
  /** Places in turn, when fewer than two weights are known or all are equal. */
  readonly roundRobin: boolean
  /** Scaled weights; unknown ones are the mean of the known. */
  readonly weights: Uint16Array
}

/** The schedule for these weights. */
export function scheduleOf(weights: readonly number[]): Schedule {
  const known = weights.filter((weight) => weight > 0)
  if (known.length < 2) return { roundRobin: true, weights: new Uint16Array(weights.length) }
  const scale = FULL / Math.max(...known)
  const mean = Math.round(scale * (known.reduce((sum, weight) => sum + weight, 0) / known.length))
  const scaled = Uint16Array.from(weights, (weight) => (weight > 0 ? Math.round(scale * weight) : mean))
  return { roundRobin: scaled.every((weight) => weight === mean), weights: scaled }
}

/** What decides whether the backend at a place is picked in a round: it is from 65535 - weight on. */
export const remainderAt = (weight: number, place: number, round: number): number => (weight * round + place * OFFSET) % FULL

/** A picker: a number that grows with each backend looked at, picked or not. The numbers are of 32 bits. */
export class StaticStride {
  schedule: Schedule
  private sequence: number

  /** @param start of the sequence, which clients choose at random so that they do not move in step */
  constructor(schedule: Schedule, start: number) {
    this.schedule = schedule
    this.sequence = start >>> 0
  }

  /** The place of the next backend. There is one. */
  next(): number {
    const { roundRobin, weights } = this.schedule
    const { length } = weights
    for (;;) {
      this.sequence = (this.sequence + 1) >>> 0
      const place = this.sequence % length
      if (roundRobin || remainderAt(weights[place], place, Math.floor(this.sequence / length)) >= FULL - weights[place]) return place
    }
  }
}

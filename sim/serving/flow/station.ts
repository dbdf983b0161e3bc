/**
 * The number of requests in equal queues over time, without single requests: the pointwise stationary fluid flow approximation. A queue
 * with L requests inside is as busy as the stationary one that has L in the mean, so dL/dt = arrivals - capacity * busy(L). It covers
 * stationary load, ramps and overload by one rule; a step of time is taken implicitly, so that it may be long beside a service time.
 * Source: Wang, Tipper, Banerjee 1996, A simple approximation for modeling nonstationary queues (IEEE INFOCOM); Allen and Cunneen's
 * factor for arrivals and services that are not exponential; choices of a queue by the functions below.
 */
import { WaitingProbability } from './waiting.ts'

/** Utilization from which a queue counts as saturated: it serves all the time and grows by what exceeds its capacity. */
const SATURATED = 1 - 1e-7
const PRECISION = 1e-10

/** Equal queues. */
export interface StationSpec {
  /** How many of them. */
  readonly queues: number
  /** Servers of each, from 1; need not be whole. */
  readonly servers: number
  /** Time of a service [µs]. */
  readonly service: number
  /** Mean of the squared coefficients of variation of gaps and services; 1 for M/M/c. */
  readonly variability: number
  /** How an arrival finds its queue: each has its own arrivals, or one of the shorter of two, or of the shortest of all `pods` in one queue. */
  readonly choice: 'own' | 'two' | 'all'
  /** Pods among which balancers choose. */
  readonly pods: number
}

/** Queues and what is inside of them. */
export class Station {
  readonly spec: StationSpec
  /** Requests inside of all queues. */
  inside: number
  /** Share of the servers that are busy at the end of the last step, and the probability to wait at it. */
  utilization = 0
  /** Requests per µs that all queues can serve. */
  readonly capacity: number
  private readonly waiting: WaitingProbability

  constructor(spec: StationSpec, inside: number) {
    this.spec = spec
    this.inside = inside
    this.capacity = (spec.queues * spec.servers) / spec.service
    this.waiting = new WaitingProbability(spec.servers)
  }

  /** The probability to wait, at a utilization. */
  waitingAt(utilization: number): number {
    return this.waiting.at(utilization)
  }

  /** Requests that wait in all queues, in the stationary state of a utilization below 1. */
  queuedAt(utilization: number): number {
    const { queues, variability, choice, pods } = this.spec
    const one = (queues * variability * this.waiting.at(utilization) * utilization) / (1 - utilization)
    return choice === 'own' ? one : one * (choice === 'two' ? shorterOfTwo(utilization, pods) : shortestOfAll(utilization, pods))
  }

  /** Requests inside of all queues, in the stationary state of a utilization below 1. */
  insideAt(utilization: number): number {
    return this.spec.queues * this.spec.servers * utilization + this.queuedAt(utilization)
  }

  /**
   * A step of time: the number inside at its end. `inside` stays as it is until it is set.
   *
   * @param arrivals per µs
   * @param time [µs], above 0
   */
  step(arrivals: number, time: number): number {
    const whole = time * this.capacity
    const sum = this.inside + arrivals * time
    // The number inside at the end, and what was served in the step, are what there was.
    if (this.insideAt(SATURATED) + whole * SATURATED <= sum) {
      this.utilization = 1
      return sum - whole
    }
    let low = 0
    let high = SATURATED
    let at = Math.min(this.utilization, SATURATED)
    for (let turn = 0; turn < 80 && high - low > PRECISION; turn++) {
      const excess = this.insideAt(at) + whole * at - sum
      if (excess === 0) break
      if (excess > 0) high = at
      else low = at
      at = this.next(at, excess, whole, low, high)
    }
    this.utilization = at
    return Math.max(0, sum - whole * at)
  }

  /** Newton's step from a numerical slope; half of the bounds when it leaves them. */
  private next(at: number, excess: number, whole: number, low: number, high: number): number {
    const beside = at + 1e-6 < SATURATED ? at + 1e-6 : at - 1e-6
    const slope = (this.insideAt(beside) - this.insideAt(at)) / (beside - at) + whole
    const newton = at - excess / slope
    return newton > low && newton < high ? newton : (low + high) / 2
  }
}

/**
 * Requests that wait with two choices over those that wait without a choice, for queues of one server: with many pods the sum of u^(2^k - 1)
 * over k >= 2, over u^2 / (1 - u); with n pods more by 1 / (n sqrt(1 - u)), which fits the published simulations within 2 %.
 * Source: Mitzenmacher 2001; Gast, Van Houdt 2017, A refined mean field approximation, table of the mean queue length by n.
 */
export function shorterOfTwo(utilization: number, pods = Infinity): number {
  if (utilization === 0) return 0
  const square = utilization * utilization
  let sum = 0
  for (let power = square * square; power > 1e-12; power *= power) sum += power
  const many = ((sum / utilization) * (1 - utilization)) / square
  return Math.min(1, many * (1 + 1 / (pods * Math.sqrt(1 - utilization))))
}

/**
 * Requests that wait when the shortest of n queues is joined, over those that wait in one queue for all: who waits does so for the next
 * service of one pod, not of all, unless the queues are long.
 */
export function shortestOfAll(utilization: number, pods: number): number {
  const apart = (pods - 1) * (1 - utilization)
  return Math.sqrt(1 + apart * apart)
}

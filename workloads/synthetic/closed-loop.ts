/**
 * A closed loop: each of a fixed number of clients thinks, sends a request, waits until it has ended (answered or failed), and thinks again.
 * The load falls when the service is slow, unlike that of an open pattern. With one exponential server this is the machine repair model,
 * exact by mean value analysis (Reiser and Lavenberg 1980).
 *
 * Think time, wait and work of the j-th request of client c depend on (c, j) only and not on the order of answers, so that competing
 * policies see the same clients.
 */
import { distribution, type Distribution, type KeyedRandom, nearest, type RandomStream, SMALLEST_UNIFORM } from '../../sim/random/index.ts'
import { NONE, type RequestSource } from '../../sim/index.ts'
import type { ClosedLoopTraffic } from '../requests/spec.ts'
import { keyedBranch, NEVER } from './arrivals.ts'
import type { WorkDraws } from '../requests/draw-work.ts'
import { TimeHeap } from './time-heap.ts'

const MAX_CLIENTS = 1_000_000

/** The requests of a closed loop. */
export class ClosedLoop implements RequestSource {
  wait = 0
  work = 1
  /** The client. */
  key = NONE
  private readonly clients: number
  private readonly thinks: Distribution
  private readonly draws: WorkDraws
  private readonly thinkRandom: KeyedRandom
  private readonly waitRandom: KeyedRandom
  private readonly workRandom: KeyedRandom
  /** Time at which each thinking client sends; without the client whose request is offered. */
  private readonly thinking: TimeHeap
  /** Number of requests sent by each client. */
  private readonly sent: Float64Array
  private offered = Infinity

  constructor(
    { clients, think }: ClosedLoopTraffic,
    draws: WorkDraws,
    thinkStream: RandomStream,
    waitStream: RandomStream,
    workStream: RandomStream,
  ) {
    if (!(Number.isInteger(clients) && clients >= 1 && clients <= MAX_CLIENTS)) {
      throw new RangeError(`clients of closed-loop traffic: ${clients}; accepted: a whole number from 1 to ${MAX_CLIENTS}`)
    }
    this.clients = clients
    this.thinks = distribution(think)
    this.draws = draws
    this.thinkRandom = keyedBranch(thinkStream)
    this.waitRandom = keyedBranch(waitStream)
    this.workRandom = keyedBranch(workStream)
    this.thinking = new TimeHeap(clients)
    this.sent = new Float64Array(clients)
    for (let client = 0; client < clients; client++) this.think(client, 0)
  }

  next(): number {
    const time = this.thinking.firstTime
    this.offered = time
    if (time === Infinity) {
      this.key = NONE
      return Infinity
    }
    const client = this.thinking.first
    this.thinking.pop()
    this.key = client
    const j = this.sent[client]++
    this.draws.at(this, this.waitRandom.at(client, j), this.workRandom.at(client, j))
    return time
  }

  completed(client: number, time: number): boolean {
    const { offered, key } = this
    const sends = this.think(client, time)
    if (sends >= offered) return false
    // Earlier than the offered request, which is taken back.
    if (key !== NONE) {
      this.sent[key]--
      this.thinking.push(offered, key)
    }
    return true
  }

  /** Lets the client think, and returns the time at which it sends. */
  private think(client: number, now: number): number {
    const time = nearest(this.thinks.quantile(Math.max(this.thinkRandom.at(client, this.sent[client]), SMALLEST_UNIFORM)))
    // At least a microsecond: with a service that refuses at once the clock would stand still.
    const sends = Math.min(now + (time > 1 ? time : 1), NEVER)
    this.thinking.push(sends, client)
    return sends
  }

  /** An upper bound, as if there were no queues: clients / (think + wait + work). */
  rateAt(): number {
    const cycle = this.thinks.mean + this.draws.mean
    return cycle > 0 ? (this.clients * 1e6) / cycle : 0
  }
}

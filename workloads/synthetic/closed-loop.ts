/**
 * A closed loop: so many clients, each of which thinks, sends a request, waits until it has ended (with an answer or without), and thinks again.
 * The load gives way when the service is slow, which an open pattern never does. The machine repair model: with one exponential server, exact by
 * mean value analysis (Reiser and Lavenberg 1980).
 *
 * The j-th request of client c thinks, waits and works the same whatever happens to the others: its luck hangs on (c, j), not on the order in
 * which answers come, so competing policies meet the same clients.
 */
import { distribution, type Distribution, type KeyedRandom, nearest, type RandomStream, SMALLEST_UNIFORM } from '../../sim/random/index.ts'
import { NONE, type RequestSource } from '../../sim/index.ts'
import type { ClosedLoopTraffic } from '../requests/spec.ts'
import { keyedBranch, NEVER } from './arrivals.ts'
import type { WorkDraws } from '../requests/draw-work.ts'
import { TimeHeap } from './time-heap.ts'

export const MAX_CLOSED_CLIENTS = 1_000_000

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
  /** When each thinking client sends; the one whose request is offered is not among them. */
  private readonly thinking: TimeHeap
  /** Requests that each client has sent. */
  private readonly sent: Float64Array
  private offered = Infinity

  constructor(
    { clients, think }: ClosedLoopTraffic,
    draws: WorkDraws,
    thinkStream: RandomStream,
    waitStream: RandomStream,
    workStream: RandomStream,
  ) {
    if (!(Number.isInteger(clients) && clients >= 1 && clients <= MAX_CLOSED_CLIENTS)) {
      throw new RangeError(`clients of closed-loop traffic: ${clients}; accepted: a whole number from 1 to ${MAX_CLOSED_CLIENTS}`)
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
    // Earlier than the one that is on offer, which goes back to its client.
    if (key !== NONE) {
      this.sent[key]--
      this.thinking.push(offered, key)
    }
    return true
  }

  /** Puts the client among those that think, and returns when it sends. */
  private think(client: number, now: number): number {
    const time = nearest(this.thinks.quantile(Math.max(this.thinkRandom.at(client, this.sent[client]), SMALLEST_UNIFORM)))
    // At least a microsecond: clients of a service that refuses at once would stop the clock.
    const sends = Math.min(now + (time > 1 ? time : 1), NEVER)
    this.thinking.push(sends, client)
    return sends
  }

  /** As if no request waited for another: clients / (think + wait + work), which the real rate stays below. */
  rateAt(): number {
    const cycle = this.thinks.mean + this.draws.mean
    return cycle > 0 ? (this.clients * 1e6) / cycle : 0
  }
}

/** Requests: an arrival process or a closed loop, and for each request its wait, its work and its client, drawn from streams of their own. */
import { distribution, type Distribution, type KeyedRandom, type RandomStream } from '../../sim/random/index.ts'
import type { RequestSource } from '../../sim/index.ts'
import { openReplay } from '../replay/requests.ts'
import { MergedRequests } from '../shape/merge.ts'
import type { ClientsSpec, TrafficSpec, WorkSpec } from './spec.ts'
import { keyedBranch, type Arrivals } from '../synthetic/arrivals.ts'
import { ClosedLoop } from '../synthetic/closed-loop.ts'
import { WorkDraws } from './draw-work.ts'
import { openArrivals } from '../synthetic/open-arrivals.ts'

export { openArrivals } from '../synthetic/open-arrivals.ts'

/**
 * Opens a service's requests. Streams: 'arrivals', 'wait', 'work', 'clients', so that request k waits, works and has the same client
 * whatever the rate, and a change of the wait leaves the work untouched. Without `clients` they are not told apart: `key` is -1.
 * A closed loop draws its think times from 'arrivals'. The first of merged parts has the luck that it has alone, the others have 'arrivals/2' and so on.
 * Throws a RangeError for a rate, time or amplitude that has no meaning.
 */
export function openRequests(traffic: TrafficSpec, work: WorkSpec, stream: (purpose: string) => RandomStream): RequestSource {
  if (traffic.pattern === 'trace') return openReplay(traffic, work, stream)
  if (traffic.pattern === 'closed-loop')
    return new ClosedLoop(traffic, new WorkDraws(work), stream('arrivals'), stream('wait'), stream('work'))
  if (traffic.pattern === 'merge') {
    return new MergedRequests(
      traffic.parts.map((part, i) => openRequests(part, work, i === 0 ? stream : (purpose) => stream(`${purpose}/${i + 1}`))),
    )
  }
  const clients = traffic.clients === undefined ? null : new Clients(traffic.clients, stream('clients'))
  return new OpenRequests(openArrivals(traffic, stream('arrivals')), new WorkDraws(work), clients, stream('wait'), stream('work'))
}

class OpenRequests implements RequestSource {
  wait = 0
  work = 1
  key = -1
  private readonly arrivals: Arrivals
  private readonly draws: WorkDraws
  private readonly clients: Clients | null
  private readonly waitStream: RandomStream
  private readonly workStream: RandomStream
  private count = 0

  constructor(arrivals: Arrivals, draws: WorkDraws, clients: Clients | null, waitStream: RandomStream, workStream: RandomStream) {
    this.arrivals = arrivals
    this.draws = draws
    this.clients = clients
    this.waitStream = waitStream
    this.workStream = workStream
  }

  next(): number {
    this.draws.draw(this, this.waitStream, this.workStream)
    const time = this.arrivals.next()
    if (this.clients !== null) this.key = this.clients.of(this.arrivals.train ?? this.count++)
    return time
  }

  rateAt(time: number): number {
    return this.arrivals.rateAt(time)
  }
}

/** A client for each request, or for each train of them. */
class Clients {
  private readonly popularity: Distribution
  private readonly random: KeyedRandom

  constructor({ count, popularity }: ClientsSpec, stream: RandomStream) {
    if (!(count <= MAX_CLIENTS)) throw new RangeError(`clients of traffic: ${count}; accepted: a whole number from 1 to ${MAX_CLIENTS}`)
    this.popularity = distribution({ kind: 'zipf', n: count, exponent: popularity })
    this.random = keyedBranch(stream)
  }

  /** From 0, the most popular first. */
  of(train: number): number {
    return this.popularity.quantile(this.random.at(Math.max(0, train), 0)) - 1
  }
}

export const MAX_CLIENTS = 1_000_000

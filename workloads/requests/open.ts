/** Opens the requests of a service: arrivals, and for each request its wait, CPU work and client, each drawn from its own stream. */
import { distribution, type Distribution, type KeyedRandom, type RandomStream } from '../../sim/random/index.ts'
import { NONE, type RequestSource } from '../../sim/index.ts'
import { openReplay } from '../replay/requests.ts'
import { MergedRequests } from '../shape/merge.ts'
import type { ClientsSpec, TrafficSpec, WorkSpec } from './spec.ts'
import { keyedBranch, type Arrivals } from '../synthetic/arrivals.ts'
import { ClosedLoop } from '../synthetic/closed-loop.ts'
import { TokenRequests } from './tokens.ts'
import { WorkDraws } from './draw-work.ts'
import { WithoutWork } from './without-work.ts'
import { openArrivals } from '../synthetic/open-arrivals.ts'

/**
 * Opens the requests of a service. Streams: 'arrivals', 'wait', 'work', 'clients', so that request k has the same wait, work and client at
 * any rate, and a change of the wait leaves the work unchanged. Without `clients` the key of a request is NONE. A closed loop draws its
 * think times from 'arrivals'. The first of merged parts uses these streams, the others 'arrivals/2' and so on.
 * Sizes in tokens are drawn from 'prompt', 'output' and 'shared'.
 * Without work (null) requests begin with a call, and wait and work are 0.
 * Throws a RangeError for a rate, time or amplitude out of range.
 */
export function openRequests(traffic: TrafficSpec, work: WorkSpec | null, stream: (purpose: string) => RandomStream): RequestSource {
  if (work === null) return new WithoutWork(openRequests(traffic, FREE, stream))
  if (work.tokens !== undefined && work.tokens !== 'recorded')
    return new TokenRequests(openRequests(traffic, FREE, stream), work.tokens, stream)
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

const FREE: WorkSpec = { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 1 } }
const MAX_CLIENTS = 1_000_000

class OpenRequests implements RequestSource {
  wait = 0
  work = 1
  key = NONE
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

/** Assigns a client to each request, or to each train. */
class Clients {
  private readonly popularity: Distribution
  private readonly random: KeyedRandom

  constructor({ count, popularity }: ClientsSpec, stream: RandomStream) {
    if (!(count <= MAX_CLIENTS)) throw new RangeError(`clients of traffic: ${count}; accepted: a whole number from 1 to ${MAX_CLIENTS}`)
    this.popularity = distribution({ kind: 'zipf', n: count, exponent: popularity })
    this.random = keyedBranch(stream)
  }

  /** Client of a train, counted from 0 by falling popularity. */
  of(train: number): number {
    return this.popularity.quantile(this.random.at(Math.max(0, train), 0)) - 1
  }
}

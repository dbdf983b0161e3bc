/**
 * The API server: each request holds a seat for its time, and waits for one while all are taken. With priority and fairness each priority
 * level has its share of the seats and a queue, so that a client that sends too much delays its own level only; without it all requests
 * share one limit, beyond which they are refused (429) and sent again. Requests of other clients, such as operators and monitoring, are a
 * Poisson process; they take seats and cost no events.
 *
 * Source: Kubernetes 1.34 apiserver/pkg/server/config.go and filters/maxinflight.go, apis/flowcontrol/bootstrap/default.go (shares; kubelets'
 * pods are of the level `system`, the controller manager and the scheduler of `workload-high`), util/flowcontrol; client-go 0.34
 * rest/with_retry.go. Simplified: a level lends no seats, and its queue is one of the length that a flow can reach in it (6 queues of 50).
 */
import type { Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ApiRecorder } from '../../measure/api-recorder.ts'
import { distribution, type Distribution, type DistributionSpec } from '../../random/distributions.ts'
import type { RandomStream, Streams } from '../../random/stream.ts'
import type { Components } from '../components.ts'
import { Seats } from './seats.ts'

/** Priority levels with clients in a run: kubelets, the control plane, and everybody else. */
export type ApiLevel = 'system' | 'workload-high' | 'workload-low'

/** The API server of a run. */
export interface ApiServerSpec {
  /** Time for which a request holds its seat. */
  readonly latency: DistributionSpec
  /** Most requests in flight. */
  readonly inFlight: number
  /** Whether priority levels share them; false: one limit, and no queue. */
  readonly fairness: boolean
}

/** What the API server needs of the run. */
export interface ApiServerRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly components: Components
  readonly api: ApiRecorder
  readonly input: { readonly apiServer?: ApiServerSpec }
}

const SECOND: Time = 1_000_000
/** Nominal shares of the levels, and the sum over all levels. */
const SHARES: Readonly<Record<ApiLevel, number>> = { system: 30, 'workload-high': 40, 'workload-low': 100 }
const ALL_SHARES = 245
/** Queues that the requests of one flow are spread over, and their length. */
const HAND = 6
const QUEUE_LENGTH = 50
/** A quarter of the request timeout of 60 s. */
const LONGEST_WAIT: Time = 15 * SECOND
/** Header Retry-After of a refusal. */
const RETRY_AFTER: Time = SECOND

/** The seats of a level: its share of all, rounded up. */
export const seatsOf = (inFlight: number, level: ApiLevel): number => Math.ceil((inFlight * SHARES[level]) / ALL_SHARES)

export class ApiServer {
  private readonly levels: Readonly<Record<ApiLevel, Seats>>
  private readonly latency: Distribution
  private readonly draws: RandomStream
  private readonly gaps: RandomStream
  private readonly run: ApiServerRun
  /** Times of requests relative to those of a healthy server. */
  private slowness = 1
  /** Requests of others per second, and the next one of them. */
  private load = 0
  private nextOther: Time = Infinity

  /** Null: every request is answered at once. */
  static of(run: ApiServerRun): ApiServer | null {
    const { apiServer } = run.input
    return apiServer === undefined ? null : new ApiServer(run, apiServer)
  }

  private constructor(run: ApiServerRun, { latency, inFlight, fairness }: ApiServerSpec) {
    this.run = run
    this.latency = distribution(latency)
    this.draws = run.streams.stream('API server')
    this.gaps = run.streams.stream('other clients of the API server')
    const one = new Seats({ seats: inFlight, queue: 0, wait: 0 })
    const level = (name: ApiLevel): Seats =>
      fairness ? new Seats({ seats: seatsOf(inFlight, name), queue: HAND * QUEUE_LENGTH, wait: LONGEST_WAIT }) : one
    this.levels = { system: level('system'), 'workload-high': level('workload-high'), 'workload-low': level('workload-low') }
  }

  /** A request arrives now; `effect` takes place when it is answered. One that is refused, or finds the server down, is sent again. */
  serve(level: ApiLevel, effect: () => void): void {
    this.arrives(level, effect, this.run.simulator.now)
  }

  private arrives(level: ApiLevel, effect: () => void, sent: Time): void {
    const { simulator, components, api } = this.run
    const { now } = simulator
    const up = components.downUntil('api-server')
    if (up > now) {
      simulator.call(up, () => this.arrives(level, effect, sent))
      return
    }
    this.othersUntil(now)
    const { time, refused } = this.levels[level].take(now, this.duration())
    if (refused) {
      api.refused(now)
      simulator.call(time + RETRY_AFTER, () => this.arrives(level, effect, sent))
      return
    }
    api.answered(sent, time - sent)
    if (time <= now) effect()
    else simulator.call(time, effect)
  }

  /** Median time of a request, its wait left aside [µs]. */
  get median(): Time {
    return Math.round(this.latency.quantile(0.5) * this.slowness)
  }

  /** Requests that arrive from now on take `factor` times as long. */
  slows(factor: number): void {
    this.othersUntil(this.run.simulator.now)
    this.slowness *= factor
  }

  /** From now on other clients send `rate` requests per second more; a negative rate is fewer. */
  loads(rate: number): void {
    const { now } = this.run.simulator
    this.othersUntil(now)
    // Rates are added and taken away again: what rounding leaves is no load.
    this.load = this.load + rate < 1e-9 ? 0 : this.load + rate
    this.nextOther = this.load === 0 ? Infinity : now + this.gap()
  }

  private othersUntil(now: Time): void {
    const seats = this.levels['workload-low']
    while (this.nextOther <= now) {
      seats.take(this.nextOther, this.duration())
      this.nextOther += this.gap()
    }
  }

  private gap(): Time {
    return Math.max(1, Math.round((-Math.log(1 - this.gaps.next()) * SECOND) / this.load))
  }

  private duration(): Time {
    return Math.round(this.latency.quantile(this.draws.next()) * this.slowness)
  }
}

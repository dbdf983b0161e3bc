/** What clients are made of during a run, and what they expect of the network and of the calls between services. */
import type { NONE, RequestId, Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Cause, Ledger } from '../measure/ledger.ts'
import type { KeyedStream, RandomStream, Streams } from '../random/stream.ts'
import type { Outcome } from '../slb/policy.ts'
import type { Requests } from './requests.ts'
import type { Call, Client, FlowSpec, RequestSource, Sender, Service } from './spec.ts'

/** What carries tries to pods: picks a backend, adds network delays, and can withdraw a try from wherever it is. */
export interface Carrier {
  /** Balancer instances of a route: a service, or a call with instances of its own. */
  instances(route: number): number
  /** A try leaves the client. Ends in `answered` or `failed` of the clients. */
  send(request: RequestId): void
  /** Withdraws a try that the client has given up from the balancer's queue, the network or the pod. */
  abort(request: RequestId): void
  /** The try is over: the balancer that picked its backend is notified. */
  ended(request: RequestId, outcome: Outcome): void
}

/** One client during a run: from outside, or the pods that make a call. */
export interface ClientRun {
  readonly spec: Sender & { readonly flow?: FlowSpec }
  readonly row: number
  /** Null: a client from outside. */
  readonly call: Call | null
  /** Which balancer instances carry its requests: the service, or a row after the services for a call with instances of its own. */
  readonly route: number
  /** Null: its requests are begun by `call`. */
  readonly source: RequestSource | null
  /** Draws which balancer instance a request uses. */
  readonly instance: RandomStream
  readonly backoff: KeyedStream
  readonly ledger: Ledger
  retryTokens: number
  /** Handle of the pending arrival, NONE without one. */
  arrival: number
}

/** The calls that pods make for the requests they work on; calls.ts implements it. */
export interface Callers {
  /** A request from outside begins. */
  began(request: RequestId): void
  /** A try is about to be sent: its deadline [µs], which is its timeout from now on or that of the caller, whichever is earlier; Infinity: none. */
  deadline(request: RequestId, timeout: Time): Time
  /** Whether the caller's deadline has passed, so that another try makes no sense. */
  expired(request: RequestId): boolean
  /** The client goes on in the row `copy`; the work of `request` continues without it. */
  moved(request: RequestId, copy: RequestId): void
  /** The client sends a copy of a request that is under way. */
  copied(request: RequestId, copy: RequestId): void
  /** A call is over: answered (NONE), or failed for good. */
  ended(request: RequestId, cause: Cause | typeof NONE): void
}

/** What the clients need of the run. */
export interface ClientsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly times: { readonly origin: Time; readonly windowStart: Time; readonly end: Time }
  readonly input: {
    readonly clients: readonly Client[]
    readonly services: readonly Pick<Service, 'networkDelay'>[]
    readonly calls?: readonly Call[]
  }
}

/**
 * What a user configures of served pods: the pods (Workload), the name under which they are reached (Service), and who calls (Client).
 * Times [µs], cpu [millicores], memory [bytes]; whole numbers.
 */
import type { Chosen } from '../common/define.ts'
import type { ServiceId, Time } from '../common/ids.ts'
import type { RandomStream } from '../random/stream.ts'
import type { PodShape } from '../cluster/spec.ts'
import type { DnsSpec, Exposure } from './access-spec.ts'
import type { Inference } from './inference/spec.ts'
import type { ConcurrencyLimit } from './limits/limiter.ts'
import type { Routing } from '../slb/guard/spec.ts'
import type { BalancerDefinition } from '../slb/policy.ts'

/** Equal pods that serve requests, and how many of them. */
export interface Workload {
  readonly name: string
  /** The service that selects these pods, a row of `SimulationInput.services`; NONE when no service does. */
  readonly service: ServiceId
  /** The scheduler that places these pods, a row of `SimulationInput.schedulers`. */
  readonly scheduler: number
  readonly replicas: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly shape: PodShape
  /** Requests a pod works on at once, first come first served; 0: all of them, processor sharing. */
  readonly threads: number
  /** Requests that may be queued in a pod for a thread; a further one is rejected. Infinity: no bound. */
  readonly queue: number
  /** An adaptive limit of the requests in a pod at once; absent: none but threads and queue. */
  readonly concurrency?: ConcurrencyLimit
  /** The pods serve a language model: requests have tokens instead of wait and work. Absent: they do not. */
  readonly inference?: Inference
  /** What a request does after its own wait and CPU work; absent: it is answered. */
  readonly steps?: readonly Step[]
  /** A request gives its thread back while its calls are under way, and is queued for one afterwards if it needs CPU or waits; absent: it holds the thread. */
  readonly async?: boolean
  /** Weight that weighted balancers read. */
  readonly weight: number
  /** Grace period of a terminating pod, and how long it still accepts requests (preStop). */
  readonly grace: Time
  readonly preStop: Time
  /** Image pull, process start, and period of the readiness probe (0: ready at once). */
  readonly pull: Time
  readonly start: Time
  readonly probe: Time
}

/** What happens to what pods tell balancers: answers to probes and reports. */
export interface Signals {
  /** Age of the counts in an answer or report when it arrives, beside the network's delay. */
  readonly delay: Time
  /** Share of the probes that are lost, on the way there or back. */
  readonly loss: number
  /** CPU work of answering a probe [core-µs]. */
  readonly cost: number
}

/** Connections that carry several requests: balancers pick a pod for a connection. */
export interface ConnectionSpec {
  /** Client processes; a request belongs to one of them. */
  readonly clients: number
  /** Requests that a connection carries at once: 1 in HTTP/1.1. */
  readonly streams: number
  /** Connections without a request that a process keeps. */
  readonly idle: number
  /** Age at which a connection takes no further request; Infinity: none. */
  readonly maxAge: Time
  /** Round trips to open one: 1 for TCP, 2 with TLS 1.3. */
  readonly handshakes: number
}

/** The way of requests through network devices. */
export interface NetworkPath {
  /** Rows of `SimulationInput.devices`, from the client on. */
  readonly devices: readonly number[]
  /** Sizes on the wire without headers [bytes]. */
  readonly request: number
  readonly response: number
}

/** A name under which pods are reached through balancers. */
export interface Service {
  readonly name: string
  /** One way between client and pod. */
  readonly networkDelay: Time
  /** The balancer of this service; absent: the one of the run. */
  readonly slb?: Chosen<BalancerDefinition>
  /** Absent: balancers pick a pod for each request, and connections cost nothing. */
  readonly connections?: ConnectionSpec
  /** Absent: only pods that are ready and do not terminate are endpoints. */
  readonly endpoints?: EndpointSpec
  /** Absent: nothing between client and pod but the delay. */
  readonly path?: NetworkPath
  /** What stands around each balancer instance; absent: nothing. */
  readonly routing?: Routing
  /** The service is reached through the kube-proxy of each node, or by addresses from DNS; absent: through balancer instances. */
  readonly exposure?: Exposure
  readonly dns?: DnsSpec
  /** Absent: signals are fresh, none is lost, and probes cost no CPU. */
  readonly signals?: Signals
}

/** Which pods besides ready ones are endpoints of a service. */
export interface EndpointSpec {
  /** Those that terminate and still serve, while none is ready, as with kube-proxy. */
  readonly terminating: boolean
  /** Each from the start of its container to its end, ready or not (publishNotReadyAddresses). */
  readonly notReady: boolean
}

/** Retries of a failed try. */
export interface Retries {
  /** Further tries after the first; 0: none. */
  readonly limit: number
  /** Pause before retry k (1-based): uniform in [0, backoff * 2^(k-1)], keyed by (request, attempt). */
  readonly backoff: Time
  /** Retries as a share of first tries, by a token bucket: a retry takes 1 token, a first try adds `budget`, at most 10 are kept. */
  readonly budget: number
}

/** Copies of a request that is not answered soon; the first answer counts. */
export interface Hedging {
  /** Time after the last try or copy at which the next copy is sent [µs]; absent: the quantile of the client's last latencies. */
  readonly after?: Time
  readonly quantile?: number
  /** Copies of a try. */
  readonly limit: number
  /** Copies as a share of first tries, by a token bucket as that of retries. */
  readonly budget: number
  /** The other tries are cancelled in their pods when one is answered; false: their work goes on, wasted. */
  readonly cancel: boolean
  /** Tied requests: the first try that gets a thread withdraws the others, unless they have one by the time that they hear of it. */
  readonly tied: boolean
}

/** What a request or a step of it costs, from two uniforms in [0, 1), so that a draw can belong to the request and not to an order. */
export interface Cost {
  /** Sets the time without CPU [µs, whole] and the CPU work [core-µs, whole, at least 1]. */
  at(into: { wait: number; work: number }, waitUniform: number, workUniform: number): void
}

/** A step of a request in its pod: wait and CPU work, or calls that are made at once (rows of `SimulationInput.calls`, a row for each call). */
export type Step = { readonly cost: Cost } | { readonly calls: readonly number[] }

/** Who sends requests to a service, and what counts as a good answer: a client from outside, or the pods of a service that calls another. */
export interface Sender {
  readonly name: string
  /** A row of `SimulationInput.services`. */
  readonly service: ServiceId
  /** Latency that counts as good; Infinity: any. And the share of misses a minute may have before it is a violation. */
  readonly objective: Time
  readonly allowance: number
  /** Timeout per try; 0: none. On timeout the work is cancelled in the pod, or continues, wasted. */
  readonly timeout: Time
  readonly cancel: boolean
  readonly retries: Retries
  /** Absent: a try is alone. */
  readonly hedge?: Hedging
}

/** Calls of one service's pods to another service. Calls must not form a cycle. */
export interface Call extends Sender {
  /** The service whose pods call. */
  readonly caller: ServiceId
  /** What a call costs in the pod that serves it. */
  readonly cost: Cost
  /** Probability with which a request makes the call, drawn for each. */
  readonly share: number
  /** A failure of the call does not fail the request that made it. */
  readonly optional: boolean
  /**
   * The call ends at the deadline of the try that made it, if that is earlier than its own timeout. The pod that serves it knows the deadline: expired work is
   * cancelled whatever `cancel` says.
   */
  readonly deadline: boolean
  /** Balancer instances for these calls alone; absent: those of the service that is called. */
  readonly slb?: Chosen<BalancerDefinition>
}

/** The load of a client as a flow: a rate, and queueing formulas instead of single requests. */
export interface FlowSpec {
  /** Time between two readings of the rate [µs]. */
  readonly step: Time
  /** What a request costs. */
  readonly cost: Cost
  /** Squared coefficient of variation of the gaps between requests: 1 Poisson, 0 equal gaps. */
  readonly dispersion: number
}

/** A client from outside. */
export interface Client extends Sender {
  /** Absent: its requests are simulated one by one. */
  readonly flow?: FlowSpec
  /** Opens the stream of requests; called once, with random streams named after the client. */
  requests(stream: (purpose: string) => RandomStream): RequestSource
}

/**
 * Requests of one client, one pending at a time. `next()` advances to the next arrival and returns its time (never before the last one),
 * or Infinity when no further arrival is known at present; the fields then describe that request. Both amounts are drawn at arrival, so
 * that competing policies see the same requests (common random numbers).
 */
export interface RequestSource {
  /** Time of the next arrival [µs from the origin of the measured run]. */
  next(): Time
  /** Time the request spends in the pod without CPU, holding a thread [µs, whole]. */
  readonly wait: number
  /** CPU work [core-µs, whole, at least 1]. */
  readonly work: number
  /** Identity of the client or session, for affinity; NONE without one. */
  readonly key: number
  /** Tokens of the prompt and of the answer of a request to a language model; absent: none. */
  readonly prompt?: number | undefined
  readonly output?: number | undefined
  /** Identities of the blocks of tokens that the prompt begins with; equal leading identities are an equal prefix. The list must not change afterwards. */
  readonly blocks?: readonly number[] | undefined
  /** Expected rate at a time [requests/s], for charts of demand. */
  rateAt(time: Time): number
  /**
   * Called when a request of a closed loop has ended. True: a further arrival is known; the pending one, if any, is withdrawn, and
   * `next()` is asked again for the earliest of all.
   */
  completed?(key: number, time: Time): boolean
}

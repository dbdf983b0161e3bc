/**
 * What a user configures of served pods: the pods (Workload), the name under which they are reached (Service), and who calls (Client).
 * Times [µs], cpu [millicores], memory [bytes]; whole numbers.
 */
import type { ServiceId, Time } from '../common/ids.ts'
import type { RandomStream } from '../random/stream.ts'
import type { PodShape } from '../cluster/spec.ts'

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

/** A name under which pods are reached through balancers. */
export interface Service {
  readonly name: string
  /** One way between client and pod. */
  readonly networkDelay: Time
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

/** Who sends requests to a service, and what counts as a good answer. */
export interface Client {
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
  /** Expected rate at a time [requests/s], for charts of demand. */
  rateAt(time: Time): number
  /**
   * Called when a request of a closed loop has ended. True: a further arrival is known; the pending one, if any, is withdrawn, and
   * `next()` is asked again for the earliest of all.
   */
  completed?(key: number, time: Time): boolean
}

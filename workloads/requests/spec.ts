/** Requests of a service as plain data: what a plan holds and a worker receives. Times [µs], rates [requests/s], work [core-µs]. */
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { SizeWork } from '../replay/size-work.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import type { Pattern } from '../synthetic/pattern.ts'

/** How requests arrive: an open pattern (arrivals do not depend on answers), a closed loop of clients, a recording, or several merged. */
export type TrafficSpec = OpenTraffic | ClosedLoopTraffic | TraceTraffic | MergedTraffic

/** An arrival pattern, with the options that every pattern has. */
export type OpenTraffic = Pattern & {
  /** Requests arrive in trains; `rate` still counts requests. */
  readonly trains?: TrainsSpec
  /** The clients that send them; absent: requests have no key. */
  readonly clients?: ClientsSpec
}

/** Trains of requests: number of requests, including the first (rounded, at least 1), and the gaps between them [µs]. */
export interface TrainsSpec {
  readonly size: DistributionSpec
  readonly gap: DistributionSpec
}

/** `count` clients; client i sends in proportion to i^-popularity (Zipf). */
export interface ClientsSpec {
  readonly count: number
  readonly popularity: number
}

/** A closed loop: each client thinks, sends a request, waits for its end, and thinks again. */
export interface ClosedLoopTraffic {
  readonly pattern: 'closed-loop'
  readonly clients: number
  readonly think: DistributionSpec
}

/** The requests of all parts, which must not depend on answers; clients with equal numbers are the same client. */
export interface MergedTraffic {
  readonly pattern: 'merge'
  readonly parts: readonly (OpenTraffic | TraceTraffic)[]
}

/** Recorded requests as they arrived, or Poisson arrivals at a recorded rate. */
export interface TraceTraffic {
  readonly pattern: 'trace'
  /** Its name in the experiment, for messages. */
  readonly trace: string
  /** One of `trafficFormats`. */
  readonly format: string
  /** Absolute path. */
  readonly file: string
  /** Time of the recording at which the run starts [µs]. */
  readonly from: number
  /** Divides gaps: the same requests in less time. */
  readonly speedUp: number
  /** Number of passes over the recording, back to back; absent: 1. Applied before `from` and `speedUp`. */
  readonly repeat?: number
  /** Recorded requests: the probability with which each is kept, at most 1. Recorded rates: a factor of the counts. */
  readonly scale: number
  /** Computed from the sizes of a request; null: drawn from the work of the service. */
  readonly cpu: SizeWork | null
  readonly wait: SizeWork | null
  /** Resamples the recording by blocks in each replication; null: as recorded. */
  readonly bootstrap: BootstrapSpec | null
  /** Filled in by `surveyReplay`: mean rate of the run, and the end of the recording in the run [µs] (null: not before the horizon). */
  readonly rate: number
  readonly ends: number | null
  /** SHA-256 of the file. */
  readonly digest: string
}

/** Sizes of requests to a language model [tokens]. */
export interface TokensSpec {
  /** Of the prompt, without what it shares. */
  readonly prompt: DistributionSpec
  readonly output: DistributionSpec
  /** Before that, the part of the prompt that all requests of a client have in common: drawn once for each client. Absent: nothing. */
  readonly shared?: DistributionSpec
  /** Tokens of a block of the prefix cache. */
  readonly block: number
}

/** What a request costs. */
export interface WorkSpec {
  /** Sizes of requests to a language model, drawn or as recorded, instead of wait and CPU work; absent: neither. */
  readonly tokens?: TokensSpec | 'recorded'
  readonly wait: DistributionSpec
  readonly cpu: DistributionSpec
  /** Spearman's rank correlation of wait and CPU work; absent: 0. */
  readonly correlation?: number
}

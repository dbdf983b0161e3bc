/** Workloads as plain data: what a plan holds and a worker receives. Times [µs], rates [requests/s], work [core-µs]. */
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { SizeWork } from '../replay/size-work.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'

/** How requests arrive: an open pattern, where nothing waits for an answer, a closed loop of clients, a recording, or several as one. */
export type TrafficSpec = OpenTraffic | ClosedLoopTraffic | TraceTraffic | MergedTraffic

/** A pattern of arrivals, and what holds for all of them. */
export type OpenTraffic = Pattern & {
  /** Requests come in trains, `rate` counts requests. */
  readonly trains?: TrainsSpec
  /** Who sends them; absent: requests have no key. */
  readonly clients?: ClientsSpec
}

/** Rates change in time by inversion of the cumulated rate, so two rates share their luck. `rate` is the mean but where it says otherwise. */
export type Pattern =
  | { readonly pattern: 'poisson'; readonly rate: number }
  /** Equal gaps of 1/rate, the first after one gap. */
  | { readonly pattern: 'constant'; readonly rate: number }
  /** Independent gaps of this distribution, scaled to the mean 1/rate. */
  | { readonly pattern: 'renewal'; readonly rate: number; readonly gaps: DistributionSpec }
  /** rate * (1 + amplitude * sin(2π (t / period + phase))); peak-to-mean is 1 + amplitude. */
  | { readonly pattern: 'diurnal'; readonly rate: number; readonly amplitude: number; readonly period: number; readonly phase: number }
  /** Such a wave each day, with `weekend` times as much on two days of seven; `first` is the weekday at time zero, 0 for Monday; phase in days. */
  | {
      readonly pattern: 'weekly'
      readonly rate: number
      readonly amplitude: number
      readonly weekend: number
      readonly day: number
      readonly phase: number
      readonly first: number
    }
  /** `rate` until `at`, `to` from then on (until `until`, when it is set). */
  | { readonly pattern: 'step'; readonly rate: number; readonly to: number; readonly at: number; readonly until: number | null }
  /** `rate` until `at`, then along a straight line to `to`, which is reached `over` later and stays. */
  | { readonly pattern: 'ramp'; readonly rate: number; readonly to: number; readonly at: number; readonly over: number }
  /** From `rate` along a straight line to `to` in each period. */
  | { readonly pattern: 'sawtooth'; readonly rate: number; readonly to: number; readonly period: number }
  /** `rate`, but at `at` it climbs to `peak` times that within `climb`, holds for `hold` and decays with time constant `decay`. */
  | {
      readonly pattern: 'flash-crowd'
      readonly rate: number
      readonly peak: number
      readonly at: number
      readonly climb: number
      readonly hold: number
      readonly decay: number
    }
  /** Hidden modes with exponential dwells of these means; rates are in proportion to the factors. */
  | { readonly pattern: 'mmpp'; readonly rate: number; readonly modes: readonly { readonly factor: number; readonly dwell: number }[] }
  /** So many sources that send and are silent for Pareto periods with these means. */
  | {
      readonly pattern: 'on-off'
      readonly rate: number
      readonly sources: number
      readonly alpha: number
      readonly on: number
      readonly off: number
    }

/** Requests of a train, the first included (rounded, at least 1), and the gaps between them [µs]. */
export interface TrainsSpec {
  readonly size: DistributionSpec
  readonly gap: DistributionSpec
}

/** So many clients; client i sends in proportion to i^-popularity. */
export interface ClientsSpec {
  readonly count: number
  readonly popularity: number
}

/** Each client thinks, sends, waits for the end of its request, and thinks again. */
export interface ClosedLoopTraffic {
  readonly pattern: 'closed-loop'
  readonly clients: number
  readonly think: DistributionSpec
}

/** All that comes in any of the parts, which have no answers to wait for; clients of equal numbers are one client. */
export interface MergedTraffic {
  readonly pattern: 'merge'
  readonly parts: readonly (OpenTraffic | TraceTraffic)[]
}

/** Recorded requests as they came, or Poisson arrivals at a recorded rate. */
export interface TraceTraffic {
  readonly pattern: 'trace'
  /** What the user calls it, for messages. */
  readonly trace: string
  /** Of `trafficFormats`. */
  readonly format: string
  /** Absolute. */
  readonly file: string
  /** Time of the recording at which the run begins [µs]. */
  readonly from: number
  /** Divides gaps: as many requests in less time. */
  readonly speedUp: number
  /** So many times, one after the other; absent: once. Before `from` and `speedUp`. */
  readonly repeat?: number
  /** Requests: each is kept with this probability, at most 1. Rates: multiplies the counts. */
  readonly scale: number
  /** From the sizes of a request; null: from the work of the service. */
  readonly cpu: SizeWork | null
  readonly wait: SizeWork | null
  /** A new recording out of blocks of this one in each replication; null: as recorded. */
  readonly bootstrap: BootstrapSpec | null
  /** What `surveyReplay` found out: mean rate of the run, and when nothing comes any more [µs]; null: not before the horizon. */
  readonly rate: number
  readonly ends: number | null
  /** SHA-256 of the file. */
  readonly digest: string
}

export interface WorkSpec {
  readonly wait: DistributionSpec
  readonly cpu: DistributionSpec
  /** Spearman's rank correlation of the two; absent: 0. */
  readonly correlation?: number
}

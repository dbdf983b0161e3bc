/** The result of a run: plain data that can be posted to another thread. */
import type { Decision } from '../measure/decision-recorder.ts'
import type { SparseHistogram } from '../measure/histogram.ts'
import type { MetricId, ScopeMetricId } from './standard.ts'
import type { Table } from './table.ts'

export type { SparseHistogram } from '../measure/histogram.ts'

/** Allocation and usage of CPU by groups of `span` consecutive node rows, at instants of the run. */
export interface NodeGrid {
  /** From the origin [s]. */
  readonly times: Float64Array
  /** Node rows ever used; the last group may be smaller. */
  readonly nodes: number
  readonly span: number
  readonly groups: number
  /** [time * groups + group], % of the group's allocatable CPU at that instant; NaN where no node of the group is up. */
  readonly allocation: Float32Array
  readonly usage: Float32Array
}

/** The result of one service or of one call. */
export interface ScopeResult {
  readonly kind: 'service' | 'call'
  /** The service, or "caller->called". */
  readonly name: string
  readonly metrics: Readonly<Partial<Record<ScopeMetricId | `latency-p${number}`, number | null>>>
  readonly refused: Readonly<Partial<Record<ScopeMetricId | `latency-p${number}`, string>>>
  /** As `RunResult.latency`, of requests to the service by all who send to it, or of the call. */
  readonly latency: SparseHistogram
}

/** An action or a fault of a run; times [s] from the origin. */
export interface RunMark {
  readonly kind: 'action' | 'fault'
  readonly text: string
  readonly from: number
  /** Absent: it has no duration. */
  readonly to?: number
}

/** Events of objects as `kubectl get events` lists them; times [s] from the origin. */
export interface ObjectEventsResult {
  readonly list: readonly {
    readonly type: 'Normal' | 'Warning'
    readonly reason: string
    readonly kind: string
    readonly name: string
    readonly message: string
    readonly first: number
    readonly last: number
    readonly count: number
  }[]
  /** Events beyond the bound. */
  readonly dropped: number
}

/** A sample of scheduling decisions, one of every `every`; times [s] from the origin. */
export interface DecisionsResult {
  readonly list: readonly Decision[]
  /** All decisions from the origin on. */
  readonly seen: number
  readonly every: number
}

/** Pods of a workload over time, a row per change: what it should have, has without those that terminate, has ready, has of the newest template. */
export interface ReplicaCourseResult {
  readonly workload: string
  /** From the origin [s]; a row is valid until the next one. */
  readonly times: Float64Array
  readonly desired: Float64Array
  readonly current: Float64Array
  readonly ready: Float64Array
  readonly updated: Float64Array
}

/** What a pod is doing; `unnoticed`: its process has died, and its endpoint is still listed. */
export type LaneState = 'pending' | 'pulling' | 'starting' | 'ready' | 'not ready' | 'unnoticed' | 'terminating'

/** A pod of an episode. */
export interface LaneResult {
  readonly version: string
  /** A restart gives a template of its own to the same version. */
  readonly template: number
  /** Number of the pod within its workload, in order of creation. */
  readonly ordinal: number
  /** Its states, and when each begins [s]. */
  readonly states: readonly LaneState[]
  readonly from: Float64Array
  /** When it has ended, or the end of the episode [s]. */
  readonly end: number
}

/** A rollout or a failure of nodes, pod by pod; times [s] from the origin. */
export interface EpisodeResult {
  readonly kind: 'rollout' | 'failure'
  readonly workload: string
  readonly from: number
  /** When it was over; absent: not before the horizon. */
  readonly to?: number
  /** Until when the lanes are recorded. */
  readonly end: number
  readonly lanes: readonly LaneResult[]
  /** Pods that took part; of many only some have a lane. */
  readonly pods: number
  /** Requests to the service that failed, by the second of their arrival; absent: nobody sends to it. */
  readonly failed?: { readonly first: number; readonly counts: Float64Array }
}

/** Data of the charts of controllers. */
export interface CoursesResult {
  readonly replicas: readonly ReplicaCourseResult[]
  /** Workloads with fewer changes that were left out. */
  readonly omitted: number
  /** The first rollout of the window, or else its first failure of nodes. */
  readonly episode?: EpisodeResult
}

/** The result of one run. */
export interface RunResult {
  /** A number per metric; null when it does not apply or is refused, absent when it was unknown to the version that wrote the result. */
  readonly metrics: Readonly<Partial<Record<MetricId, number | null>>>
  /** Why a metric is null although it applies ("needs 100,000 observations ..., the run had 41,022"). */
  readonly refused: Readonly<Partial<Record<MetricId, string>>>
  /** Latency of all answered or censored requests of the window [µs], of all clients from outside; then of all requests to a service, by its name. */
  readonly latency: SparseHistogram
  readonly latencyByService: Readonly<Record<string, SparseHistogram>>
  /** Time until the horizon of requests of the window that are unfinished then [µs], of all clients from outside; absent without any. */
  readonly underWay?: SparseHistogram
  /** By service, then by call; absent with one service and no call. */
  readonly scopes?: readonly ScopeResult[]
  /** Created to bound of the window's pods [µs]; pods unbound at the horizon count with the time until then. */
  readonly pending?: SparseHistogram
  /** Only in the first replication: a chart shows one run. */
  readonly nodeGrid?: NodeGrid
  /** Only in the first replication of runs with controllers. */
  readonly courses?: CoursesResult
  /** Only in the first replication of runs that keep events. */
  readonly objectEvents?: ObjectEventsResult
  /** Only in the first replication of runs that keep decisions. */
  readonly decisions?: DecisionsResult
  /** Actions and faults in order of time; absent without any. */
  readonly marks?: readonly RunMark[]
  /** Time [s] and one column per level or rate; a row per sample step, from the origin on. */
  readonly series: Table
  readonly events: number
  /** Facts beside the metrics: what was unfinished at the horizon, dropped on reading, or could never be placed. */
  readonly notes: readonly string[]
}

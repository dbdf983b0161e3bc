/** What one run returns: plain data that can cross a thread. */
import type { SparseHistogram } from '../measure/histogram.ts'
import type { Table } from './table.ts'

export type { SparseHistogram } from '../measure/histogram.ts'

/** Allocation and use of CPU by groups of `span` neighbouring node rows, at instants of the run. */
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

export interface RunResult {
  /** One number per id of METRICS; null when it does not apply or is refused. */
  readonly metrics: Readonly<Record<string, number | null>>
  /** Why a metric is null although it applies, by id ("p99.9 needs 100,000 requests, the run had 41,022"). */
  readonly refused: Readonly<Record<string, string>>
  /** Latency of all answered or censored requests of the window [µs], all services, then by service name. */
  readonly latency: SparseHistogram
  readonly latencyByService: Readonly<Record<string, SparseHistogram>>
  /** Created to bound of the window's pods [µs]; those unbound at the horizon count with the time until then. */
  readonly pending?: SparseHistogram
  /** Of the first replication only: a picture shows one run. */
  readonly nodeGrid?: NodeGrid
  /** time [s] and one column per level or rate, a row per sample step from the origin on. */
  readonly series: Table
  readonly events: number
  /** What was unfinished at the horizon, dropped on reading, never placeable, and other things a reader must know. */
  readonly notes: readonly string[]
}

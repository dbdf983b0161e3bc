/** A source of jobs as plain data: what a plan holds and a worker receives. Times [µs], CPU [millicores], memory [bytes]. */
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import type { ShapeStep } from '../shape/timeline.ts'
import type { OpenTraffic } from '../requests/spec.ts'
import type { DagSpec } from './dag.ts'

export type JobsSpec = DrawnJobsSpec | TracedJobsSpec

/** Synthetic jobs: the tasks of a job have equal requests and are independent or form a DAG. */
export interface DrawnJobsSpec extends JobsCommon {
  readonly kind: 'drawn'
  readonly size: JobSize
  readonly time: JobTime
  /** Classes of jobs, drawn by weight, with number of tasks and priority. */
  readonly classes: readonly JobClass[]
  /** Spearman's rank correlation of the CPU request with the durations and with the memory request, from -1 to 1. */
  readonly correlation: { readonly duration: number; readonly memory: number }
  readonly dag: DagSpec
}

/** What drawn and recorded jobs have in common. */
export interface JobsCommon {
  readonly name: string
  /** How jobs arrive: an open pattern, or the rate at which they request a share of the cluster's capacity (Little's law). A trace with neither is replayed. */
  readonly arrivals: OpenTraffic | null
  readonly inflate: { readonly resource: 'cpu' | 'memory' | 'gpu'; readonly share: number } | null
  /** Drawn by weight. For a trace, an empty list means the tenants of the trace. */
  readonly tenants: readonly JobTenant[]
  /** Deadline over critical path, both counted from submission; null: no deadline. */
  readonly deadline: DistributionSpec | null
  /** CPU used while running, as a share of the request. `limited`: a CPU limit equal to the request. */
  readonly usage: number
  readonly limited: boolean
  /** The tasks of a job start together or not at all; absent: each by itself. */
  readonly rigid?: boolean
  /** Requested over actual run time of a job; absent: the recorded request, or 1. */
  readonly estimate?: DistributionSpec
  /** Jobs that run longer than requested are ended then; absent: they go on. */
  readonly kill?: boolean
}

/** Jobs of a trace: replayed, or drawn with replacement when `arrivals` or `inflate` sets their number. */
export interface TracedJobsSpec extends JobsCommon {
  readonly kind: 'trace'
  readonly format: string
  /** Absolute path. */
  readonly file: string
  readonly shape: readonly ShapeStep[]
  readonly bootstrap: BootstrapSpec | null
  /** Duration of rows without a recorded end [µs]; absent: they run for ever. */
  readonly duration?: number
}

export type JobSize =
  | { readonly kind: 'drawn'; readonly cpu: DistributionSpec; readonly memory: DistributionSpec }
  | { readonly kind: 'shapes'; readonly shapes: readonly JobShape[] }

/** One request of tasks, drawn by weight. */
export interface JobShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  readonly weight: number
  readonly resources?: Readonly<Record<string, number>>
}

export type JobTime =
  /** Drawn for each task. */
  | { readonly kind: 'duration'; readonly duration: DistributionSpec }
  /**
   * CPU time of the whole job [millicore·µs], in equal parts: duration = work / (tasks × cpu). Where the duration exceeds `longest`, the job
   * gets more tasks instead.
   */
  | { readonly kind: 'work'; readonly work: DistributionSpec; readonly longest: number }

/** A class of jobs. Number of tasks: rounded, at least 1. */
export interface JobClass {
  readonly weight: number
  readonly tasks: DistributionSpec
  readonly priority: number
}

/** A tenant, to which jobs belong in proportion to its weight. */
export interface JobTenant {
  readonly name: string
  readonly weight: number
}

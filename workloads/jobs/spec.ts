/** A source of jobs as plain data. Times [µs], cpu [millicores], memory [bytes]. */
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import type { ShapeStep } from '../shape/timeline.ts'
import type { OpenTraffic } from '../requests/spec.ts'
import type { DagSpec } from './dag.ts'

export type JobsSpec = DrawnJobsSpec | TracedJobsSpec

/** A synthetic source of jobs: each has tasks of one request, independent or in a DAG. */
export interface DrawnJobsSpec extends JobsCommon {
  readonly kind: 'drawn'
  readonly size: JobSize
  readonly time: JobTime
  /** Kinds of jobs, met by weight: how many tasks (rounded, at least 1), at which priority. */
  readonly classes: readonly JobClass[]
  /** Spearman's rank correlation of the CPU request with the durations and with the memory request, from -1 to 1. */
  readonly correlation: { readonly duration: number; readonly memory: number }
  readonly dag: DagSpec
}

export interface JobsCommon {
  readonly name: string
  /** How jobs arrive, or as many as ask for a share of the cluster's capacity (Little's law). A trace with neither is replayed. */
  readonly arrivals: OpenTraffic | null
  readonly inflate: { readonly resource: 'cpu' | 'memory' | 'gpu'; readonly share: number } | null
  /** Met by weight. Of a trace: none means those of the trace. */
  readonly tenants: readonly JobTenant[]
  /** Deadline over critical path, both from submission; null: none. */
  readonly deadline: DistributionSpec | null
  /** CPU used while running, as a share of the request; limited: a CPU limit equal to the request. */
  readonly usage: number
  readonly limited: boolean
}

/** Jobs of a trace: replayed, or drawn with replacement where `arrivals` or `inflate` says how many come. */
export interface TracedJobsSpec extends JobsCommon {
  readonly kind: 'trace'
  readonly format: string
  /** Absolute. */
  readonly file: string
  readonly shape: readonly ShapeStep[]
  readonly bootstrap: BootstrapSpec | null
}

export type JobSize =
  | { readonly kind: 'drawn'; readonly cpu: DistributionSpec; readonly memory: DistributionSpec }
  | { readonly kind: 'shapes'; readonly shapes: readonly JobShape[] }

export interface JobShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  readonly weight: number
  readonly resources?: Readonly<Record<string, number>>
}

export type JobTime =
  /** Of each task by itself. */
  | { readonly kind: 'duration'; readonly duration: DistributionSpec }
  /**
   * CPU time of the whole job [millicore·µs], in equal parts: duration = work / (tasks × cpu). Where that passes `longest`, the job gets more
   * tasks instead.
   */
  | { readonly kind: 'work'; readonly work: DistributionSpec; readonly longest: number }

export interface JobClass {
  readonly weight: number
  readonly tasks: DistributionSpec
  readonly priority: number
}

export interface JobTenant {
  readonly name: string
  readonly weight: number
}

/** Background pods as plain data: what a plan holds and a worker receives. Times [µs], CPU [millicores], memory [bytes]. */
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import type { ShapeStep } from '../shape/timeline.ts'

/** Background pods. */
export type BackgroundSpec = TraceBackground | SyntheticBackground

interface BackgroundCommon {
  readonly name: string
  /** CPU used while running, as a share of the request. */
  readonly usage: number
  /** The pods have no CPU limit, so usage may exceed the request; a limit equal to the request caps usage at 1. */
  readonly limited: boolean
}

export interface TraceBackground extends BackgroundCommon {
  readonly kind: 'trace'
  readonly format: 'openb'
  /** Absolute folder. */
  readonly path: string
  /** File of the pod list inside the folder. */
  readonly pods: string
  /** Draw rows with replacement until this share of the cluster's capacity is asked for at any time (Little's law); null: replay as recorded. */
  readonly inflate: { readonly resource: 'cpu' | 'memory' | 'gpu'; readonly share: number } | null
  /** Scales gaps and lifetimes, never start-up delays. */
  readonly speedUp: number
  /** Replay only: rows created before are left out, and time zero is here. */
  readonly from: number
  /** What is made of the rows, step by step, after `from` and before `speedUp`. Absent: nothing. */
  readonly shape?: readonly ShapeStep[]
  /** First of all, a new trace out of blocks of this one, drawn anew in each replication; absent or null: the trace as recorded. */
  readonly bootstrap?: BootstrapSpec | null
}

export interface SyntheticBackground extends BackgroundCommon {
  readonly kind: 'synthetic'
  readonly shapes: readonly {
    readonly cpu: number
    readonly memory: number
    readonly weight: number
    /** Further named resources, whole amounts. */
    readonly resources?: Readonly<Record<string, number>>
  }[]
  /** Pods that stay for ever, or a stationary stream with this lifetime. */
  readonly lifetime: DistributionSpec | null
  /** How many: a fixed number, all at time zero of ageing, or a share of capacity asked for. */
  readonly count: number | null
  readonly inflate: { readonly resource: 'cpu' | 'memory'; readonly share: number } | null
}

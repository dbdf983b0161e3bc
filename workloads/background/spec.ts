/** Background pods as plain data: what a plan holds and a worker receives. Times [µs], CPU [millicores], memory [bytes]. */
import type { PodAdmission, PodRules, Toleration } from '../../sim/index.ts'
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import type { ShapeStep } from '../shape/timeline.ts'

/** A source of background pods. */
export type BackgroundSpec = TraceBackground | SyntheticBackground

/** What both kinds of sources have. */
interface BackgroundCommon {
  readonly name: string
  /** CPU used while running, as a share of the request. */
  readonly usage: number
  /** True: a CPU limit equal to the request, which caps usage at 1. False: no limit, so usage may exceed the request. */
  readonly limited: boolean
}

/** Pods of a recorded cluster, replayed or drawn. */
export interface TraceBackground extends BackgroundCommon {
  readonly kind: 'trace'
  readonly format: 'openb'
  /** Absolute path of the folder. */
  readonly path: string
  /** File of the pod list in the folder. */
  readonly pods: string
  /** Rows are drawn with replacement at the rate at which pods request this share of the cluster's capacity on average (Little's law); null: replayed as recorded. */
  readonly inflate: { readonly resource: 'cpu' | 'memory' | 'gpu'; readonly share: number } | null
  /**
   * All rows in random order, with rows drawn with replacement behind them or some left out until they request this share, arrive evenly
   * over `over` and stay for ever; absent: they do not. Excludes `inflate`, `from`, `speedUp`, `shape` and `bootstrap`.
   */
  readonly fill?: { readonly resource: 'cpu' | 'memory' | 'gpu'; readonly share: number; readonly over: number }
  /** Divides gaps and lifetimes, not start-up delays. */
  readonly speedUp: number
  /** Replay only: time zero of the replay; rows created before it are left out. */
  readonly from: number
  /** Shape steps, applied after `from` and before `speedUp`; absent: none. */
  readonly shape?: readonly ShapeStep[]
  /** Resamples the trace by blocks in each replication, before all else; absent or null: the trace as recorded. */
  readonly bootstrap?: BootstrapSpec | null
}

/** Pods drawn from shapes and a lifetime. */
export interface SyntheticBackground extends BackgroundCommon {
  readonly kind: 'synthetic'
  readonly shapes: readonly {
    readonly cpu: number
    readonly memory: number
    readonly weight: number
    /** Other named resources, in whole amounts. */
    readonly resources?: Readonly<Record<string, number>>
    /** Where the pods may run; absent: on every node without taints. */
    readonly nodeSelector?: Readonly<Record<string, string>>
    readonly tolerations?: readonly Toleration[]
    readonly labels?: Readonly<Record<string, string>>
    readonly priority?: number
    /** Affinity, spreading and what else Kubernetes knows; absent: none. */
    readonly rules?: PodRules
    /** What quotas and limit ranges read; absent: nothing. */
    readonly admission?: PodAdmission
  }[]
  /** Lifetimes of a stationary stream; null: pods that run for ever. */
  readonly lifetime: DistributionSpec | null
  /** Number of pods: `count` pods, or the pods that request a share of the capacity; exactly one of the two is set. */
  readonly count: number | null
  readonly inflate: { readonly resource: 'cpu' | 'memory'; readonly share: number } | null
}

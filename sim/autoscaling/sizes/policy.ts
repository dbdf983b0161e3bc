/** The contract of a size autoscaler: how much CPU the pods of a service should request. */
import type { Definition, Parameters } from '../../common/define.ts'
import type { Time } from '../../common/ids.ts'

/** Given to each size autoscaler when it is created, one per service. */
export interface SizesContext {
  now(): Time
}

/** CPU usage of one service, scraped and averaged over a window, per measured pod. */
export interface UsageView {
  readonly now: Time // simulated time [µs]
  /** Present request of a pod [millicores]. */
  readonly request: number
  /** Limit of a pod [millicores]; 0: none. */
  readonly limit: number
  /** Pods that were ready and had samples in the window. */
  readonly measured: number
  /** CPU used, mean of the measured pods [millicores]. */
  readonly meanUsed: number
  /** CPU used by each measured pod [millicores], in no particular order; the list is made when it is read. */
  readonly used: readonly number[]
  /** CPU used by the pod that used the most [millicores]. */
  readonly peakUsed: number
}

/** Recommended requests of a pod. */
export interface Sizes {
  /** Whole millicores, from 1. */
  readonly cpu: number
}

/** Asked for the recommended requests of its service's pods once per period. */
export interface SizeAutoscaler {
  /** Period [µs]. */
  readonly every: Time
  /** The requests for pods created from now on. */
  recommend(usage: UsageView): Sizes
}

export type SizeAutoscalerDefinition<P extends Parameters = Parameters> = Definition<SizeAutoscaler | null, SizesContext, P>

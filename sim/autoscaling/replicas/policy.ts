/** The contract of a replica autoscaler: how many replicas a service should have. */
import type { Definition, Parameters } from '../../common/define.ts'
import type { Time } from '../../common/ids.ts'

/** Given to each replica autoscaler when it is created, one per service. */
export interface ReplicasContext {
  now(): Time
}

/** The load of one service as its autoscaler sees it: scraped, averaged over a window and late; never live values. */
export interface LoadView {
  readonly now: Time
  /** Time since the origin of the measured run, at which its services start [µs]. */
  readonly elapsed: Time
  /** Desired replicas at present (the spec, not the number of ready pods). */
  readonly replicas: number
  /** Pods that were ready and had samples in the window. */
  readonly measured: number
  readonly ready: number
  /** CPU used over CPU requested, over the measured pods and the window (1 = 100 %); NaN without samples. */
  readonly utilization: number
  /** Requests arriving at the service, over the window [per second]; NaN without samples. */
  readonly rate: number
  /** Requests in flight per measured pod, over the window; NaN without samples. */
  readonly inFlight: number
  /** Those of them that have no thread yet; 0 where pods share their CPU among all requests (`threads: 0`). */
  readonly queued: number
  /** Bounds of the service. */
  readonly min: number
  readonly max: number
}

/** Asked for the desired replicas of its service once per period. */
export interface ReplicaAutoscaler {
  /** Period [µs]. */
  readonly every: Time
  /** The desired replicas, a whole number from 0; the caller clamps it to min..max. */
  desired(load: LoadView): number
}

export type ReplicaAutoscalerDefinition<P extends Parameters = Parameters> = Definition<ReplicaAutoscaler | null, ReplicasContext, P>

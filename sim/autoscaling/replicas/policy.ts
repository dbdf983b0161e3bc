/** How many replicas: a pure question asked every sync period. */
import type { Definition, Parameters } from '../../common/define.ts'

export interface ReplicasContext {
  now(): number
}

/** What a replica autoscaler sees of its service: scraped, windowed and late. Never live values. */
export interface LoadView {
  readonly now: number
  /** Time since the origin of the measured run, the start of its services [µs]. */
  readonly elapsed: number
  /** Desired replicas at present (the spec, not the ready ones). */
  readonly replicas: number
  /** Pods that were ready and had samples in the window. */
  readonly measured: number
  readonly ready: number
  /** CPU used over CPU requested, over the measured pods and the window (1 = 100 %); NaN without samples. */
  readonly utilization: number
  /** Requests per second arriving at the service, and requests in flight per measured pod, over the window; NaN without samples. */
  readonly rate: number
  readonly inFlight: number
  /** Those of them that wait for a thread, per measured pod; 0 where pods share their CPU among all requests (`threads: 0`). */
  readonly queued: number
  readonly min: number
  readonly max: number
}

export interface ReplicaAutoscaler {
  /** Sync period [µs]. */
  readonly every: number
  /** The wanted number of replicas; the caller clamps to min..max. */
  desired(target: LoadView): number
}

export type ReplicaAutoscalerDefinition<P extends Parameters = Parameters> = Definition<ReplicaAutoscaler | null, ReplicasContext, P>

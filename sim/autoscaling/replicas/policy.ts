/** The contract of a replica autoscaler: how many replicas a service should have. */
import type { Definition, Parameters } from '../../common/define.ts'
import type { Time } from '../../common/ids.ts'

/** Given to each replica autoscaler when it is created, one per service. */
export interface ReplicasContext {
  now(): Time
}

/** A pod of the service, as its status and its CPU sample show it. */
export interface PodSample {
  /** When it was bound to its node [µs]; NaN: it has none. */
  readonly started: Time
  /** Whether it is ready. */
  readonly ready: boolean
  /** Since when that is so [µs]; its creation, when it has never been ready. */
  readonly readySince: Time
  /** CPU that it requests [millicores]. */
  readonly request: number
  /** CPU used, averaged over the window of all pods, also where the pod served for a part of it only [millicores]; NaN: no sample. */
  readonly used: number
}

/** Pods whose samples are equal. Of those that have been ready for an hour, the times are those of one of them. */
export interface PodSamples extends PodSample {
  readonly count: number
}

/** The load of one service as its autoscaler sees it: scraped, averaged over a window and late; never live values. */
export interface LoadView {
  readonly now: Time // simulated time [µs]
  /** Time since the origin of the measured run, at which its services start [µs]. */
  readonly elapsed: Time
  /** Desired replicas at present (the spec, not the number of ready pods). */
  readonly replicas: number
  /** Ready pods whose samples reach back over the whole window. A pod that became ready within it is set aside: the old pods' averages still hold its load. */
  readonly measured: number
  /** Pods that are ready now. */
  readonly ready: number
  /** CPU used over CPU requested, over the measured pods and the window (1 = 100 %); NaN without samples. */
  readonly utilization: number
  /** Requests arriving at the service, over the window [per second]; NaN without samples. */
  readonly rate: number
  /** Requests in the pods, averaged over the window, per ready pod: times `ready`, the requests of the service. NaN without samples or ready pods. */
  readonly inFlight: number
  /** Those of them that have no thread yet; 0 where pods share their CPU among all requests (`threads: 0`). */
  readonly queued: number
  /** The pods that do not terminate, in no particular order; the list is made when it is read. */
  readonly pods: readonly PodSample[]
  /** The same pods, those with equal samples together; null where each has its own, because requests are simulated one by one. */
  readonly alike: readonly PodSamples[] | null
  /** When the samples of the pods were taken [µs]. */
  readonly sampled: Time
  /** Window that they average over [µs]; 0: there are none. */
  readonly window: Time
  readonly min: number // minReplicas of the service
  readonly max: number // maxReplicas of the service
}

/** Asked for the desired replicas of its service once per period. */
export interface ReplicaAutoscaler {
  /** Period [µs]. */
  readonly every: Time
  /** The desired replicas, a whole number from 0; the caller clamps it to min..max. */
  desired(load: LoadView): number
}

/** A replica autoscaler as listed in the catalogue. */
export interface ReplicaAutoscalerDefinition<P extends Parameters = Parameters> extends Definition<
  ReplicaAutoscaler | null,
  ReplicasContext,
  P
> {
  /** What it measures exists only while a pod is ready, so that no demand could call pods back from 0: `minReplicas: 0` is refused. */
  readonly needsPods?: boolean
}

/** Marks an autoscaler whose metrics exist only while a pod is ready. */
export const needingPods = <D extends ReplicaAutoscalerDefinition>(definition: D): D & { readonly needsPods: true } => ({
  ...definition,
  needsPods: true,
})

/** Why this autoscaler may not scale a service to 0; '' when it may. */
export function zeroProblem({ name, needsPods }: Pick<ReplicaAutoscalerDefinition, 'name' | 'needsPods'>): string {
  if (needsPods !== true) return ''
  return `found 0 with ${name}, whose metric exists only while a pod is ready, so that it could never scale up again; accepted: from 1, or an autoscaler that sees demand without pods (queue-length, scheduled)`
}

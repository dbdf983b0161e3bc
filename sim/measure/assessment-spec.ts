/** What a run is judged by beside its requests: the demand of services in pods, the power of nodes and the carbon of electricity. */
import type { Time } from '../common/ids.ts'

/** The assessment of a run. */
export interface AssessmentSpec {
  /** Time between two looks at pods and nodes [µs]; what is seen holds until the next one. */
  readonly every: Time
  /** Arrivals are averaged over this time for the demand [µs]. */
  readonly demandOver: Time
  readonly demand: readonly DemandSpec[]
  /** Power by pool; an item without a pool holds for all pools that have none of their own. */
  readonly power: readonly PowerSpec[]
  /** Energy of the data centre over that of its nodes. */
  readonly pue: number
  /** Carbon intensity from each time on [g/kWh], in order of time [µs from the origin]; empty: unknown. */
  readonly carbon: readonly { readonly at: Time; readonly intensity: number }[]
  /** The carbon series begins again after this time [µs]; 0: it does not. */
  readonly carbonPeriod: Time
}

/** The requests per second that one pod of a service serves within the objective. */
export interface DemandSpec {
  readonly service: number
  readonly perPod: number
}

/** Power of a node [W]. */
export interface PowerSpec {
  readonly pool?: number
  /** At equal steps of utilization from 0 to 1, linear between them. */
  readonly curve: readonly number[]
  /** Of a node that has had no pod for `after` [µs]; absent: nodes do not sleep. */
  readonly sleep?: { readonly power: number; readonly after: Time }
}

/** What stands around a balancer, whichever it is: which backends it sees, and what happens before and after its pick. */
import type { Time } from '../../common/ids.ts'

/** Each balancer instance uses a part of the backends. */
export interface Subset {
  readonly size: number
  /** random: drawn by each instance, with little movement at changes; deterministic: equal numbers of instances for each backend (Site Reliability Engineering). */
  readonly method: 'random' | 'deterministic'
}

/** Zones of balancer instances and backends. */
export interface ZoneRouting {
  /**
   * aware: to the own zone as far as it has its share of backends (Envoy); prefer: to the own zone while it has a usable backend; only: to the own zone; priority: to the own zone as
   * long as enough of it is healthy (Envoy's priority levels).
   */
  readonly mode: 'aware' | 'prefer' | 'only' | 'priority'
  /** aware: below this number of backends, zones are not looked at. */
  readonly minimum: number
  /** Longer way to another zone, one way. */
  readonly delay: Time
}

/** A backend that fails is left out for a time. */
export interface Outliers {
  /** Failures in a row; 0: not looked at. */
  readonly consecutive: number
  /** Period of the sweep that ends ejections and looks at success rates. */
  readonly interval: Time
  /** Ejected for this time multiplied by the number of ejections, at most `maxEjection`. */
  readonly ejection: Time
  readonly maxEjection: Time
  /** Largest share of backends that are ejected at once; one always may be. */
  readonly maxShare: number
  /** Standard deviations below the mean success rate; 0: not looked at. */
  readonly deviations: number
  /** Requests in an interval that make a backend's success rate count, and backends that must have as many. */
  readonly requests: number
  readonly backends: number
}

/** Active health checks: probes of each backend. */
export interface HealthChecks {
  readonly interval: Time
  /** Failed checks in a row until a backend is left out, and good ones until it is used again. */
  readonly fall: number
  readonly rise: number
}

/** A backend that was added gets its full share gradually. */
export interface SlowStart {
  readonly window: Time
  /** The share grows as (time / window)^(1 / aggression). */
  readonly aggression: number
  readonly minimum: number
}

/** Bounds of one balancer instance; Infinity: none. */
export interface Limits {
  /** Requests in flight at all backends (more are rejected), at one backend (more are held), and held requests (more are rejected). */
  readonly requests: number
  readonly perBackend: number
  readonly pending: number
}

/** Requests of a client go to the backend of its last request. */
export interface Affinity {
  /** Time after its last request at which a client is forgotten. */
  readonly timeout: Time
}

/** All of it; absent parts do nothing. */
export interface Routing {
  readonly subset?: Subset
  readonly zones?: ZoneRouting
  readonly outliers?: Outliers
  readonly checks?: HealthChecks
  readonly slowStart?: SlowStart
  readonly limits?: Limits
  readonly affinity?: Affinity
  /** Share of usable backends below which health is ignored. */
  readonly panic: number
}

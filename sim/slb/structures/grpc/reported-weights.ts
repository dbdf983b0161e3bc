/**
 * Weights of backends from the loads that they report: requests per second over utilization, with a penalty for errors.
 * Source: google.golang.org/grpc v1.85 balancer/weightedroundrobin/balancer.go (gRFC A58).
 */
import type { Time } from '../../../common/ids.ts'

/** How reports are used. */
export interface ReportSettings {
  /** A backend has no weight for this time after its first report [µs]. */
  readonly blackout: Time
  /** A report is forgotten after this time [µs]. */
  readonly expiration: Time
  /** Weight of errors per request beside the utilization. */
  readonly penalty: number
}

/** The weight of one backend. */
export class ReportedWeight {
  private weight = 0
  /** NaN: no reports, or none since the last ones were forgotten. */
  private since: Time = NaN
  private updated: Time = NaN

  /** A report; one without requests or without utilization is ignored. */
  report(now: Time, requests: number, utilization: number, errors: number, { penalty }: ReportSettings): void {
    if (requests === 0 || utilization === 0) return
    this.weight = requests / (utilization + (errors / requests) * penalty)
    this.updated = now
    if (Number.isNaN(this.since)) this.since = now
  }

  /** The weight at a time; 0: not known. Looking also forgets expired reports. */
  at(now: Time, { blackout, expiration }: ReportSettings): number {
    if (Number.isNaN(this.updated)) return 0
    if (now - this.updated >= expiration) {
      this.since = NaN
      return 0
    }
    return blackout === 0 || now - this.since >= blackout ? this.weight : 0
  }
}

/** Traffic with all its times known. */
import type { TrafficSpec } from '../../workloads/index.ts'
import type { TrafficData } from './schema-traffic.ts'

/** A wave without a period takes the horizon, a week a seventh of it for a day: so a run sees one whole wave or week. */
export function resolveTraffic(given: TrafficData, horizon: number): TrafficSpec {
  switch (given.pattern) {
    case 'diurnal':
      return { ...given, period: given.period ?? horizon }
    case 'weekly':
      return { ...given, day: given.day ?? horizon / 7 }
    default:
      return given
  }
}

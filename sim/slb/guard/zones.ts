/** Which zone a request goes to. */
import { NONE } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { levelOf, priorityLoads } from '../structures/envoy/priorities.ts'
import type { ZoneRouting } from './spec.ts'

/** Backends of a zone. */
export interface ZoneCounts {
  /** Those that the instance may use, healthy or not, and those that it uses now. */
  readonly hosts: number
  readonly usable: number
}

/** Percent of its healthy share that a level of priority gets. */
const OVERPROVISIONING = 140

/**
 * The zone, NONE when there is none with a usable backend. Instances are spread evenly over `zones.length` zones. aware: with a share of backends b in the own zone and a
 * share 1/z of the instances, everything stays when b >= 1/z, else b z of it; the rest goes to zones that have more than their share, in proportion to what they have more.
 */
export function zoneFor(own: number, zones: readonly ZoneCounts[], { mode, minimum }: ZoneRouting, random: RandomStream): number {
  const total = zones.reduce((sum, { usable }) => sum + usable, 0)
  if (total === 0) return NONE
  const local = zones[own].usable
  if (mode === 'only') return local > 0 ? own : NONE
  if (mode === 'prefer') return local > 0 ? own : byHosts(zones, own, total, random)
  if (mode === 'priority') return byPriority(own, zones, random)
  if (total < minimum) return byHosts(zones, NONE, total, random)
  const share = 1 / zones.length
  const stays = local / total / share
  if (stays >= 1 || random.next() < stays) return own
  const residual = zones.map(({ usable }, zone) => (zone === own ? 0 : Math.max(0, usable / total - share)))
  return drawn(residual, random) ?? byHosts(zones, own, total - local, random)
}

function byPriority(own: number, zones: readonly ZoneCounts[], random: RandomStream): number {
  const others = zones.reduce(
    (sum, { hosts, usable }, zone) => (zone === own ? sum : { hosts: sum.hosts + hosts, healthy: sum.healthy + usable, degraded: 0 }),
    { hosts: 0, healthy: 0, degraded: 0 },
  )
  const loads = priorityLoads([{ hosts: zones[own].hosts, healthy: zones[own].usable, degraded: 0 }, others], OVERPROVISIONING, 0)
  const { level } = levelOf(loads, random.int(100))
  if (level === 0 && zones[own].usable > 0) return own
  return others.healthy > 0 ? byHosts(zones, own, others.healthy, random) : own
}

/** A zone but `exclude`, in proportion to its usable backends, of which there are `total`. */
function byHosts(zones: readonly ZoneCounts[], exclude: number, total: number, random: RandomStream): number {
  let left = random.int(total)
  for (let zone = 0; zone < zones.length; zone++) {
    if (zone === exclude) continue
    left -= zones[zone].usable
    if (left < 0) return zone
  }
  return NONE
}

function drawn(weights: readonly number[], random: RandomStream): number | undefined {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  if (sum <= 0) return undefined
  let left = random.next() * sum
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]
    if (left < 0) return i
  }
  return undefined
}

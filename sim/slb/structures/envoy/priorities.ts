/**
 * Envoy's division of traffic: between priority levels by health, with panic, and between localities by weight and health. Source: Envoy 1.40,
 * load_balancer_impl.cc and locality_wrr.cc, documentation of priority levels and of the panic threshold; compared with recordings of it.
 */

/** Hosts of a level or locality by health. */
export interface HostCounts {
  readonly hosts: number
  readonly healthy: number
  readonly degraded: number
}

/** Percent of the requests for the healthy and for the degraded hosts of each level, and whether a level ignores health. */
export interface PriorityLoads {
  readonly healthy: readonly number[]
  readonly degraded: readonly number[]
  readonly panic: readonly boolean[]
}

/**
 * Levels get load in their order, as much as `overprovisioning` percent of their healthy share, at most 100; then degraded hosts. When the levels together have
 * less than 100, their shares are scaled up, and levels with less than `panicThreshold` percent of usable hosts ignore health; when all do, load goes by number of hosts.
 */
export function priorityLoads(levels: readonly HostCounts[], overprovisioning: number, panicThreshold: number): PriorityLoads {
  const available = (count: number, hosts: number): number =>
    hosts === 0 ? 0 : Math.min(100, Math.floor((overprovisioning * count) / hosts))
  const healthy = levels.map((level) => available(level.healthy, level.hosts))
  const degraded = levels.map((level) => available(level.degraded, level.hosts))
  const total = Math.min(100, sum(healthy) + sum(degraded))
  const panic = levels.map(
    ({ hosts, healthy: fit, degraded: worse }) => total < 100 && (hosts === 0 ? 0 : (100 * (fit + worse)) / hosts) < panicThreshold,
  )
  if (panic.every((level) => level)) return { healthy: byHosts(levels), degraded: levels.map(() => 0), panic }
  if (total === 0) return { healthy: levels.map((_, i) => (i === 0 ? 100 : 0)), degraded: levels.map(() => 0), panic }
  const first = divided(healthy, 100, total)
  const second = divided(degraded, first.left, total)
  // what rounding has left goes to the first level that has usable hosts
  const at = healthy.findIndex((share) => share > 0)
  if (at >= 0) first.load[at] += second.left
  else second.load[degraded.findIndex((share) => share > 0)] += second.left
  return { healthy: first.load, degraded: second.load, panic }
}

/** The level that a random number from 0 to 99 selects, and whether its degraded hosts serve. */
export function levelOf({ healthy, degraded }: PriorityLoads, random: number): { readonly level: number; readonly degraded: boolean } {
  let left = random
  for (const [level, load] of healthy.entries()) {
    if (left < load) return { level, degraded: false }
    left -= load
  }
  for (const [level, load] of degraded.entries()) {
    if (left < load) return { level, degraded: true }
    left -= load
  }
  throw new RangeError(`${random} is beyond the loads, which sum to 100`)
}

/**
 * Weights of the localities among themselves as whole numbers: the configured weight times the usable share of the hosts times `overprovisioning` percent, at
 * most 1. Whole, so that deadlines are exact.
 */
export function localityWeights(localities: readonly (HostCounts & { readonly weight: number })[], overprovisioning: number): number[] {
  const common = localities.reduce((product, { hosts }) => product * Math.max(1, hosts), 1)
  return localities.map(({ weight, hosts, healthy }) =>
    hosts === 0 ? 0 : (weight * Math.min(100 * hosts, overprovisioning * healthy) * common) / hosts,
  )
}

function byHosts(levels: readonly HostCounts[]): number[] {
  const total = levels.reduce((all, { hosts }) => all + hosts, 0)
  if (total === 0) return levels.map((_, i) => (i === 0 ? 100 : 0))
  const load = levels.map(({ hosts }) => Math.floor((100 * hosts) / total))
  load[levels.findIndex(({ hosts }) => hosts > 0)] += 100 - sum(load)
  return load
}

function divided(available: readonly number[], load: number, total: number): { readonly load: number[]; readonly left: number } {
  let left = load
  const parts = available.map((share) => {
    const part = Math.min(left, Math.floor((share * 100) / total))
    left -= part
    return part
  })
  return { load: parts, left }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

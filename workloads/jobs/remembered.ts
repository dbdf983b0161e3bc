/**
 * Tables of a distribution are computed once per process: a worker opens the same source for each replication, and twice where the cluster
 * is aged. This is safe because the tables are only read, and bounded because an experiment has few distributions.
 */
import type { DistributionSpec } from '../../sim/random/index.ts'

const MAX_KEPT = 64

/** Caches `make` by its specification. */
export function remembered<T>(make: (spec: DistributionSpec) => T): (spec: DistributionSpec) => T {
  const known = new Map<string, T>()
  return (spec) => {
    const key = JSON.stringify(spec)
    let made = known.get(key)
    if (made === undefined) {
      if (known.size === MAX_KEPT) known.clear()
      known.set(key, (made = make(spec)))
    }
    return made
  }
}

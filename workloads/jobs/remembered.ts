/**
 * Tables made of a distribution are made once per process: a worker opens the same source for each replication, and twice where the cluster
 * is aged. Safe, since the tables are only read; bounded, since an experiment has few distributions.
 */
import type { DistributionSpec } from '../../sim/random/index.ts'

const MAX_KEPT = 64

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

/** Which replicas keep which ranges of a store's keys, and how many of the ranges have enough of them. */
import type { Consistency } from './spec.ts'

/** Replicas that must answer of `replication`. */
export function needed(level: Consistency, replication: number): number {
  switch (level) {
    case 'ONE':
      return 1
    case 'TWO':
      return 2
    case 'THREE':
      return 3
    case 'QUORUM':
      return Math.floor(replication / 2) + 1
    case 'ALL':
      return replication
  }
}

/** By number of replicas, 0 to `replication`: the ranges that have that number of those for which `has` is true. Range i is kept by the ordinals i, i + 1, ... */
export function rangesBy(nodes: number, replication: number, has: (ordinal: number) => boolean): Int32Array {
  const counts = new Int32Array(replication + 1)
  for (let range = 0; range < nodes; range++) {
    let holders = 0
    for (let i = 0; i < replication; i++) if (has((range + i) % nodes)) holders++
    counts[holders]++
  }
  return counts
}

/** Ranges with at least this number of replicas. */
export function atLeast(counts: Int32Array, replicas: number): number {
  let ranges = 0
  for (let holders = replicas; holders < counts.length; holders++) ranges += counts[holders]
  return ranges
}

/** Other replicas that share a range with the ordinal and for which `has` is true: those from which its data can be streamed. */
export function senders(nodes: number, replication: number, ordinal: number, has: (ordinal: number) => boolean): number {
  const found = new Set<number>()
  for (let i = 1; i < replication; i++) {
    found.add((ordinal + i) % nodes)
    found.add((ordinal + nodes - i) % nodes)
  }
  found.delete(ordinal)
  return [...found].filter(has).length
}

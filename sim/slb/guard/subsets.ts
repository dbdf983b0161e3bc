/** The part of the backends that one balancer instance uses. */
import { hashOf } from './hash.ts'
import type { Subset } from './spec.ts'

/**
 * The chosen ones of `backends` (numbers in ascending order) for an instance.
 * random: the `size` smallest hashes of (instance, backend), so that a backend that comes or goes moves at most one. deterministic: the instances are divided into rounds in which
 * every backend is used by one of them; the backends are shuffled again for each round (Site Reliability Engineering, chapter 20).
 */
export function subsetOf(backends: readonly number[], instance: number, { size, method }: Subset): readonly number[] {
  if (backends.length <= size) return backends
  if (method === 'random') {
    const scored = backends.map((backend) => ({ backend, score: hashOf(instance, backend) }))
    scored.sort((a, b) => a.score - b.score || a.backend - b.backend)
    return scored.slice(0, size).map(({ backend }) => backend)
  }
  const subsets = Math.max(1, Math.floor(backends.length / size))
  const round = Math.floor(instance / subsets)
  const shuffled = [...backends]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = hashOf(round, i) % (i + 1)
    const other = shuffled[j]
    shuffled[j] = shuffled[i]
    shuffled[i] = other
  }
  const start = (instance % subsets) * size
  return shuffled.slice(start, start + size)
}

/** NodeResourcesBalancedAllocation: prefers nodes whose resources would be used in equal shares: 100 times 1 - the standard deviation of the shares. */
import { MAX_SCORE, type Plugin } from '../plugin.ts'
import { allocation } from './node-resources-fit.ts'

/** The plugin over these resources. */
export function nodeResourcesBalancedAllocation(resources: readonly string[]): Plugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore: ({ requests }) => {
      if (resources.every((name) => (requests.get(name) ?? 0) === 0)) return null
      return {
        score: (node) => {
          const shares = resources
            .map((name) => allocation(node, name, requests, false))
            .filter(([, capacity]) => capacity !== 0)
            .map(([requested, capacity]) => Math.min(1, requested / capacity))
          return Math.trunc((1 - deviation(shares)) * MAX_SCORE)
        },
      }
    },
  }
}

/** Standard deviation of the population. Two values have a form of their own, in the same floating-point steps as the real one. */
export function deviation(shares: readonly number[]): number {
  const { length } = shares
  if (length < 2) return 0
  if (length === 2) return Math.abs((shares[0] - shares[1]) / 2)
  const mean = shares.reduce((sum, share) => sum + share, 0) / length
  return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0) / length)
}

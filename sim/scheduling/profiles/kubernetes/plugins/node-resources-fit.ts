/**
 * NodeResourcesFit: every requested resource must be free on the node; scores by what is allocated with the pod, by one of three strategies.
 * Each resource's score is a whole number from 0 to 100, and so is their weighted mean.
 */
import type { NodeInfo } from '../node-info.ts'
import { MAX_SCORE, type Plugin, type Refusal } from '../plugin.ts'
import type { PodInfo } from '../pod-info.ts'
import { isExtended, isScalar, type Requests } from '../requests.ts'

/** A resource that counts for the score. */
export interface WeightedResource {
  readonly name: string
  readonly weight: number
}

/** A point of the function from utilization [%] to score [0 to 10]. */
export interface ShapePoint {
  readonly utilization: number
  readonly score: number
}

/** How NodeResourcesFit scores. */
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio'
  readonly resources: readonly WeightedResource[]
  /** For RequestedToCapacityRatio. */
  readonly shape?: readonly ShapePoint[] | null
}

/** Extended resources that the filter leaves out. */
export interface IgnoredResources {
  readonly ignoredResources?: readonly string[]
  /** Parts of names before the slash. */
  readonly ignoredResourceGroups?: readonly string[]
}

/** The plugin with these arguments. */
export function nodeResourcesFit(strategy: ScoringStrategy, ignored: IgnoredResources = {}): Plugin {
  const score = scoreOf(strategy)
  const { ignoredResources = [], ignoredResourceGroups = [] } = ignored
  const ignores = (name: string): boolean =>
    ignoredResources.includes(name) || (name.includes('/') && ignoredResourceGroups.includes(name.slice(0, name.indexOf('/'))))
  return {
    name: 'NodeResourcesFit',
    preFilter: (pod) => ({ filter: (node) => shortage(pod, node, ignores) }),
    preScore: ({ scoredRequests }) => ({
      score: (node) => {
        let sum = 0
        let weights = 0
        for (const { name, weight } of strategy.resources) {
          const [requested, capacity] = allocation(node, name, scoredRequests, true)
          if (capacity === 0) continue
          const value = score(requested, capacity)
          if (value === 0 && strategy.type === 'RequestedToCapacityRatio') continue
          sum += value * weight
          weights += weight
        }
        if (weights === 0) return 0
        return strategy.type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.trunc(sum / weights)
      },
    }),
  }
}

/** Amount that is requested on the node with the pod, and its capacity; 0 where the resource does not count for this pod and node. */
export function allocation(node: NodeInfo, resource: string, requests: Requests, scored: boolean): readonly [number, number] {
  // The number of pods is no amount of a resource to the real scorer.
  if (resource === 'pods') return [0, 0]
  const wanted = requests.get(resource) ?? 0
  if (wanted === 0 && isScalar(resource)) return [0, 0]
  const held = scored ? node.scoredRequested(resource) : node.requested(resource)
  return [held + wanted, node.allocatable(resource)]
}

/** floor(a * b / c), exact also where the product is above 2^53. */
export function share(a: number, b: number, c: number): number {
  const product = a * b
  return Number.isSafeInteger(product) ? Math.trunc(product / c) : Number((BigInt(a) * BigInt(b)) / BigInt(c))
}

/** The score of one resource by what would be requested of it and its capacity. */
export function scoreOf({ type, shape }: ScoringStrategy): (requested: number, capacity: number) => number {
  if (type === 'LeastAllocated')
    return (requested, capacity) => (requested > capacity ? 0 : share(capacity - requested, MAX_SCORE, capacity))
  if (type === 'MostAllocated') return (requested, capacity) => share(Math.min(requested, capacity), MAX_SCORE, capacity)
  const points = shape ?? []
  return (requested, capacity) => interpolated(points, requested > capacity ? 100 : share(requested, 100, capacity))
}

/** Linear between the points, constant outside; scores of 0 to 10 become 0 to 100. Rounds toward zero. */
function interpolated(points: readonly ShapePoint[], utilization: number): number {
  const at = points.findIndex((point) => utilization <= point.utilization)
  if (at === -1) return points[points.length - 1].score * 10
  if (at === 0) return points[0].score * 10
  const [from, to] = [points[at - 1], points[at]]
  const rise = (to.score - from.score) * 10 * (utilization - from.utilization)
  return from.score * 10 + Math.trunc(rise / (to.utilization - from.utilization))
}

/** All resources of which too little is free. It cannot be resolved when one request is above what the whole node has. */
function shortage({ requests }: PodInfo, node: NodeInfo, ignores: (name: string) => boolean): Refusal | null {
  const reasons: string[] = []
  let code: Refusal['code'] = 'Unschedulable'
  if (node.pods.length + 1 > node.allocatable('pods')) reasons.push('Too many pods')
  for (const [name, amount] of requests) {
    if (amount === 0 || name === 'pods' || (isExtended(name) && ignores(name))) continue
    const allocatable = node.allocatable(name)
    if (amount <= allocatable - node.requested(name)) continue
    reasons.push(`Insufficient ${name}`)
    if (amount > allocatable) code = 'UnschedulableAndUnresolvable'
  }
  return reasons.length === 0 ? null : { code, reasons: reasons.sort() }
}

/**
 * Consolidation: of several nodes together, then of one, into the free capacity of the others and at most one new node that is cheaper than
 * those which it replaces.
 */
import { MILLI, type NodesView } from '../../../cluster/views.ts'
import { NONE, type NodeId, type PodClassId, type PoolId } from '../../../common/ids.ts'
import { DrainSimulation, movingPods } from '../drain-simulation.ts'
import type { NodesScalingView, ScalablePool } from '../policy.ts'

/** Candidates of one search for several nodes. */
const MOST = 100

/** Nodes that may leave, and the pool of the node that replaces them; NONE: no node is needed. */
export interface Replacement {
  readonly nodes: readonly NodeId[]
  readonly pool: PoolId
}

/** What consolidation may do. */
export interface ConsolidationRules {
  readonly multiNode: boolean
  readonly replace: boolean
}

export class Consolidation {
  private readonly simulation = new DrainSimulation()
  private readonly rules: ConsolidationRules

  constructor(rules: ConsolidationRules) {
    this.rules = rules
  }

  /**
   * The longest part of the candidates, from the first on, that can leave together, by binary search on its length; else the first one that
   * can leave alone; null when none can.
   *
   * @param candidates in order of the cost of their disruption
   * @param allowed most nodes that may leave
   */
  find(view: NodesScalingView, candidates: readonly NodeId[], allowed: number): Replacement | null {
    const nodes: NodeId[] = []
    const pods: PodClassId[][] = []
    for (const node of candidates) {
      const moving = movingPods(view, node)
      if (moving === null) continue
      nodes.push(node)
      pods.push(moving)
    }
    const several = this.rules.multiNode ? this.several(view, nodes, pods, Math.min(allowed, MOST)) : null
    return several ?? this.single(view, nodes, pods)
  }

  /** Whether all pods of the nodes may still move and fit elsewhere, now that the cluster has changed. */
  stillValid(view: NodesScalingView, nodes: readonly NodeId[]): boolean {
    const pods = nodes.map((node) => movingPods(view, node))
    if (pods.some((moving) => moving === null)) return false
    this.simulation.begin(view.cluster, () => false)
    return this.simulation.emptiesAll(nodes, pods as PodClassId[][]).length === 0
  }

  private several(
    view: NodesScalingView,
    nodes: readonly NodeId[],
    pods: readonly (readonly PodClassId[])[],
    most: number,
  ): Replacement | null {
    let [least, longest] = [2, Math.min(most, nodes.length)]
    let found: Replacement | null = null
    while (least <= longest) {
      const length = Math.floor((least + longest) / 2)
      const tried = this.without(view, nodes.slice(0, length), pods.slice(0, length))
      if (tried !== null) {
        found = tried
        least = length + 1
      } else longest = length - 1
    }
    return found
  }

  private single(view: NodesScalingView, nodes: readonly NodeId[], pods: readonly (readonly PodClassId[])[]): Replacement | null {
    let begun = false
    for (let i = 0; i < nodes.length; i++) {
      if (!begun) this.simulation.begin(view.cluster, () => false)
      begun = true
      if (this.simulation.empties(nodes[i], pods[i])) return { nodes: [nodes[i]], pool: NONE }
    }
    if (!this.rules.replace) return null
    for (let i = 0; i < nodes.length; i++) {
      const found = this.without(view, [nodes[i]], [pods[i]])
      if (found !== null) return found
    }
    return null
  }

  private without(view: NodesScalingView, nodes: readonly NodeId[], pods: readonly (readonly PodClassId[])[]): Replacement | null {
    this.simulation.begin(view.cluster, () => false)
    const left = this.simulation.emptiesAll(nodes, pods)
    if (left.length === 0) return { nodes, pool: NONE }
    if (!this.rules.replace) return null
    const pool = cheaper(view, nodes, left)
    return pool === NONE ? null : { nodes, pool }
  }
}

/**
 * The cheapest pool of which one node holds the pods and costs less than the nodes together; when a pool of these is among the cheaper ones, also less
 * than that: a node is not replaced by its like.
 */
function cheaper({ cluster, pools }: NodesScalingView, removed: readonly NodeId[], pods: readonly PodClassId[]): PoolId {
  const { nodes } = cluster
  const total = removed.reduce((sum, node) => sum + nodes.price[node], 0)
  const own = new Set(removed.map((node) => nodes.pool[node]))
  const fits = pools.filter((one) => one.count < one.max && one.type.price < total && holds(one, cluster, pods))
  const limit = Math.min(total, ...fits.filter(({ pool }) => own.has(pool)).map(({ type }) => type.price))
  let best: ScalablePool | null = null
  for (const one of fits) if (one.type.price < limit && (best === null || one.type.price < best.type.price)) best = one
  return best === null ? NONE : best.pool
}

function holds({ type }: ScalablePool, { classes, nodes }: NodesScalingView['cluster'], pods: readonly PodClassId[]): boolean {
  if (!pods.every((podClass) => type.admits(podClass))) return false
  for (let resource = 0; resource < countOf(nodes); resource++) {
    let asked = 0
    for (const podClass of pods) asked += classes.request[resource][podClass]
    if (asked > (type.capacity[resource] ?? 0)) return false
  }
  const gpus = pods.reduce((sum, podClass) => sum + classes.gpus[podClass] * classes.gpuMilli[podClass], 0)
  return gpus <= type.devices * MILLI
}

const countOf = ({ resources }: NodesView): number => resources.length

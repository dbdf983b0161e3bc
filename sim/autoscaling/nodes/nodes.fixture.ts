/** Views for node autoscalers, built from a small cluster; pods of a service are movable, background pods are not. */
import { NONE } from '../../cluster/views.ts'
import { template, shape, type LooseShape, type LooseTemplate } from '../../testing/cluster.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { BinType } from '../../binpacking/policy.ts'
import { firstFitInOrder } from '../../binpacking/index.ts'
import { entryOf } from '../../common/dictionary.ts'
import { valuesOf, type ParameterValue } from '../../common/define.ts'
import { nodeAutoscalers } from './index.ts'
import { Streams } from '../../random/stream.ts'
import type { NodeAutoscaler, NodesContext, NodesScalingView } from './policy.ts'

/** What a node autoscaler is given in tests; each has draws of its own. */
export const context = (): NodesContext => ({
  now: () => 0,
  packer: firstFitInOrder,
  random: new Streams('node autoscaler', 0).stream('node autoscaler'),
})

export const SECOND = 1e6
export const MINUTE = 60 * SECOND

/** Service of movable pods in fixtures. */
export const SERVICE = 0

export interface PoolGiven {
  readonly min?: number
  readonly max?: number
  readonly count?: number
  readonly node?: LooseTemplate
}

/** The view of one scan; pools are rows 0, 1, ... and their counts those of the cluster unless given. */
export function scalingView(
  cluster: Cluster,
  pools: readonly PoolGiven[],
  given: { now?: number; pending?: readonly LooseShape[]; upcoming?: readonly number[] } = {},
): NodesScalingView {
  const { nodes, pods } = cluster.view
  const joined = (pool: number): number => {
    let count = 0
    for (let node = 0; node < nodes.count; node++) if (nodes.pool[node] === pool && nodes.state[node] !== 0) count++
    return count
  }
  const type = (pool: number): BinType => {
    const made = template(pools[pool].node)
    const nodeClass = cluster.internNodeClass(made)
    const amounts = [made.cpu, made.memory, made.pods]
    return {
      name: `pool-${pool}`,
      capacity: nodes.resources.map((name, r) => amounts[r] ?? entryOf(made.resources, name) ?? 0),
      devices: made.gpus,
      price: made.price,
      limit: Infinity,
      admits: (podClass) => cluster.admits(podClass, nodeClass),
    }
  }
  const upcoming = given.upcoming ?? []
  const pending = (given.pending ?? []).map((pod) => cluster.internClass(shape(pod)))
  return {
    now: given.now ?? 0,
    cluster: cluster.view,
    pools: pools.map(({ min = 0, max = 1000, count }, pool) => ({
      pool,
      type: type(pool),
      min,
      max,
      count: count ?? joined(pool) + upcoming.filter((p) => p === pool).length,
    })),
    pending: Int32Array.from(pending),
    pendingCount: pending.length,
    upcoming: Int32Array.from(upcoming),
    upcomingCount: upcoming.length,
    movable: (pod) => pods.service[pod] !== NONE,
    eachPodOn: (node, visit) => cluster.eachPodOn(node, visit),
  }
}

/** The member on-demand with these values over its defaults. */
export const onDemandWith = (values: Record<string, ParameterValue> = {}): NodeAutoscaler => {
  const definition = nodeAutoscalers.find('on-demand')!
  return definition.create(valuesOf(definition.parameters, values), context())!
}

/** The decisions of one scan: nodes to add by pool, nodes to drain in order. */
export function scan(autoscaler: NodeAutoscaler, view: NodesScalingView): { added: Record<number, number>; drained: number[] } {
  const added: Record<number, number> = {}
  const drained: number[] = []
  autoscaler.propose(view, {
    add: (pool, count) => (added[pool] = (added[pool] ?? 0) + count),
    drain: (node) => drained.push(node),
  })
  return { added, drained }
}

/** The nodes that an action or a fault names. */
import type { Cluster } from '../../cluster/cluster.ts'
import { NONE, type NodeId } from '../../common/ids.ts'
import type { NodeSelection } from './spec.ts'

/** Accepted nodes of the pool and of the zone, in order of their rows, at most as many as the selection says. */
export function selectNodes(cluster: Cluster, { pool, zone, count }: NodeSelection, accepts: (node: NodeId) => boolean): NodeId[] {
  const { nodes } = cluster.view
  const found: NodeId[] = []
  for (let node = 0; node < nodes.count && found.length < count; node++) {
    if (pool !== undefined && nodes.pool[node] !== pool) continue
    if (zone !== undefined && (nodes.zone[node] === NONE || cluster.zones[nodes.zone[node]] !== zone)) continue
    if (accepts(node)) found.push(node)
  }
  return found
}

/** The nodes that an action or a fault names, and the pods on a node. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { Taint } from '../../cluster/spec.ts'
import { NodeState } from '../../cluster/views.ts'
import { NONE, type NodeId, type PodId } from '../../common/ids.ts'
import type { NodeSelection } from './spec.ts'

/** Accepted nodes of the selection, in order of their rows, at most as many as it says. */
export function selectNodes(cluster: Cluster, selection: NodeSelection, accepts: (node: NodeId) => boolean): NodeId[] {
  const { nodes } = cluster.view
  const found: NodeId[] = []
  for (let node = 0; node < nodes.count && found.length < selection.count; node++)
    if (isSelected(cluster, selection, node) && accepts(node)) found.push(node)
  return found
}

/** Whether the node is of the pool and of the zone, and has the labels. */
export function isSelected(cluster: Cluster, { pool, zone, labels }: NodeSelection, node: NodeId): boolean {
  const { nodes } = cluster.view
  if (pool !== undefined && nodes.pool[node] !== pool) return false
  if (zone !== undefined && zoneOf(cluster, node) !== zone) return false
  return labels === undefined || Object.entries(labels).every(([key, value]) => labelOf(cluster, node, key) === value)
}

/** Name of the zone of a node, '' when it has none. */
export function zoneOf(cluster: Cluster, node: NodeId): string {
  const row = cluster.view.nodes.zone[node]
  return row === NONE ? '' : cluster.zones[row]
}

/** The value of a label of a node, undefined when it does not have the label. */
export function labelOf(cluster: Cluster, node: NodeId, key: string): string | undefined {
  const { labels } = cluster.nodeClasses.templates[cluster.view.nodes.nodeClass[node]]
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

/** Accepts nodes that exist, cordoned or not. */
export const isPresent =
  ({ view }: Cluster) =>
  (node: NodeId): boolean =>
    view.nodes.state[node] !== NodeState.Gone

/** The taints of a node: those of its pool and those that an operator gave it. */
export const nodeTaints = (cluster: Cluster, node: NodeId): readonly Taint[] =>
  cluster.nodeClasses.templates[cluster.view.nodes.nodeClass[node]].taints

/** Visits the pods on a node for which `isVisited` holds; they are collected first, because a visit may end pods. */
export function podsOn(cluster: Cluster, node: NodeId, isVisited: (pod: PodId) => boolean, visit: (pod: PodId) => void): void {
  const found: PodId[] = []
  cluster.eachPodOn(node, (pod) => {
    if (isVisited(pod)) found.push(pod)
  })
  for (const pod of found) visit(pod)
}

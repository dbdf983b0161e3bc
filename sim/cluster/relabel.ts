/** Other labels and taints for a node: the one way in which the class of a row changes; and other images. */
import { NONE, type NodeId } from '../common/ids.ts'
import type { Cluster } from './cluster.ts'
import type { NodeTemplate } from './spec.ts'
import { Subject } from './views.ts'

/** Gives a node other labels and taints. Its zone and its amounts stay; pods that run on it are not affected. */
export function relabelNode(cluster: Cluster, node: NodeId, labels: NodeTemplate['labels'], taints: NodeTemplate['taints']): void {
  const { nodes, nodeClasses, log } = cluster
  const nodeClass = cluster.internNodeClass({ ...nodeClasses.templates[nodes.nodeClass[node]], labels, taints })
  if (nodeClass === nodes.nodeClass[node]) return
  nodes.nodeClass[node] = nodeClass
  nodes.version[node] = log.version
  log.append(Subject.NodeClass, node, nodeClass)
}

/** The node has another set of images (`shown.images`). */
export function imagesChanged({ log }: Cluster, node: NodeId): void {
  log.append(Subject.NodeImages, node, NONE)
}

/** Which nodes are examined, and how many must be found: kube-scheduler does not look at all nodes of a large cluster. */
import { entryOf } from '../../../common/dictionary.ts'
import type { NodeInfo } from './node-info.ts'

/** Clusters below this size are searched whole. */
const SMALL = 100
const LEAST_PERCENTAGE = 5

/** Number of feasible nodes after which the search ends. A percentage of 0 is adaptive: 50 minus one for each 125 nodes, at least 5. */
export function nodesToFind(nodes: number, percentage: number): number {
  if (nodes < SMALL) return nodes
  const share = percentage > 0 ? percentage : Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(nodes / 125))
  return Math.min(nodes, Math.max(SMALL, Math.trunc((nodes * share) / 100)))
}

/** Nodes by region and zone, in turns: the first node of each zone, then the second of each. Zones in the order in which they appear. */
export function interleaved(nodes: readonly NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>()
  for (const node of nodes) {
    const key = zoneOf(node)
    const zone = zones.get(key)
    if (zone === undefined) zones.set(key, [node])
    else zone.push(node)
  }
  const order: NodeInfo[] = []
  for (let i = 0; order.length < nodes.length; i++) for (const zone of zones.values()) if (i < zone.length) order.push(zone[i])
  return order
}

function zoneOf({ labels }: NodeInfo): string {
  const of = (name: string): string =>
    entryOf(labels, `topology.kubernetes.io/${name}`) ?? entryOf(labels, `failure-domain.beta.kubernetes.io/${name}`) ?? ''
  return JSON.stringify([of('region'), of('zone')])
}

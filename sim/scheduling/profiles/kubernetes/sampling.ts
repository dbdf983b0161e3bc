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

/** Items by zone in turns: the first of each zone, then the second of each. Zones in the order in which they appear. */
export function inTurns<T, Zone>(items: readonly T[], zoneOf: (item: T) => Zone): T[] {
  const zones = new Map<Zone, T[]>()
  for (const item of items) {
    const zone = zones.get(zoneOf(item))
    if (zone === undefined) zones.set(zoneOf(item), [item])
    else zone.push(item)
  }
  const order: T[] = []
  for (let i = 0; order.length < items.length; i++) for (const zone of zones.values()) if (i < zone.length) order.push(zone[i])
  return order
}

/** Nodes by region and zone, in turns. */
export const interleaved = (nodes: readonly NodeInfo[]): NodeInfo[] => inTurns(nodes, zoneOf)

function zoneOf({ labels }: NodeInfo): string {
  const of = (name: string): string =>
    entryOf(labels, `topology.kubernetes.io/${name}`) ?? entryOf(labels, `failure-domain.beta.kubernetes.io/${name}`) ?? ''
  return JSON.stringify([of('region'), of('zone')])
}

/** Why a pod cannot run on a node now, as counts over the cluster and as the sentence that kube-scheduler puts into its FailedScheduling event. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { NodeState, Reason } from '../views.ts'
import type { ClusterView } from '../views.ts'
import { lacking } from './fit.ts'

export { Reason }

/** Number of reasons: length of a column of counts by reason. */
export const REASONS = Object.keys(Reason).length

/** The first rule, in the order of `ClusterView.feasible`, that excludes the node; NONE exactly when the node is feasible. */
export function reasonFor(view: ClusterView, podClass: PodClassId, node: NodeId): Reason | typeof NONE {
  const { nodes, classes } = view
  if (nodes.state[node] !== NodeState.Ready) return Reason.NotReady
  const resource = lacking(classes.request, podClass, nodes.free, node)
  if (resource !== NONE) return resource
  const rule = view.excludedBy(podClass, node)
  if (rule !== NONE) return rule
  return view.pickDevices(podClass, node) === NONE ? Reason.Devices : NONE
}

/** Fills `counts` [reason] over all nodes that are not Gone, each counted under its first reason, and returns the number of these nodes. */
export function countReasons(view: ClusterView, podClass: PodClassId, counts: Int32Array): number {
  const { nodes } = view
  counts.fill(0)
  let present = 0
  for (let node = 0; node < nodes.count; node++) {
    if (nodes.state[node] === NodeState.Gone) continue
    present++
    const reason = reasonFor(view, podClass, node)
    if (reason !== NONE) counts[reason]++
  }
  return present
}

/** By reason: what one node, and what several nodes do. */
const TEXTS: Readonly<Record<Reason, readonly [one: string, several: string]>> = {
  [Reason.NotReady]: ['is not ready or is cordoned', 'are not ready or are cordoned'],
  [Reason.Cpu]: ['has too little free cpu', 'have too little free cpu'],
  [Reason.Memory]: ['has too little free memory', 'have too little free memory'],
  [Reason.Pods]: ['has its maximum number of pods', 'have their maximum number of pods'],
  [Reason.Resource]: ['has too little of a named resource', 'have too little of a named resource'],
  [Reason.Devices]: ['has no devices that fit', 'have no devices that fit'],
  [Reason.Selector]: ['does not match the node selector', 'do not match the node selector'],
  [Reason.Taint]: ['has a taint that is not tolerated', 'have a taint that is not tolerated'],
  [Reason.Volume]: ['does not reach a volume of the pod', 'do not reach a volume of the pod'],
  [Reason.Ports]: ['has a port taken that the pod needs', 'have a port taken that the pod needs'],
  [Reason.Spread]: ['does not match the topology spread constraints', 'do not match the topology spread constraints'],
  [Reason.Affinity]: ['does not match the affinity to other pods', 'do not match the affinity to other pods'],
  [Reason.AntiAffinity]: ['does not match the anti-affinity of pods', 'do not match the anti-affinity of pods'],
  [Reason.Plugin]: ['is refused by a plugin', 'are refused by a plugin'],
}

/** Why nodes refuse a pod, as the scheduler that decided about it says. */
export interface Refusals {
  /** Nodes of the cluster. */
  readonly nodes: number
  /** By reason. */
  readonly counts: Int32Array
  /** Nodes that users' plugins refuse, by their words; together the count of Reason.Plugin. */
  readonly plugins: ReadonlyMap<string, number>
}

/**
 * "0 of 12 nodes: 7 have too little free cpu, 5 have a taint that is not tolerated": the feasible nodes of `nodes`, then the counts of the
 * others, the largest first, equal ones in the order of `Reason`. `plugins` are the words of users' plugins, which come last.
 */
export function reasonText(counts: ArrayLike<number>, nodes: number, plugins: ReadonlyMap<string, number> = new Map()): string {
  const found = Object.values(Reason).filter((reason) => counts[reason] > 0)
  const excluded = found.reduce<number>((sum, reason) => sum + counts[reason], 0)
  const parts = found
    .filter((reason) => reason !== Reason.Plugin || plugins.size === 0)
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .map((reason) => `${counts[reason]} ${TEXTS[reason][counts[reason] === 1 ? 0 : 1]}`)
  for (const [text, count] of plugins) parts.push(`${count} ${text}`)
  const head = `${nodes - excluded} of ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
  return parts.length === 0 ? head : `${head}: ${parts.join(', ')}`
}

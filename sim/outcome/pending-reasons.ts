/**
 * Why pods were pending, over time: at each sample the pods that found no node, by the reason that excludes most of the nodes whose labels and
 * taints allow them; where no node's do, by the reason that excludes most nodes.
 */
import { Reason, reasonFor, REASONS } from '../cluster/feasibility/reasons.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { NodeState } from '../cluster/views.ts'
import { NONE, type PodClassId, type PodId } from '../common/ids.ts'
import type { Placement } from '../controllers/placement.ts'
import type { TableColumn } from './table.ts'

/** By reason: name of the column and its label. */
const LABELS: Readonly<Record<Reason, readonly [name: string, label: string]>> = {
  [Reason.NotReady]: ['not-ready', 'nodes not ready or cordoned'],
  [Reason.Cpu]: ['cpu', 'too little free cpu'],
  [Reason.Memory]: ['memory', 'too little free memory'],
  [Reason.Pods]: ['pods', 'nodes with their maximum of pods'],
  [Reason.Resource]: ['resource', 'too little of a named resource'],
  [Reason.Devices]: ['devices', 'no devices that fit'],
  [Reason.Selector]: ['selector', 'node selector'],
  [Reason.Taint]: ['taint', 'taints'],
  [Reason.Volume]: ['volume', 'volumes'],
  [Reason.Ports]: ['ports', 'ports taken'],
  [Reason.Spread]: ['spread', 'topology spread'],
  [Reason.Affinity]: ['affinity', 'affinity'],
  [Reason.AntiAffinity]: ['anti-affinity', 'anti-affinity'],
  [Reason.Plugin]: ['plugin', 'own plugins'],
}

/** Rules that only some schedulers have, beside those of the cluster. */
const OF_SCHEDULERS = [Reason.Ports, Reason.Spread, Reason.Affinity, Reason.AntiAffinity, Reason.Plugin]

export class PendingReasons {
  /** By reason: pods at each sample. */
  private readonly rows: number[][] = Array.from({ length: REASONS }, () => [])
  /** Nodes by reason: of those that are allowed, and of the others. */
  private readonly allowed = new Int32Array(REASONS)
  private readonly others = new Int32Array(REASONS)
  private readonly cluster: Cluster
  private readonly placement: Placement

  constructor(cluster: Cluster, placement: Placement) {
    this.cluster = cluster
    this.placement = placement
  }

  /** Looks at all nodes once for each class of pods that found none. */
  sample(): void {
    const { pods } = this.cluster.view
    const byClass = new Map<PodClassId, { readonly first: PodId; count: number }>()
    this.placement.eachUnschedulable((pod) => {
      const podClass = pods.podClass[pod]
      const known = byClass.get(podClass)
      if (known === undefined) byClass.set(podClass, { first: pod, count: 1 })
      else known.count++
    })
    const now = new Float64Array(REASONS)
    for (const { first, count } of byClass.values()) now[this.mainReason(first)] += count
    now.forEach((count, reason) => this.rows[reason].push(count))
  }

  private mainReason(pod: PodId): Reason {
    const { view } = this.cluster
    const { allowed, others } = this
    const podClass = view.pods.podClass[pod]
    allowed.fill(0)
    others.fill(0)
    let open = 0
    for (let node = 0; node < view.nodes.count; node++) {
      if (view.nodes.state[node] === NodeState.Gone) continue
      const rule = view.excludedBy(podClass, node)
      const reason = reasonFor(view, podClass, node)
      if (rule === Reason.Selector || rule === Reason.Taint) others[rule]++
      else if (reason !== NONE) allowed[reason]++
      else open++
    }
    if (open > 0) {
      const { counts } = this.placement.refusals(pod)
      for (const reason of OF_SCHEDULERS) allowed[reason] += counts[reason]
    }
    return largest(allowed.some((count) => count > 0) ? allowed : others)
  }

  /** A column for each reason that ever held a pod. */
  columns(): TableColumn[] {
    return Object.values(Reason)
      .filter((reason) => this.rows[reason].some((count) => count > 0))
      .map((reason) => ({
        name: `pending-${LABELS[reason][0]}`,
        label: `pods without a node: ${LABELS[reason][1]}`,
        unit: 'pods',
        role: 'metric',
        values: Float64Array.from(this.rows[reason]),
      }))
  }
}

/** The reason with the largest count, the first of equal ones. */
function largest(counts: Int32Array): Reason {
  let main = 0
  for (let reason = 1; reason < REASONS; reason++) if (counts[reason] > counts[main]) main = reason
  return main as Reason
}

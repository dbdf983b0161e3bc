/** Karpenter: plans nodes for pods that fit nowhere and orders the cheapest type for each; removes empty nodes and such whose pods fit elsewhere. */
import { NodeState, NONE } from '../../../cluster/views.ts'
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { NodeId, Time } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'
import { DrainSimulation, movingPods } from '../drain-simulation.ts'
import { orders } from '../karpenter/orders.ts'
import type { NodeAutoscaler, NodeChanges, NodesContext, NodesScalingView } from '../policy.ts'

const SECOND = 1_000_000 // µs

export const karpenter = define({
  name: 'karpenter',
  summary:
    'Plans nodes for pods that fit nowhere, largest pods first, and orders the cheapest pool that can hold each node; drains empty nodes, and one at a time whose pods fit elsewhere (ties: fewest pods, then lowest node).',
  source: 'Karpenter 1.15.0, provisioning and disruption controllers',
  fidelity: 'simplified',
  parameters: {
    interval: { kind: 'duration', default: SECOND, min: 1000, meaning: 'time between two scans, in which pods are collected' },
    disruption: { kind: 'duration', default: 10 * SECOND, min: 0, meaning: 'time between two rounds in which nodes may be drained' },
    policy: {
      kind: 'choice',
      choices: ['when-empty-or-underutilized', 'when-empty'],
      default: 'when-empty-or-underutilized',
      meaning: 'which nodes may be drained: also those whose pods fit elsewhere, or empty ones only',
    },
    consolidateAfter: {
      kind: 'duration',
      default: 0,
      min: 0,
      meaning: 'time without a change of its pods after which a node may be drained',
    },
    budget: { kind: 'share', default: 0.1, min: 0, max: 1, meaning: 'share of the nodes, rounded up, that may be draining at a time' },
  },
  create: (values, _context: NodesContext): NodeAutoscaler | null => new Karpenter(values),
})

type Given = Values<typeof karpenter.parameters>

/** A row per node: when its pods changed last. */
class NodeAges extends ColumnTable {
  readonly version = this.column(Float64Array, NONE)
  readonly since = this.column(Float64Array)
}

class Karpenter implements NodeAutoscaler {
  readonly every: Time
  private readonly values: Given
  private readonly ages = new NodeAges()
  private readonly simulation = new DrainSimulation()
  private lastDisruption: Time = -Infinity

  constructor(values: Given) {
    this.every = values.interval
    this.values = values
  }

  propose(view: NodesScalingView, out: NodeChanges): void {
    this.note(view)
    const counts = orders(view)
    counts.forEach((count, row) => {
      if (count > 0) out.add(view.pools[row].pool, count)
    })
    // Nodes are not drained while pods wait for new ones.
    if (view.pendingCount > 0 || view.upcomingCount > 0 || view.now - this.lastDisruption < this.values.disruption) return
    this.lastDisruption = view.now
    this.disrupt(view, out)
  }

  /** Remembers since when each node is unchanged. */
  private note({ now, cluster: { nodes } }: NodesScalingView): void {
    this.ages.reserve(nodes.count)
    for (let node = 0; node < nodes.count; node++) {
      if (this.ages.version[node] === nodes.version[node]) continue
      this.ages.version[node] = nodes.version[node]
      this.ages.since[node] = now
    }
  }

  private disrupt(view: NodesScalingView, out: NodeChanges): void {
    const { nodes } = view.cluster
    const left: number[] = [] // nodes that may leave [pool]
    for (const { pool, count, min } of view.pools) left[pool] = count - min
    let total = 0
    let draining = 0
    const candidates: NodeId[] = []
    for (let node = 0; node < nodes.count; node++) {
      if (left[nodes.pool[node]] === undefined || nodes.state[node] === NodeState.Gone) continue
      total++
      if (nodes.state[node] === NodeState.Cordoned) {
        draining++
        left[nodes.pool[node]]--
      } else if (nodes.state[node] === NodeState.Ready && view.now - this.ages.since[node] >= this.values.consolidateAfter)
        candidates.push(node)
    }
    let allowed = Math.ceil(this.values.budget * total) - draining
    const empty = candidates.filter((node) => nodes.podCount[node] === 0)
    for (const node of empty) {
      if (allowed <= 0 || left[nodes.pool[node]] <= 0) continue
      left[nodes.pool[node]]--
      allowed--
      out.drain(node)
    }
    if (empty.length > 0 || allowed <= 0 || draining > 0 || this.values.policy === 'when-empty') return
    const movable = candidates.filter((node) => left[nodes.pool[node]] > 0).sort((a, b) => nodes.podCount[a] - nodes.podCount[b] || a - b)
    const node = this.consolidated(view, movable)
    if (node !== NONE) out.drain(node)
  }

  /** The first of the nodes whose pods all fit on others, NONE when there is none. */
  private consolidated(view: NodesScalingView, candidates: readonly NodeId[]): NodeId {
    let begun = false
    for (const node of candidates) {
      const pods = movingPods(view, node)
      if (pods === null) continue
      if (!begun) this.simulation.begin(view.cluster, () => false)
      begun = true
      if (this.simulation.empties(node, pods)) return node
    }
    return NONE
  }
}

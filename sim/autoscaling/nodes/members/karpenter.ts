/** Karpenter: plans nodes for pods that fit nowhere and orders the cheapest type for each; removes empty nodes and those whose pods fit elsewhere, or on a cheaper node. */
import { NodeState, NONE } from '../../../cluster/views.ts'
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { NodeId, Time } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'
import { Consolidation } from '../karpenter/consolidation.ts'
import { movingPods } from '../drain-simulation.ts'
import { orders } from '../karpenter/orders.ts'
import type { NodeAutoscaler, NodeChanges, NodesContext, NodesScalingView } from '../policy.ts'

const SECOND = 1_000_000 // µs

export const karpenter = define({
  name: 'karpenter',
  summary:
    'Plans nodes for pods that fit nowhere, largest pods first, and orders the cheapest pool that can hold each node; drains empty nodes, and several together or one whose pods fit elsewhere and on at most one cheaper new node (ties: fewest pods, then lowest node).',
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
    multiNode: { kind: 'boolean', default: true, meaning: 'several nodes may be drained together, as far as the budget allows' },
    replace: { kind: 'boolean', default: true, meaning: 'nodes may be replaced by one that is cheaper than they are together' },
    expireAfter: {
      kind: 'duration',
      default: 0,
      min: 0,
      meaning: 'age at which a node is drained, whatever the budget; 0: never (Karpenter: 720h)',
    },
  },
  create: (values, _context: NodesContext): NodeAutoscaler | null => new Karpenter(values),
})

/** Time for which a node that replaces others is kept although it is empty: twice the longest batch (Karpenter). */
const NOMINATED = 20 * SECOND

type Given = Values<typeof karpenter.parameters>

/** A row per node: when its pods changed last. */
class NodeAges extends ColumnTable {
  readonly version = this.column(Float64Array, NONE)
  readonly since = this.column(Float64Array)
  /** When it was first seen. */
  readonly joined = this.column(Float64Array, NONE)
  /** Until when it is not drained although it is empty: it replaces others. */
  readonly nominated = this.column(Float64Array, NONE)
}

class Karpenter implements NodeAutoscaler {
  readonly every: Time
  private readonly values: Given
  private readonly ages = new NodeAges()
  private readonly consolidation: Consolidation
  /** The nodes that leave as soon as the one that replaces them has joined. */
  private replaced: readonly NodeId[] = []
  private lastDisruption: Time = -Infinity

  constructor(values: Given) {
    this.every = values.interval
    this.values = values
    this.consolidation = new Consolidation(values)
  }

  propose(view: NodesScalingView, out: NodeChanges): void {
    this.note(view)
    if (this.expire(view, out)) return
    const counts = orders(view)
    counts.forEach((count, row) => {
      if (count > 0) out.add(view.pools[row].pool, count)
    })
    if (this.replaced.length > 0) {
      if (view.upcomingCount === 0) this.finish(view, out)
      return
    }
    // Nodes are not drained while pods wait for new ones.
    if (view.pendingCount > 0 || view.upcomingCount > 0 || view.now - this.lastDisruption < this.values.disruption) return
    this.lastDisruption = view.now
    this.disrupt(view, out)
  }

  /** Remembers since when each node is unchanged. */
  private note({ now, cluster: { nodes } }: NodesScalingView): void {
    this.ages.reserve(nodes.count)
    for (let node = 0; node < nodes.count; node++) {
      if (this.ages.joined[node] === NONE) {
        this.ages.joined[node] = now
        if (this.replaced.length > 0) this.ages.nominated[node] = now + NOMINATED
      }
      if (this.ages.version[node] === nodes.version[node]) continue
      this.ages.version[node] = nodes.version[node]
      this.ages.since[node] = now
    }
  }

  /** Drains nodes that are too old, as many as their pools may lose; returns whether there was any. */
  private expire(view: NodesScalingView, out: NodeChanges): boolean {
    const { expireAfter } = this.values
    if (expireAfter === 0) return false
    const { nodes } = view.cluster
    const old: NodeId[] = []
    for (let node = 0; node < nodes.count; node++)
      if (view.now - this.ages.joined[node] >= expireAfter && movingPods(view, node) !== null) old.push(node)
    return drainWithin(view, old, out)
  }

  /** The new node has joined, or the provider had none: the others leave if their pods still fit elsewhere. */
  private finish(view: NodesScalingView, out: NodeChanges): void {
    let joined = false
    for (let node = 0; node < view.cluster.nodes.count; node++) if (this.ages.nominated[node] > view.now) joined = true
    const present = this.replaced.filter((node) => view.cluster.nodes.state[node] === NodeState.Ready)
    if (joined && this.consolidation.stillValid(view, present)) drainWithin(view, present, out)
    this.replaced = []
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
    const empty = candidates.filter((node) => nodes.podCount[node] === 0 && view.now >= this.ages.nominated[node])
    for (const node of empty) {
      if (allowed <= 0 || left[nodes.pool[node]] <= 0) continue
      left[nodes.pool[node]]--
      allowed--
      out.drain(node)
    }
    if (empty.length > 0 || allowed <= 0 || draining > 0 || this.values.policy === 'when-empty') return
    const movable = candidates
      .filter((node) => nodes.podCount[node] > 0)
      .sort((a, b) => nodes.podCount[a] - nodes.podCount[b] || a - b)
      .filter((node) => left[nodes.pool[node]]-- > 0)
    const found = this.consolidation.find(view, movable, allowed)
    if (found === null) return
    if (found.pool === NONE) for (const node of found.nodes) out.drain(node)
    else {
      out.add(found.pool, 1)
      this.replaced = found.nodes
    }
  }
}

/** Drains those of the nodes that are Ready and that their pools may lose, the nodes under way included; returns whether there was any. */
function drainWithin({ cluster: { nodes }, pools }: NodesScalingView, leaving: readonly NodeId[], out: NodeChanges): boolean {
  const left: number[] = []
  for (const { pool, count, min } of pools) left[pool] = count - min
  for (let node = 0; node < nodes.count; node++) if (nodes.state[node] === NodeState.Cordoned) left[nodes.pool[node]]--
  let any = false
  for (const node of leaving) {
    if (nodes.state[node] !== NodeState.Ready || !(left[nodes.pool[node]]-- > 0)) continue
    out.drain(node)
    any = true
  }
  return any
}

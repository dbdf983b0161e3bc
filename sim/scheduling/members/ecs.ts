/** ECS: a chain of placement strategies, each of which keeps the best of the nodes that the one before left. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Values } from '../../common/define.ts'
import type { RandomStream } from '../../random/stream.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { CountedServices, serviceKey, TrackedServices, type ServiceCounts } from '../search/service-counts.ts'

const parameters = {
  strategies: {
    kind: 'list',
    min: 0,
    max: 5,
    default: [{ by: 'spread-zone' }, { by: 'spread-instance' }],
    of: {
      by: {
        kind: 'choice',
        choices: ['spread-zone', 'spread-instance', 'spread-pool', 'binpack-cpu', 'binpack-memory', 'random'],
        meaning:
          'spread: nodes of the zone, pool or the node itself with the fewest pods of the service; binpack: nodes with the least free amount; random: one of the nodes',
      },
    },
    meaning: 'placement strategies in order',
  },
} as const

export const ecs = defineScheduler({
  name: 'ecs',
  summary:
    'the feasible nodes narrowed by placement strategies in order, spread by pods of the service, binpack by free amount; lowest row on ties',
  source: 'Amazon ECS developer guide, task placement strategies and constraints',
  fidelity: 'simplified',
  parameters,
  remembers: true,
  create: (values, context) => new Ecs(values, context.random, new TrackedServices()),
  twin: (values, context) => new Ecs(values, context.random, new CountedServices()),
})

type Given = Values<typeof parameters>

class Ecs implements Placer {
  examined = 0
  private readonly strategies: readonly string[]
  private readonly random: RandomStream
  private readonly counts: ServiceCounts

  constructor({ strategies }: Given, random: RandomStream, counts: ServiceCounts) {
    this.strategies = strategies.map(({ by }) => by)
    this.random = random
    this.counts = counts
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.counts.follow(view)
    this.examined = view.nodes.ready
    const pods = this.counts.nodesOf(serviceKey(pod, view))
    let nodes = feasibleRows(pod, view)
    for (const strategy of this.strategies) {
      if (nodes.length < 2) break
      nodes = strategy === 'random' ? [nodes[this.random.int(nodes.length)]] : smallest(nodes, valueOf(strategy, pods, view))
    }
    if (nodes.length === 0) return NONE
    this.counts.expect(pod)
    return nodes[0]
  }
}

function feasibleRows(pod: PodId, view: ClusterView): NodeId[] {
  const { freeCpu, freeMemory, count } = view.nodes
  const podClass = view.pods.podClass[pod]
  const cpu = view.classes.cpu[podClass]
  const memory = view.classes.memory[podClass]
  const nodes: NodeId[] = []
  for (let node = 0; node < count; node++)
    if (freeCpu[node] >= cpu && freeMemory[node] >= memory && view.feasible(podClass, node)) nodes.push(node)
  return nodes
}

/** What a strategy compares; the smallest is best. */
function valueOf(strategy: string, pods: ReadonlyMap<NodeId, number>, { nodes }: ClusterView): (node: NodeId) => number {
  if (strategy === 'binpack-cpu') return (node) => nodes.freeCpu[node]
  if (strategy === 'binpack-memory') return (node) => nodes.freeMemory[node]
  if (strategy === 'spread-instance') return (node) => pods.get(node) ?? 0
  const group = strategy === 'spread-zone' ? nodes.zone : nodes.pool
  const sums = new Map<number, number>()
  for (const [node, count] of pods) sums.set(group[node], (sums.get(group[node]) ?? 0) + count)
  return (node) => sums.get(group[node]) ?? 0
}

function smallest(nodes: readonly NodeId[], value: (node: NodeId) => number): NodeId[] {
  let best = Infinity
  let kept: NodeId[] = []
  for (const node of nodes) {
    const own = value(node)
    if (own > best) continue
    if (own < best) kept = []
    best = own
    kept.push(node)
  }
  return kept
}

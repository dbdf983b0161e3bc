/** Nomad: the best of a few nodes in random order, by the mean of the terms that concern them. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import { NodeState } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Values } from '../../common/define.ts'
import type { RandomStream } from '../../random/stream.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { antiAffinity, evenSpread, fitScore, type FitAlgorithm } from '../profiles/nomad/terms.ts'
import { CountedServices, serviceKey, TrackedServices, type ServiceCounts } from '../search/service-counts.ts'

const parameters = {
  algorithm: {
    kind: 'choice',
    choices: ['binpack', 'spread'],
    default: 'binpack',
    meaning: 'binpack: full nodes score high; spread: empty nodes do',
  },
  job: {
    kind: 'choice',
    choices: ['service', 'batch'],
    default: 'service',
    meaning: 'how many nodes are scored: service, the logarithm of their number to base 2; batch, two',
  },
  spread: {
    kind: 'choice',
    choices: ['none', 'zone'],
    default: 'none',
    meaning: 'zone: a term that prefers the zone with the fewest pods of the service; then 100 nodes are scored',
  },
} as const

export const nomad = defineScheduler({
  name: 'nomad',
  summary:
    'of a few feasible nodes in random order the one with the highest mean of fit, anti-affinity to pods of its service and spread; the first on ties',
  source: 'HashiCorp Nomad 1.11, scheduler/feasible and scheduler/rank; its documentation of scheduling and of the spread block',
  fidelity: 'simplified',
  parameters,
  remembers: true,
  create: (values, context) => new Nomad(values, context.random, new TrackedServices()),
  twin: (values, context) => new Nomad(values, context.random, new CountedServices()),
})

type Given = Values<typeof parameters>

/** Nodes that are scored when a spread term is in play. */
const SPREAD_LIMIT = 100
/** Nodes of score 0 or less that are put behind the others. */
const SKIPPED = 3

class Nomad implements Placer {
  examined = 0
  private readonly values: Given
  private readonly random: RandomStream
  private readonly counts: ServiceCounts
  /** Ready nodes; the first ones are drawn again for each pod. */
  private rows: NodeId[] = []

  constructor(values: Given, random: RandomStream, counts: ServiceCounts) {
    this.values = values
    this.random = random
    this.counts = counts
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.counts.follow(view)
    this.rows = readyRows(view)
    const score = this.scoreOf(pod, view)
    const skipped: { node: NodeId; score: number }[] = []
    let best = { node: NONE as NodeId, score: -Infinity }
    let left = this.limit(view.nodes.ready)
    this.examined = 0
    while (left > 0 && this.examined < this.rows.length) {
      const node = this.draw()
      if (!view.feasible(view.pods.podClass[pod], node)) continue
      const scored = { node, score: score(node) }
      if (scored.score <= 0 && skipped.length < SKIPPED) {
        skipped.push(scored)
        continue
      }
      left--
      if (scored.score > best.score) best = scored
    }
    for (const scored of skipped.slice(0, left)) if (scored.score > best.score) best = scored
    if (best.node !== NONE) this.counts.expect(pod)
    return best.node
  }

  /** The next node of a random order, by the first steps of a Fisher-Yates shuffle. */
  private draw(): NodeId {
    const { rows } = this
    const at = this.examined++
    const other = at + this.random.int(rows.length - at)
    const node = rows[other]
    rows[other] = rows[at]
    rows[at] = node
    return node
  }

  private limit(nodes: number): number {
    if (this.values.spread !== 'none') return SPREAD_LIMIT
    return this.values.job === 'batch' ? 2 : Math.max(2, 32 - Math.clz32(nodes - 1))
  }

  private scoreOf(pod: PodId, view: ClusterView): (node: NodeId) => number {
    const { nodes, classes, pods } = view
    const podClass = pods.podClass[pod]
    const placed = this.counts.nodesOf(serviceKey(pod, view))
    let wanted = 1
    for (const count of placed.values()) wanted += count
    const zones = new Map<number, number>()
    for (const [node, count] of placed) zones.set(nodes.zone[node], (zones.get(nodes.zone[node]) ?? 0) + count)
    const algorithm = this.values.algorithm as FitAlgorithm
    const spread = this.values.spread === 'zone'
    return (node) => {
      const freeCpu = shareLeft(nodes.freeCpu[node] - classes.cpu[podClass], nodes.cpu[node])
      const freeMemory = shareLeft(nodes.freeMemory[node] - classes.memory[podClass], nodes.memory[node])
      let sum = fitScore(algorithm, freeCpu, freeMemory)
      let terms = 1
      const collisions = placed.get(node) ?? 0
      if (collisions > 0) {
        sum += antiAffinity(collisions, wanted)
        terms++
      }
      const boost = spread ? evenSpread(zones, nodes.zone[node]) : 0
      if (boost !== 0) {
        sum += boost
        terms++
      }
      return sum / terms
    }
  }
}

const shareLeft = (left: number, capacity: number): number => (capacity === 0 ? 0 : left / capacity)

function readyRows({ nodes }: ClusterView): NodeId[] {
  const rows: NodeId[] = []
  for (let node = 0; node < nodes.count; node++) if (nodes.state[node] === NodeState.Ready) rows.push(node)
  return rows
}

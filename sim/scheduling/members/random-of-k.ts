/** Random of k: the least loaded of those of k sampled nodes that fit. */
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import { CPU, MEMORY, NodeState } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from '../search/changes.ts'
import { FeasibleRows } from '../search/feasible-rows.ts'
import { feasibleRow } from '../search/scan.ts'

const parameters = {
  k: { kind: 'integer', default: 2, min: 1, max: 100, meaning: 'number of nodes sampled per pod; Sparrow probes 2 per task' },
  replacement: {
    kind: 'boolean',
    default: false,
    meaning: 'true: a node may be sampled twice, as in the theory of k choices; false: the k nodes differ',
  },
  sample: {
    kind: 'choice',
    choices: ['any', 'feasible'],
    default: 'any',
    meaning: 'which nodes are sampled: any, all Ready nodes, and feasible nodes when none of the k fits; feasible, only feasible nodes',
  },
  load: {
    kind: 'choice',
    choices: ['share', 'pods'],
    default: 'share',
    meaning: 'load that is compared: share, the mean of the allocated shares of cpu and memory; pods, the number of bound pods',
  },
} as const

export const randomOfK = defineScheduler({
  name: 'random-of-k',
  summary: 'the least loaded of k sampled nodes, of which those that do not fit are ignored; the node sampled first on ties',
  source:
    'Ousterhout, Wendell, Zaharia, Stoica 2013, Sparrow: Distributed, Low Latency Scheduling (per-task sampling, d = 2); Mitzenmacher 2001, The Power of Two Choices in Randomized Load Balancing',
  fidelity: 'simplified',
  parameters,
  remembers: true,
  create: (values, context) => new RandomOfK(values, context.random, new IndexedNodes()),
  twin: (values, context) => new RandomOfK(values, context.random, new CountedNodes()),
})

type Chosen = Values<typeof parameters>

/** The nodes among which a draw chooses, by number; index and twin differ in nothing else. */
interface SampledNodes {
  /** Row of the i-th Ready node. */
  ready(i: number, view: ClusterView): NodeId
  /** Number of feasible nodes of the class. */
  feasible(podClass: PodClassId, view: ClusterView): number
  /** Row of the i-th feasible node; called only after `feasible` for the same class. */
  feasibleAt(podClass: PodClassId, i: number, view: ClusterView): NodeId
}

/**
 * Keeps no state of the cluster: sends k probes and takes the best answer. Ties go to the node that was sampled first. When none of the k
 * nodes fits, a scheduler would sample k others, on a nearly full cluster many times; instead one second sample is taken from
 * the feasible nodes (Sparrow samples constrained tasks from the nodes that meet the constraints), so that a pod stays pending if and only
 * if it fits nowhere. A pod that fits nowhere costs the first sample.
 */
class RandomOfK implements Placer {
  examined = 0
  private readonly values: Chosen
  private readonly random: RandomStream
  private readonly nodes: SampledNodes
  /** Numbers drawn for this pod, in ascending order; used only without replacement. */
  private readonly drawn: Int32Array

  constructor(values: Chosen, random: RandomStream, nodes: SampledNodes) {
    this.values = values
    this.random = random
    this.nodes = nodes
    this.drawn = new Int32Array(values.k)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const podClass = view.pods.podClass[pod]
    this.examined = 0
    if (this.values.sample === 'any') {
      const row = this.best(podClass, view, view.nodes.ready, false)
      if (row !== NONE) return row
    }
    return this.best(podClass, view, this.nodes.feasible(podClass, view), true)
  }

  /** The least loaded of a sample from `size` nodes (the feasible ones or all Ready ones), NONE when no sampled node fits. */
  private best(podClass: PodClassId, view: ClusterView, size: number, feasible: boolean): NodeId {
    const { replacement } = this.values
    const probes = replacement && size > 0 ? this.values.k : Math.min(this.values.k, size)
    this.examined += probes
    let best = NONE
    let least = Infinity
    for (let i = 0; i < probes; i++) {
      const number = replacement ? this.random.int(size) : this.another(size, i)
      const row = feasible ? this.nodes.feasibleAt(podClass, number, view) : this.nodes.ready(number, view)
      if (!feasible && !view.feasible(podClass, row)) continue
      const load = this.values.load === 'pods' ? view.nodes.podCount[row] : allocated(row, view)
      if (load >= least) continue
      best = row
      least = load
    }
    return best
  }

  /** A number below `size` other than the `before` numbers already drawn, each with the same probability: one draw, k steps. */
  private another(size: number, before: number): number {
    const { drawn } = this
    let number = this.random.int(size - before)
    let place = 0
    while (place < before && drawn[place] <= number) {
      number++
      place++
    }
    for (let i = before; i > place; i--) drawn[i] = drawn[i - 1]
    drawn[place] = number
    return number
  }
}

/** Sum of the allocated shares of cpu and memory. */
function allocated(row: NodeId, { nodes }: ClusterView): number {
  const cpu = nodes.capacity[CPU][row]
  const memory = nodes.capacity[MEMORY][row]
  return (cpu === 0 ? 0 : (cpu - nodes.freeCpu[row]) / cpu) + (memory === 0 ? 0 : (memory - nodes.freeMemory[row]) / memory)
}

class IndexedNodes implements SampledNodes {
  private readonly changes = new NodeChanges()
  private readonly feasibleRows = new FeasibleRows(this.changes)
  private rows = new Int32Array(0)
  /** Value of `changes.states` when `rows` was built. */
  private listed = NONE

  /** Reads a list of the Ready rows, which is rebuilt when nodes join, leave or change state; that is rare. */
  ready(i: number, view: ClusterView): NodeId {
    this.changes.follow(view)
    if (this.listed !== this.changes.states) this.list(view)
    return this.rows[i]
  }

  feasible(podClass: PodClassId, view: ClusterView): number {
    this.changes.follow(view)
    return this.feasibleRows.count(podClass, view)
  }

  feasibleAt(podClass: PodClassId, i: number, view: ClusterView): NodeId {
    return this.feasibleRows.at(podClass, i, view)
  }

  private list({ nodes }: ClusterView): void {
    if (this.rows.length < nodes.count) this.rows = new Int32Array(2 * nodes.count)
    let size = 0
    for (let row = 0; row < nodes.count; row++) if (nodes.state[row] === NodeState.Ready) this.rows[size++] = row
    this.listed = this.changes.states
  }
}

/** Finds each node by counting rows from row 0. */
class CountedNodes implements SampledNodes {
  ready(i: number, { nodes }: ClusterView): NodeId {
    let left = i
    let row = 0
    while (nodes.state[row] !== NodeState.Ready || left-- > 0) row++
    return row
  }

  feasible(podClass: PodClassId, view: ClusterView): number {
    return feasibleRow(podClass, Infinity, view)
  }

  feasibleAt(podClass: PodClassId, i: number, view: ClusterView): NodeId {
    return feasibleRow(podClass, i, view)
  }
}

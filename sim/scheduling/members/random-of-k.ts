/** Random of k: samples k nodes and takes the least loaded of those that fit. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { CPU, MEMORY, NodeState, NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NodeChanges } from '../search/changes.ts'
import { FeasibleRows } from '../search/feasible-rows.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { feasibleRow } from '../search/scan.ts'

const parameters = {
  k: { kind: 'integer', default: 2, min: 1, max: 100, meaning: 'nodes sampled for a pod; Sparrow probes 2 for each task' },
  replacement: {
    kind: 'boolean',
    default: false,
    meaning: 'true: a node may be sampled twice, as in the theory of k choices; false: k different ones',
  },
  sample: {
    kind: 'choice',
    choices: ['any', 'feasible'],
    default: 'any',
    meaning:
      'from which nodes: any, all that are Ready, and from those that fit only when none of the k does; feasible, from those that fit at once',
  },
  load: {
    kind: 'choice',
    choices: ['share', 'pods'],
    default: 'share',
    meaning: 'what is compared: share, the mean of the allocated shares of cpu and memory; pods, the number of pods bound there',
  },
} as const

type Chosen = Values<typeof parameters>

/** The nodes that a draw chooses among, by number; index and twin differ in nothing else. */
interface Nodes {
  /** Row of the i-th Ready node. */
  ready(i: number, view: ClusterView): number
  /** How many nodes the class fits on. */
  fitting(podClass: number, view: ClusterView): number
  /** Row of the i-th of them; asked only after `fitting` for the same class. */
  fittingAt(podClass: number, i: number, view: ClusterView): number
}

/**
 * A scheduler that knows nothing but what it has asked: no state of the cluster is kept, k probes are sent, the best answer wins. Ties
 * go to the node that was sampled first. When none of the k fits, the pod would have to be sampled anew, and on a nearly
 * full cluster again and again; instead a second sample is taken from the nodes that fit (Sparrow samples constrained tasks from those
 * that meet the constraints), so that a pod waits if and only if it fits nowhere. A pod that fits nowhere costs the first sample.
 */
class RandomOfK implements Placer {
  examined = 0
  private readonly values: Chosen
  private readonly random: RandomStream
  private readonly nodes: Nodes
  /** What was drawn for this pod, in ascending order; only without replacement. */
  private readonly drawn: Int32Array

  constructor(values: Chosen, random: RandomStream, nodes: Nodes) {
    this.values = values
    this.random = random
    this.nodes = nodes
    this.drawn = new Int32Array(values.k)
  }

  place(pod: number, view: ClusterView): number {
    const podClass = view.pods.podClass[pod]
    this.examined = 0
    if (this.values.sample === 'any') {
      const row = this.best(podClass, view, view.nodes.ready, false)
      if (row !== NONE) return row
    }
    return this.best(podClass, view, this.nodes.fitting(podClass, view), true)
  }

  /** The least loaded of a sample from `size` nodes, NONE when none of it fits. */
  private best(podClass: number, view: ClusterView, size: number, fitting: boolean): number {
    const { replacement } = this.values
    const probes = replacement && size > 0 ? this.values.k : Math.min(this.values.k, size)
    this.examined += probes
    let best = NONE
    let least = Infinity
    for (let i = 0; i < probes; i++) {
      const number = replacement ? this.random.int(size) : this.another(size, i)
      const row = fitting ? this.nodes.fittingAt(podClass, number, view) : this.nodes.ready(number, view)
      if (!fitting && !view.feasible(podClass, row)) continue
      const load = this.values.load === 'pods' ? view.nodes.podCount[row] : allocated(row, view)
      if (load >= least) continue
      best = row
      least = load
    }
    return best
  }

  /** One of the numbers below `size` that are not among the `before` drawn ones, each with the same chance: one draw, k steps. */
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
function allocated(row: number, { nodes }: ClusterView): number {
  const cpu = nodes.capacity[CPU][row]
  const memory = nodes.capacity[MEMORY][row]
  return (cpu === 0 ? 0 : (cpu - nodes.freeCpu[row]) / cpu) + (memory === 0 ? 0 : (memory - nodes.freeMemory[row]) / memory)
}

/** Counts rows until the one that is meant, every time. */
class Counted implements Nodes {
  ready(i: number, { nodes }: ClusterView): number {
    let left = i
    let row = 0
    while (nodes.state[row] !== NodeState.Ready || left-- > 0) row++
    return row
  }

  fitting(podClass: number, view: ClusterView): number {
    return feasibleRow(podClass, Infinity, view)
  }

  fittingAt(podClass: number, i: number, view: ClusterView): number {
    return feasibleRow(podClass, i, view)
  }
}

class Indexed implements Nodes {
  private readonly changes = new NodeChanges()
  private readonly feasible = new FeasibleRows(this.changes)
  private rows = new Int32Array(0)
  private listed = NONE

  /** A list of the Ready rows, made anew when nodes come, go or change their state, which is seldom. */
  ready(i: number, view: ClusterView): number {
    this.changes.follow(view)
    if (this.listed !== this.changes.states) this.list(view)
    return this.rows[i]
  }

  fitting(podClass: number, view: ClusterView): number {
    this.changes.follow(view)
    return this.feasible.count(podClass, view)
  }

  fittingAt(podClass: number, i: number, view: ClusterView): number {
    return this.feasible.at(podClass, i, view)
  }

  private list({ nodes }: ClusterView): void {
    if (this.rows.length < nodes.count) this.rows = new Int32Array(2 * nodes.count)
    let size = 0
    for (let row = 0; row < nodes.count; row++) if (nodes.state[row] === NodeState.Ready) this.rows[size++] = row
    this.listed = this.changes.states
  }
}

export const randomOfK = {
  ...define<Placer, SchedulingContext, typeof parameters>({
    name: 'random-of-k',
    summary: 'the least loaded of k sampled nodes, those that do not fit left out; the node that was sampled first on ties',
    source:
      'Ousterhout, Wendell, Zaharia, Stoica 2013, Sparrow: Distributed, Low Latency Scheduling (per-task sampling, d = 2); Mitzenmacher 2001, The Power of Two Choices in Randomized Load Balancing',
    fidelity: 'simplified',
    parameters,
    create: (values, context) => new RandomOfK(values, context.random, new Indexed()),
  }),
  remembers: true,
  twin: (values: Chosen, context: SchedulingContext): Placer => new RandomOfK(values, context.random, new Counted()),
}

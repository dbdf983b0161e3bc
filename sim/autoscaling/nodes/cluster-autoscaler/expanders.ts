/**
 * Expanders: which of the node groups that would help pending pods is scaled up. Each keeps the best options; the next one chooses among
 * these, and what is left is drawn at random.
 * Source: Kubernetes autoscaler, cluster-autoscaler/expander.
 */
import { CPU, MEMORY } from '../../../cluster/views.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { tanh } from './tanh.ts'
import type { Estimate } from './estimator.ts'
import type { ScalablePool } from '../policy.ts'

/** A node group that could be scaled up, and what that would do. */
export interface Option extends Estimate {
  readonly group: ScalablePool
}

/** What expanders may know besides the options. */
export interface Situation {
  /** Nodes of the cluster. */
  readonly clusterSize: number
  /** Priority by name of the pool, the highest wins; others have none and lose against all that have one. */
  readonly priorities: ReadonlyMap<string, number>
}

export const expanderNames = ['least-waste', 'most-pods', 'least-nodes', 'price', 'priority', 'random'] as const
export type ExpanderName = (typeof expanderNames)[number]

const GIB = 1_073_741_824
/** Price of a pod's requests in the model of the price expander: those of Google's general-purpose machines [micro-dollars per hour]. */
const CORE = 33_174
const GIB_OF_MEMORY = 4446
/** Half a core and 500 MiB: makes single small pods weigh less. */
const STABILIZATION = podPrice(500, 500 * 1024 * 1024)
/** Preferred cores of a node by the size of the cluster: the first row whose bound it does not exceed. */
const PREFERRED = [
  { upTo: 2, cores: 1 },
  { upTo: 6, cores: 2 },
  { upTo: 20, cores: 4 },
  { upTo: 60, cores: 8 },
  { upTo: 200, cores: 16 },
  { upTo: Infinity, cores: 32 },
]
/** Unfitness of a node with GPUs, so that pods without any avoid it. */
const GPU_UNFITNESS = 1000

function podPrice(cpu: number, memory: number): number {
  return (cpu / 1000) * CORE + (memory / GIB) * GIB_OF_MEMORY
}

/** The smaller, the better. */
const costs: Readonly<Record<Exclude<ExpanderName, 'random'>, (option: Option, situation: Situation) => number>> = {
  'least-waste': wasted,
  'most-pods': ({ pods }) => -pods,
  'least-nodes': ({ nodes }) => nodes,
  price,
  priority: ({ group }, { priorities }) => -(priorities.get(group.type.name) ?? -Infinity),
}

/** Share of CPU plus share of memory of the new nodes that no pod asks for. */
function wasted({ group, nodes, cpu, memory }: Option): number {
  const { capacity } = group.type
  return (capacity[CPU] * nodes - cpu) / (capacity[CPU] * nodes) + (capacity[MEMORY] * nodes - memory) / (capacity[MEMORY] * nodes)
}

/** Price of the nodes over that of the pods, times how unfit the node is, which counts less for many nodes. */
function price({ group, nodes, cpu, memory }: Option, { clusterSize }: Situation): number {
  const { type } = group
  const cores = PREFERRED.find(({ upTo }) => clusterSize <= upTo)!.cores
  const offered = type.capacity[CPU] / 1000
  const unfitness = type.devices > 0 ? GPU_UNFITNESS : Math.max(cores / offered, offered / cores)
  const suppressed = (unfitness - 1) * (1 - tanh((nodes - 1) / 15)) + 1
  return ((nodes * type.price + STABILIZATION) / (podPrice(cpu, memory) + STABILIZATION)) * suppressed
}

/** The option to carry out; `options` has at least one. */
export function chosen(options: readonly Option[], expanders: readonly ExpanderName[], situation: Situation, random: RandomStream): Option {
  let best = options
  for (const name of expanders) {
    if (name === 'random') break
    const values = best.map((option) => costs[name](option, situation))
    const least = Math.min(...values)
    best = best.filter((_, i) => values[i] === least)
  }
  return best.length === 1 ? best[0] : best[random.int(best.length)]
}

/** The filters of Swarm mode, in their order, and the sentence that explains why no node was suitable. */
import { satisfies } from './constraints.ts'
import type { SwarmNode } from './node.ts'
import type { SwarmTaskSpec } from './specs.ts'

/** A rule that excludes nodes. */
interface Filter {
  readonly name: string
  /** Whether the rule concerns the task at all. */
  applies(task: SwarmTaskSpec): boolean
  passes(task: SwarmTaskSpec, node: SwarmNode): boolean
  explain(nodes: number): string
}

const onNodes = (nodes: number): string => (nodes === 1 ? 'on 1 node' : `on ${nodes} nodes`)

/** Docker's names of two architectures, which images call otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' }
const architecture = (name: string): string => ARCHITECTURES[name] ?? name

const FILTERS: readonly Filter[] = [
  {
    name: 'ready',
    applies: () => true,
    passes: (_task, { spec }) => spec.state === 'ready' && spec.availability === 'active',
    explain: (nodes) => `${nodes === 1 ? '1 node' : `${nodes} nodes`} not available for new tasks`,
  },
  {
    name: 'resource',
    applies: ({ cpu, memory, generic }) => cpu !== 0 || memory !== 0 || Object.keys(generic).length > 0,
    passes: (task, node) => task.cpu <= node.freeCpu && task.memory <= node.freeMemory && node.generic.hasEnough(task.generic),
    explain: (nodes) => `insufficient resources ${onNodes(nodes)}`,
  },
  {
    name: 'constraint',
    applies: ({ constraints }) => constraints.length > 0,
    passes: ({ constraints }, { spec }) => constraints.every((constraint) => satisfies(spec, constraint)),
    explain: (nodes) => `scheduling constraints not satisfied ${onNodes(nodes)}`,
  },
  {
    name: 'platform',
    applies: ({ platforms }) => platforms.length > 0,
    passes: ({ platforms }, { spec }) =>
      platforms.some(
        (platform) =>
          (platform.os === '' || platform.os === spec.os) &&
          (platform.architecture === '' || architecture(platform.architecture) === architecture(spec.architecture)),
      ),
    explain: (nodes) => `unsupported platform ${onNodes(nodes)}`,
  },
  {
    name: 'host-port',
    applies: ({ hostPorts }) => hostPorts.length > 0,
    passes: ({ hostPorts }, node) => !hostPorts.some((port) => node.portInUse(port)),
    explain: (nodes) => `host-mode port already in use ${onNodes(nodes)}`,
  },
  {
    name: 'max-replicas',
    applies: ({ maxReplicas }) => maxReplicas > 0,
    passes: (task, node) => node.activeOf(task.service) < task.maxReplicas,
    explain: () => 'max replicas per node limit exceed',
  },
]

/**
 * All filters for one task at a time. Counts the nodes that each filter excluded since the last node that passed, which is what the
 * explanation is made of. Volume and plugin filters are left out: the simulator has no volume drivers.
 */
export class FilterPipeline {
  private task: SwarmTaskSpec | null = null
  private readonly applied: boolean[] = FILTERS.map(() => false)
  private readonly excluded: number[] = FILTERS.map(() => 0)

  /** Begins with another task; counts start at 0. */
  begin(task: SwarmTaskSpec): void {
    this.task = task
    for (const [i, filter] of FILTERS.entries()) this.applied[i] = filter.applies(task)
    this.excluded.fill(0)
  }

  /** Whether the node passes all filters. The first filter that it does not pass counts it. */
  passes(node: SwarmNode): boolean {
    for (const [i, filter] of FILTERS.entries())
      if (this.applied[i] && !filter.passes(this.task!, node)) {
        this.excluded[i]++
        return false
      }
    this.excluded.fill(0)
    return true
  }

  /** Why no node was suitable, the filter that excluded most nodes first; of equals the first in order. */
  explain(): string {
    const counted = FILTERS.map((filter, i) => ({ filter, nodes: this.excluded[i] })).filter(({ nodes }) => nodes > 0)
    counted.sort((a, b) => b.nodes - a.nodes)
    const reasons = counted.map(({ filter, nodes }) => filter.explain(nodes)).join('; ')
    return reasons === '' ? 'no suitable node' : `no suitable node (${reasons})`
  }
}

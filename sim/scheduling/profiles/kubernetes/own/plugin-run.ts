/** A plugin file at work: asks its functions, and refuses answers and reads that the plugin must not give or do. */
import type { OwnPart } from '../../../../common/define.ts'
import { MAX_SCORE, unresolvable, unschedulable, type Refusal } from '../plugin.ts'
import type { KubeTaint, Labels } from '../objects.ts'
import type { Normalization, PluginCluster, PluginDefinition, PluginFunctions, PluginNode, PluginPod } from './policy.ts'

/** A node as it is behind what a plugin sees of it. */
export interface NodeSource {
  readonly name: string
  readonly labels: Labels
  readonly taints: readonly KubeTaint[]
  allocatable(resource: string): number
  requested(resource: string): number
  pods(): readonly PluginPod[]
}

/** All nodes, in the order of the search. */
export type NodeSources = () => readonly NodeSource[]

/** One plugin with its weight and values. */
export class PluginRun {
  readonly name: string
  readonly depends: PluginDefinition['depends']
  readonly normalize: Normalization | null
  readonly weight: number
  readonly filters: boolean
  readonly scores: boolean
  /** Name of the only profile in which it runs; 'all': in each. */
  readonly profile: string
  private readonly functions: PluginFunctions

  constructor({ name, given, values, definition }: OwnPart) {
    if (definition === undefined) throw new Error(`the plugin ${name} was not imported`)
    const { depends, normalize, points } = definition as PluginDefinition
    this.name = name
    this.depends = depends
    this.normalize = normalize
    this.weight = Number(given['weight'])
    this.profile = String(given['profile'])
    this.functions = (definition as PluginDefinition).create(values as never, undefined)
    const runsAt = (point: 'filter' | 'score'): boolean => points.includes(point) && ['all', point].includes(String(given['point']))
    this.filters = runsAt('filter')
    this.scores = runsAt('score')
  }

  /** Why the pod may not run on the node; null when it may. What never changes is not resolved by removing pods. */
  refusal(pod: PluginPod, node: NodeSource, nodes: NodeSources): Refusal | null {
    const answer = this.functions.filter!(pod, this.shown(node), this.cluster(nodes))
    if (answer === true) return null
    if (answer !== false && (typeof answer !== 'string' || answer === ''))
      throw new Error(
        `${this.name}: filter of node ${node.name} must return true, false or why the pod may not run there, found ${found(answer)}`,
      )
    const reason = answer === false ? `node(s) were refused by the plugin ${this.name}` : answer
    return this.depends === 'static' ? unresolvable(reason) : unschedulable(reason)
  }

  /** The raw score. */
  score(pod: PluginPod, node: NodeSource, nodes: NodeSources): number {
    const answer = this.functions.score!(pod, this.shown(node), this.cluster(nodes))
    const most = this.normalize === null ? MAX_SCORE : Number.MAX_SAFE_INTEGER
    if (Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) <= most) return answer as number
    const accepted =
      this.normalize === null
        ? `a whole number from 0 to ${MAX_SCORE}, or with normalize: 'highest' or 'lowest' one from 0 on`
        : 'a whole number from 0 on'
    throw new Error(`${this.name}: score of node ${node.name} must be ${accepted}; found ${found(answer)}`)
  }

  private shown(node: NodeSource): PluginNode {
    return this.depends === 'static' ? new StaticNode(node, this.name) : new WholeNode(node)
  }

  private cluster(nodes: NodeSources): PluginCluster {
    const { depends, name } = this
    return {
      get nodes() {
        if (depends !== 'pods') undeclared(name, 'cluster.nodes', depends, "'pods'")
        return nodes().map((node) => new WholeNode(node))
      },
    }
  }
}

function found(answer: unknown): string {
  if (typeof answer === 'number') return String(answer)
  if (answer instanceof Promise) return 'a promise; the function must not be async'
  return typeof answer === 'string' ? JSON.stringify(answer) : answer === null ? 'null' : typeof answer
}

function undeclared(name: string, what: string, depends: string, accepted: string): never {
  throw new Error(`${name}: reads ${what}, and declares depends: '${depends}'; accepted: depends: ${accepted}`)
}

class WholeNode implements PluginNode {
  protected readonly node: NodeSource

  constructor(node: NodeSource) {
    this.node = node
  }

  get name(): string {
    return this.node.name
  }

  get labels(): Labels {
    return this.node.labels
  }

  get taints(): readonly KubeTaint[] {
    return this.node.taints
  }

  allocatable(resource: string): number {
    return this.node.allocatable(resource)
  }

  requested(resource: string): number {
    return this.node.requested(resource)
  }

  free(resource: string): number {
    return this.allocatable(resource) - this.requested(resource)
  }

  pods(): readonly PluginPod[] {
    return this.node.pods()
  }
}

/** Refuses what changes while the node is in the cluster. */
class StaticNode extends WholeNode {
  private readonly plugin: string

  constructor(node: NodeSource, plugin: string) {
    super(node)
    this.plugin = plugin
  }

  override requested(): never {
    return undeclared(this.plugin, 'node.requested', 'static', "'node' or 'pods'")
  }

  override free(): never {
    return undeclared(this.plugin, 'node.free', 'static', "'node' or 'pods'")
  }

  override pods(): never {
    return undeclared(this.plugin, 'node.pods', 'static', "'node' or 'pods'")
  }
}

/**
 * Users' plugins on the columns of a run. Answers are kept per pod class and node: those that depend on nothing that changes until labels or taints do, those
 * that depend on the node until the node or its pods change. Plugins that depend on the pods of the cluster are asked for every pod.
 */
import type { NodeId, PodClassId } from '../../../../common/ids.ts'
import { PODS } from '../../../../cluster/views.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import type { NodeSource, NodeSources, PluginRun } from '../own/plugin-run.ts'
import type { PluginPod } from '../own/policy.ts'
import { normalizeByHighest, type Rejection } from '../plugin.ts'
import { nodeLabelsOf, nodeNameOf } from '../run-pods.ts'
import type { World } from './world.ts'

/** Classes that are remembered at a time; the oldest one is forgotten. */
const CLASSES = 256

/** A node as plugins see it; `moves` are pods that a dry run added or removed. */
export interface TriedNode {
  readonly row: NodeId
  /** By resource: what removed pods free. */
  readonly freed: readonly number[]
  readonly moves: readonly { readonly podClass: PodClassId; readonly by: 1 | -1 }[]
}

/** The plugins of a profile. */
export class OwnPlugins {
  /** Whether a filter gains by events that take capacity, and whether one must be asked again after any event. */
  readonly readsNode: boolean
  readonly readsPods: boolean
  readonly filters: number
  private readonly kept: readonly KeptAnswers[]
  private readonly runs: readonly PluginRun[]
  private readonly world: World
  private readonly podsSeen: (PluginPod | undefined)[] = [] // [class]
  private scores: number[] = []

  constructor(runs: readonly PluginRun[], world: World) {
    this.runs = runs
    this.world = world
    this.kept = runs.map(() => new KeptAnswers())
    const filters = runs.filter((run) => run.filters)
    this.filters = filters.length
    this.readsNode = filters.some(({ depends }) => depends !== 'static')
    this.readsPods = filters.some(({ depends }) => depends === 'pods')
  }

  begins(): void {
    for (const kept of this.kept) kept.clear()
    this.podsSeen.length = 0
  }

  nodeChanged(row: NodeId): void {
    this.runs.forEach(({ depends }, i) => {
      if (depends === 'node') this.kept[i].forget(row)
    })
  }

  /** Whether the filters accept the node, but for those that depend on the pods of the cluster. */
  keeps(podClass: PodClassId, row: NodeId, view: ClusterView): boolean {
    for (let i = 0; i < this.runs.length; i++) {
      const run = this.runs[i]
      if (!run.filters || run.depends === 'pods') continue
      const ask = (): number => (run.refusal(this.podOf(podClass, view), this.nodeOf(row, view), this.nodesOf(view)) === null ? 1 : 0)
      // Answers about a node are kept with the score of the class on it.
      if ((run.depends === 'static' ? this.kept[i].filter.of(podClass, row, ask) : ask()) === 0) return false
    }
    return true
  }

  /** Whether the filters that depend on the pods of the cluster accept the node. */
  passes(podClass: PodClassId, row: NodeId, view: ClusterView): boolean {
    if (!this.readsPods) return true
    return this.runs.every(
      (run) =>
        !run.filters ||
        run.depends !== 'pods' ||
        run.refusal(this.podOf(podClass, view), this.nodeOf(row, view), this.nodesOf(view)) === null,
    )
  }

  /** The first filter that refuses the node with the moves of a dry run. */
  rejection(podClass: PodClassId, { row, freed, moves }: TriedNode, view: ClusterView): Rejection | null {
    for (const run of this.runs) {
      if (!run.filters) continue
      const node = new RowNode(row, view, (other) => this.podOf(other, view), freed, moves)
      const refusal = run.refusal(this.podOf(podClass, view), node, this.nodesOf(view))
      if (refusal !== null) return { plugin: run.name, ...refusal }
    }
    return null
  }

  /** Weighted sum of the scores that need no other node. */
  sumOf(podClass: PodClassId, row: NodeId, view: ClusterView): number {
    let sum = 0
    for (let i = 0; i < this.runs.length; i++) {
      const run = this.runs[i]
      if (run.scores && run.depends !== 'pods' && run.normalize === null) sum += run.weight * this.raw(i, podClass, row, view)
    }
    return sum
  }

  /** Adds the scores that compare the candidates, or depend on the pods of the cluster, to `totals`. */
  add(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, totals: Int32Array): void {
    for (let i = 0; i < this.runs.length; i++) {
      const { scores: has, depends, normalize, weight } = this.runs[i]
      if (!has || (depends !== 'pods' && normalize === null)) continue
      const { scores } = this
      scores.length = count
      for (let at = 0; at < count; at++) scores[at] = this.raw(i, podClass, rows[at], view)
      if (normalize !== null) normalizeByHighest(scores, normalize === 'lowest')
      for (let at = 0; at < count; at++) totals[at] += weight * scores[at]
    }
  }

  private raw(i: number, podClass: PodClassId, row: NodeId, view: ClusterView): number {
    const run = this.runs[i]
    const ask = (): number => run.score(this.podOf(podClass, view), this.nodeOf(row, view), this.nodesOf(view))
    return run.depends === 'pods' ? ask() : this.kept[i].score.of(podClass, row, ask)
  }

  private podOf(podClass: PodClassId, view: ClusterView): PluginPod {
    return (this.podsSeen[podClass] ??= podOf(podClass, view))
  }

  private nodeOf(row: NodeId, view: ClusterView): NodeSource {
    return new RowNode(row, view, (podClass) => this.podOf(podClass, view))
  }

  private nodesOf(view: ClusterView): NodeSources {
    return () => this.world.order.map((row) => this.nodeOf(row, view))
  }
}

/** Answers of one plugin. */
class KeptAnswers {
  readonly filter = new Kept()
  readonly score = new Kept()

  forget(row: NodeId): void {
    this.filter.forget(row)
    this.score.forget(row)
  }

  clear(): void {
    this.filter.clear()
    this.score.clear()
  }
}

/** Numbers by pod class and node, NaN where they must be asked for. */
class Kept {
  private readonly rows = new Map<PodClassId, Float64Array>()

  of(podClass: PodClassId, row: NodeId, ask: () => number): number {
    let values = this.rows.get(podClass)
    if (values === undefined || values.length <= row) {
      const longer = new Float64Array(Math.max(64, 2 * row + 2)).fill(NaN)
      if (values !== undefined) longer.set(values)
      else if (this.rows.size === CLASSES) this.rows.delete(this.rows.keys().next().value!)
      this.rows.set(podClass, (values = longer))
    }
    if (Number.isNaN(values[row])) values[row] = ask()
    return values[row]
  }

  forget(row: NodeId): void {
    for (const values of this.rows.values()) if (row < values.length) values[row] = NaN
  }

  clear(): void {
    this.rows.clear()
  }
}

function podOf(podClass: PodClassId, view: ClusterView): PluginPod {
  const { labels, priority, rules } = view.shapeOf(podClass)
  const { nodes, classes } = view
  return {
    namespace: rules?.namespace ?? 'default',
    labels,
    priority,
    requested: (resource) => {
      const row = nodes.resources.indexOf(resource)
      return row < 0 || row === PODS ? 0 : classes.request[row][podClass]
    },
  }
}

class RowNode implements NodeSource {
  private readonly row: NodeId
  private readonly view: ClusterView
  private readonly podOf: (podClass: PodClassId) => PluginPod
  private readonly freed: TriedNode['freed']
  private readonly moves: TriedNode['moves']

  constructor(
    row: NodeId,
    view: ClusterView,
    podOf: (podClass: PodClassId) => PluginPod,
    freed: TriedNode['freed'] = [],
    moves: TriedNode['moves'] = [],
  ) {
    this.row = row
    this.view = view
    this.podOf = podOf
    this.freed = freed
    this.moves = moves
  }

  get name(): string {
    return nodeNameOf(this.row, this.view)
  }

  get labels(): NodeSource['labels'] {
    return nodeLabelsOf(this.row, this.view)
  }

  get taints(): NodeSource['taints'] {
    return this.view.templateOf(this.row).taints
  }

  allocatable(resource: string): number {
    const { nodes } = this.view
    const at = nodes.resources.indexOf(resource)
    return at < 0 ? 0 : nodes.capacity[at][this.row]
  }

  requested(resource: string): number {
    const { nodes } = this.view
    const at = nodes.resources.indexOf(resource)
    return at < 0 ? 0 : nodes.capacity[at][this.row] - nodes.free[at][this.row] - (this.freed[at] ?? 0)
  }

  pods(): readonly PluginPod[] {
    const classes: PodClassId[] = []
    this.view.eachPodOn(this.row, (pod) => void classes.push(this.view.pods.podClass[pod]))
    for (const { podClass, by } of this.moves) {
      if (by === 1) classes.push(podClass)
      else classes.splice(classes.indexOf(podClass), 1)
    }
    return classes.map((podClass) => this.podOf(podClass))
  }
}

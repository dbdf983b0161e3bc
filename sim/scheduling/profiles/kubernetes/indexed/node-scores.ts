/**
 * What a pod class gets on a node as long as neither the node nor its pods change: whether it fits, and the weighted sum of the scores that need no
 * comparison with other nodes (NodeResourcesFit, NodeResourcesBalancedAllocation, ImageLocality). Kept per class until the node changes.
 */
import type { NodeId, PodClassId } from '../../../../common/ids.ts'
import { CPU, FIRST_NAMED, MEMORY, PODS } from '../../../../cluster/views.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import { MAX_SCORE } from '../plugin.ts'
import { imageShare, localityOf } from '../plugins/image-locality.ts'
import { deviation } from '../plugins/node-resources-balanced-allocation.ts'
import { scoreOf, type ScoringStrategy } from '../plugins/node-resources-fit.ts'
import { selectorMatches } from '../../../../cluster/feasibility/node-selectors.ts'
import type { NodeSelector } from '../objects.ts'
import { nodeLabelsOf, nodeNameOf } from '../run-pods.ts'
import type { OwnPlugins } from './own-plugins.ts'
import type { World } from './world.ts'

/** Cells of the table. */
export const STALE = -1
export const UNFIT = -2

/** Classes that are remembered at a time; the oldest one is forgotten. */
const CLASSES = 256

/** Weights; 0 switches a score off. */
export interface NodeScoreOptions {
  readonly fit: number
  readonly strategy: ScoringStrategy
  readonly balanced: number
  readonly balancedResources: readonly string[]
  readonly images: number
  /** Whether host ports exclude nodes. */
  readonly ports: boolean
  /** Node affinity that the profile requires of every pod; null: none. */
  readonly added: NodeSelector | null
}

/** A resource that counts: its row, NONE for one that the cluster does not have, and its weight. */
interface Counted {
  readonly row: number
  readonly weight: number
}

/** The table of classes and nodes. */
export class NodeScores {
  private readonly world: World
  private readonly options: NodeScoreOptions
  private readonly score: (requested: number, capacity: number) => number
  private readonly cells: (Int32Array | undefined)[] = [] // [class]
  private readonly kept: PodClassId[] = []
  private fit: readonly Counted[] = []
  private balanced: readonly number[] = []
  /** Nodes and size by image name. */
  private images: ReadonlyMap<string, { readonly size: number; readonly nodes: number }> | undefined
  private readonly shares: number[] = []

  private readonly own: OwnPlugins | null

  /** @param own users' plugins; null: none */
  constructor(world: World, options: NodeScoreOptions, own: OwnPlugins | null) {
    this.own = own
    this.world = world
    this.options = options
    this.score = scoreOf(options.strategy)
  }

  begins({ nodes }: ClusterView): void {
    this.clear()
    const rowOf = (name: string): number => nodes.resources.indexOf(name)
    this.fit = this.options.strategy.resources.map(({ name, weight }) => ({ row: rowOf(name), weight })).filter(({ row }) => row >= 0)
    this.balanced = this.options.balancedResources.map(rowOf).filter((row) => row >= 0)
  }

  nodeChanged(row: NodeId): void {
    for (const podClass of this.kept) {
      const cells = this.cells[podClass]!
      if (row < cells.length) cells[row] = STALE
    }
  }

  /** Scores of images depend on how many nodes have them. */
  membersChanged(): void {
    this.imagesChanged()
  }

  imagesChanged(): void {
    this.images = undefined
    if (this.options.images > 0) for (const podClass of this.kept) if (this.hasImages(podClass)) this.cells[podClass]!.fill(STALE)
  }

  /** The row of a class, by node: STALE where it must be asked for. */
  of(podClass: PodClassId, view: ClusterView): Int32Array {
    const known = this.cells[podClass]
    if (known !== undefined && known.length >= view.nodes.count) return known
    const made = new Int32Array(Math.max(64, 2 * view.nodes.count)).fill(STALE)
    if (known === undefined) {
      if (this.kept.length === CLASSES) this.cells[this.kept.shift()!] = undefined
      this.kept.push(podClass)
    } else made.set(known)
    return (this.cells[podClass] = made)
  }

  /** Computes a cell. */
  fill(cells: Int32Array, podClass: PodClassId, row: NodeId, view: ClusterView): number {
    return (cells[row] = this.fits(podClass, row, view) ? this.sumOf(podClass, row, view) : UNFIT)
  }

  private fits(podClass: PodClassId, row: NodeId, view: ClusterView): boolean {
    if (!view.feasible(podClass, row) || (this.options.added !== null && !this.admits(row, view))) return false
    const ports = view.shapeOf(podClass).rules?.hostPorts
    if (ports !== undefined && this.options.ports && this.world.ports[row]?.conflicts(ports) === true) return false
    return this.own === null || this.own.keeps(podClass, row, view)
  }

  /** Whether the node matches the affinity that the profile adds. */
  admits(row: NodeId, view: ClusterView): boolean {
    const { added } = this.options
    return added === null || selectorMatches(added, { name: nodeNameOf(row, view), labels: nodeLabelsOf(row, view) })
  }

  private sumOf(podClass: PodClassId, row: NodeId, view: ClusterView): number {
    const { fit, balanced, images } = this.options
    let sum = 0
    if (fit > 0) sum += fit * this.fitScore(podClass, row, view)
    if (balanced > 0) sum += balanced * this.balancedScore(podClass, row, view)
    if (images > 0 && this.hasImages(podClass)) sum += images * this.imageScore(podClass, row, view)
    if (this.own !== null) sum += this.own.sumOf(podClass, row, view)
    return sum
  }

  private fitScore(podClass: PodClassId, row: NodeId, { nodes, classes }: ClusterView): number {
    let sum = 0
    let weights = 0
    const ratio = this.options.strategy.type === 'RequestedToCapacityRatio'
    for (const { row: resource, weight } of this.fit) {
      const capacity = nodes.capacity[resource][row]
      if (capacity === 0) continue
      const wanted = classes.request[resource][podClass]
      if (resource >= FIRST_NAMED && wanted === 0) continue
      const held = resource === PODS ? 0 : capacity - nodes.free[resource][row] + wanted
      const value = this.score(held + this.extra(resource, podClass, row), capacity)
      if (value === 0 && ratio) continue
      sum += value * weight
      weights += weight
    }
    if (weights === 0) return 0
    return ratio ? Math.round(sum / weights) : Math.trunc(sum / weights)
  }

  /** What scores count above the requests. */
  private extra(resource: number, podClass: PodClassId, row: NodeId): number {
    if (resource === CPU) return this.world.extraCpu[row] + this.world.scoredAbove(podClass, 'cpu')
    return resource === MEMORY ? this.world.extraMemory[row] + this.world.scoredAbove(podClass, 'memory') : 0
  }

  private balancedScore(podClass: PodClassId, row: NodeId, { nodes, classes }: ClusterView): number {
    const { shares } = this
    shares.length = 0
    let requests = 0
    for (const resource of this.balanced) {
      const wanted = resource === PODS ? 0 : classes.request[resource][podClass]
      requests += wanted
      const capacity = nodes.capacity[resource][row]
      if (capacity === 0 || (resource >= FIRST_NAMED && wanted === 0)) continue
      const held = resource === PODS ? 0 : capacity - nodes.free[resource][row]
      shares.push(Math.min(1, (held + wanted) / capacity))
    }
    return requests === 0 ? 0 : Math.trunc((1 - deviation(shares)) * MAX_SCORE)
  }

  private hasImages(podClass: PodClassId): boolean {
    return this.world.imagesOf(podClass).length > 0
  }

  private imageScore(podClass: PodClassId, row: NodeId, view: ClusterView): number {
    const states = (this.images ??= this.imageStates(view))
    const wanted = this.world.imagesOf(podClass)
    const here = view.images === undefined ? new Set((view.templateOf(row).images ?? []).flatMap(({ names }) => names)) : null
    let sum = 0
    for (const name of wanted) {
      const state = states.get(name)
      if (state !== undefined && (here === null ? view.images!.has(row, name) : here.has(name)))
        sum += imageShare(state.size, state.nodes, this.world.size)
    }
    return localityOf(sum, wanted.length)
  }

  private imageStates(view: ClusterView): ReadonlyMap<string, { readonly size: number; readonly nodes: number }> {
    if (view.images !== undefined) return view.images.states
    const states = new Map<string, { size: number; nodes: number }>()
    for (const row of this.world.order) {
      const here = new Map((view.templateOf(row).images ?? []).flatMap(({ names, size }) => names.map((name) => [name, size] as const)))
      for (const [name, size] of here) {
        const state = states.get(name)
        if (state === undefined) states.set(name, { size, nodes: 1 })
        else state.nodes++
      }
    }
    return states
  }

  private clear(): void {
    this.cells.length = 0
    this.kept.length = 0
    this.images = undefined
  }
}

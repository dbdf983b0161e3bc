/** The caches of all nodes, and the images on them as schedulers see them. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeId } from '../../common/ids.ts'
import { imagesChanged } from '../../cluster/relabel.ts'
import type { ImagesView, NodeImage } from '../../cluster/rules.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { ImageCache, imageSize, type Image } from './image-cache.ts'
import type { ImageSettings } from './spec.ts'

/** An image over the whole cluster. */
interface State {
  readonly size: number
  nodes: number
}

export class NodeImages implements ImagesView {
  private readonly known = new Map<string, State>()
  /** Nodes so far; those that follow have the images of all nodes. */
  private seen = 0
  private readonly caches = new Map<NodeId, ImageCache>()
  private readonly settings: ImageSettings
  private readonly cluster: Cluster
  private readonly simulator: Simulator

  constructor({ cluster, simulator }: { readonly cluster: Cluster; readonly simulator: Simulator }, settings: ImageSettings) {
    this.cluster = cluster
    this.simulator = simulator
    this.settings = settings
  }

  get states(): ReadonlyMap<string, State> {
    this.follow()
    return this.known
  }

  has(node: NodeId, name: string): boolean {
    return this.of(node).has(name)
  }

  on(node: NodeId): readonly NodeImage[] {
    return this.of(node).list()
  }

  /** Nodes that have joined, with the images that all nodes have. */
  private follow(): void {
    const { nodes } = this.cluster.view
    while (this.seen < nodes.count) {
      const node = this.seen++
      this.caches.set(node, new ImageCache(this.settings))
      for (const image of this.settings.prepulled) this.add(node, image)
    }
  }

  /** The node has gone with its disk. */
  left(node: NodeId): void {
    for (const { names } of this.on(node)) this.known.get(names[0])!.nodes--
    this.caches.delete(node)
  }

  /** Of a node that has not gone. */
  of(node: NodeId): ImageCache {
    this.follow()
    return this.caches.get(node)!
  }

  add(node: NodeId, image: Image): void {
    const cache = this.of(node)
    if (cache.has(image.name)) return
    cache.add(image, this.simulator.now)
    const state = this.known.get(image.name)
    if (state === undefined) this.known.set(image.name, { size: imageSize(image), nodes: 1 })
    else state.nodes++
    imagesChanged(this.cluster, node)
  }

  /** The collection of a full disk; returns the number of removed images. */
  collect(node: NodeId): number {
    return this.removed(node, this.of(node).collect(this.simulator.now))
  }

  private removed(node: NodeId, names: readonly string[]): number {
    for (const name of names) this.known.get(name)!.nodes--
    if (names.length > 0) imagesChanged(this.cluster, node)
    return names.length
  }
}

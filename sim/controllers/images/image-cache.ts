/**
 * The images on the disk of one node, and their collection by the kubelet: when the disk is full by the high threshold, images that no pod
 * of the node uses are removed, those first that were used least recently, until the low threshold is reached or none is left.
 * Source: Kubernetes 1.34 pkg/kubelet/images/image_gc_manager.go (GarbageCollect, freeSpace). As there, the size of an image counts as freed
 * also where another image keeps some of its layers.
 */
import type { NodeImage } from '../../cluster/rules.ts'
import type { Time } from '../../common/ids.ts'
import type { ContainerImage, ImageLayer, ImageSettings } from './spec.ts'

/** An image, whoever runs it. */
export type Image = Pick<ContainerImage, 'name' | 'layers'>

/** An image on the disk. */
interface Entry {
  readonly image: Image
  /** When it came, and when its last user left. */
  readonly detected: Time
  lastUsed: Time
  users: number
}

/** All layers [bytes]. */
export const imageSize = ({ layers }: Image): number => sizeOf(layers)

const sizeOf = (layers: readonly ImageLayer[]): number => layers.reduce((sum, { size }) => sum + size, 0)

export class ImageCache {
  /** Bytes on the disk. */
  used = 0
  private readonly entries = new Map<string, Entry>()
  /** Number of images with the layer. */
  private readonly layers = new Map<string, number>()
  private readonly settings: ImageSettings

  constructor(settings: ImageSettings) {
    this.settings = settings
  }

  /** What is on the disk. */
  list(): NodeImage[] {
    return [...this.entries.values()].map(({ image }) => ({ names: [image.name], size: imageSize(image) }))
  }

  has(name: string): boolean {
    return this.entries.has(name)
  }

  /** What would have to be pulled [bytes]. */
  missing({ layers }: Image): number {
    return sizeOf(layers.filter(({ name }) => !this.layers.has(name)))
  }

  /** [bytes] */
  get free(): number {
    return this.settings.disk - this.used
  }

  add(image: Image, now: Time): void {
    if (this.has(image.name)) return
    this.used += this.missing(image)
    for (const { name } of image.layers) this.layers.set(name, (this.layers.get(name) ?? 0) + 1)
    this.entries.set(image.name, { image, detected: now, lastUsed: now, users: 0 })
  }

  /** A pod of the node uses the image from now on (1), or does no more (-1). */
  uses(name: string, change: 1 | -1, now: Time): void {
    const entry = this.entries.get(name)
    if (entry === undefined) return
    entry.users += change
    entry.lastUsed = now
  }

  /** Whether the disk is full by the high threshold. */
  get isFull(): boolean {
    const { disk, highThreshold } = this.settings
    return disk < Infinity && 100 - Math.trunc((this.free * 100) / disk) >= highThreshold
  }

  /** The collection of a full disk; returns the names of the removed images. */
  collect(now: Time): string[] {
    const { disk, lowThreshold } = this.settings
    return this.isFull ? this.remove((disk * (100 - lowThreshold)) / 100 - this.free, now) : []
  }

  /** Removes images that no container uses until `bytes` are freed; Infinity: all of them. */
  remove(bytes: number, now: Time): string[] {
    const removed: string[] = []
    const unused = [...this.entries.values()].filter(({ users }) => users === 0)
    unused.sort((a, b) => a.lastUsed - b.lastUsed || a.detected - b.detected)
    let freed = 0
    for (const { image, detected, lastUsed } of unused) {
      if (lastUsed >= now) break
      if (now - detected < this.settings.minAge) continue
      this.drop(image)
      removed.push(image.name)
      freed += sizeOf(image.layers)
      if (freed >= bytes) break
    }
    return removed
  }

  private drop(image: Image): void {
    this.entries.delete(image.name)
    for (const { name, size } of image.layers) {
      const left = this.layers.get(name)! - 1
      if (left > 0) this.layers.set(name, left)
      else {
        this.layers.delete(name)
        this.used -= size
      }
    }
  }
}

/** What a run says of container images: their layers, the registry, and what kubelets keep of them. Times [µs], sizes [bytes]. */
import type { Time } from '../../common/ids.ts'

/** A part of an image that other images may have as well. */
export interface ImageLayer {
  readonly name: string
  readonly size: number
}

/** The image of a container, and when its kubelet asks the registry for it. */
export interface ContainerImage {
  readonly name: string
  readonly layers: readonly ImageLayer[]
  readonly policy: 'Always' | 'IfNotPresent' | 'Never'
}

/** The registry, and the image managers of all kubelets. */
export interface ImageSettings {
  /** From a request to the registry to the list of layers. */
  readonly latency: Time
  /** Of one pull [bytes/s]. */
  readonly bandwidth: number
  /** Of the registry, shared by all pulls [bytes/s]; Infinity: no bound. */
  readonly total: number
  /** Pulls of a node at a time; 1: serialized. Infinity: no bound. */
  readonly parallel: number
  /** Requests of a node to the registry per second, and at once; more fail. */
  readonly qps: number
  readonly burst: number
  /** Of a node, for images [bytes]; Infinity: no bound. */
  readonly disk: number
  /** Usage of the disk from which images are collected, and down to which [%]. */
  readonly highThreshold: number
  readonly lowThreshold: number
  /** Younger images are not collected. */
  readonly minAge: Time
  /** On each node from the start. */
  readonly prepulled: readonly Pick<ContainerImage, 'name' | 'layers'>[]
}

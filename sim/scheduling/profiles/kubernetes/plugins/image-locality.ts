/** ImageLocality: prefers nodes that have the pod's images, large images more, images that are on many nodes more. */
import type { ClusterState } from '../cluster.ts'
import type { NodeInfo } from '../node-info.ts'
import type { KubePod } from '../objects.ts'
import { MAX_SCORE, type Plugin } from '../plugin.ts'

const MIB = 1024 * 1024
/** Sums below this score 0. */
const LOW = 23 * MIB
/** Sums from this on, per image, score 100. */
const HIGH = 1000 * MIB

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  preScore: ({ pod }, cluster) => {
    const images = imagesOf(pod)
    return { score: (node) => scoreOf(images, node, cluster) }
  },
}

/** One name for each container, empty without one. Images that are mounted as volumes do not count in 1.34. */
export const imagesOf = (pod: KubePod): string[] =>
  [...(pod.initContainers ?? []), ...pod.containers].map(({ image }) => withTag(image ?? ''))

/** A name without a tag means the tag latest; a colon before the last slash is that of a port. */
const withTag = (name: string): string => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name)

function scoreOf(images: readonly string[], node: NodeInfo, cluster: ClusterState): number {
  let sum = 0
  for (const image of images) {
    const state = cluster.imageStates().get(image)
    if (state?.nodes.has(node) === true) sum += imageShare(state.size, state.nodes.size, cluster.nodes.length)
  }
  return localityOf(sum, images.length)
}

/** What an image adds on a node that has it: its size, by the share of the nodes that have it. */
export const imageShare = (size: number, having: number, nodes: number): number => Math.trunc(size * (having / nodes))

/** The score of a sum over this number of images. */
export function localityOf(sum: number, images: number): number {
  const high = HIGH * images
  if (high <= LOW) return 0
  const clamped = Math.min(high, Math.max(LOW, sum))
  return Math.trunc((MAX_SCORE * (clamped - LOW)) / (high - LOW))
}

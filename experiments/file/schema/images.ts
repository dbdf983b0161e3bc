/** Container images: what a version runs, the registry, and what nodes keep. */
import type { z } from 'zod'
import { duration, forms, list, memory, number, oneOf, section, throughput, whole, words } from '../quantities.ts'

const layer = section('a layer', {
  name: words().describe('its name or digest; images with a layer of the same name share it'),
  size: memory({ min: 1 }).describe('what is pulled and kept'),
})

/** The image of a service or of a version. */
export const image = section('an image', {
  name: words()
    .optional()
    .describe(
      'such as registry.example/shop/web:v2; default: the names of the service and of the version, so that each version has an image of its own',
    ),
  size: memory({ min: 1 }).optional().describe('all of it, as one layer that no other image has'),
  layers: list('layers', layer).min(1, 'found an empty list; accepted: at least one layer').optional().describe('or: its layers'),
  pullPolicy: oneOf(['Always', 'IfNotPresent', 'Never'])
    .optional()
    .describe('default: Always for the tag latest or none, else IfNotPresent, imagePullPolicy'),
}).refine(({ size, layers }) => (size === undefined) !== (layers === undefined), {
  message: 'found both size and layers, or neither; accepted: one of them',
})

const many = (least: number) =>
  forms<number | null>({ word: oneOf(['unlimited']).transform((): null => null), count: whole({ min: least }) }, (value) =>
    value === 'unlimited' ? 'word' : 'count',
  )
const disk = forms<number | null>({ word: oneOf(['unlimited']).transform((): null => null), amount: memory({ min: 1 }) }, (value) =>
  value === 'unlimited' ? 'word' : 'amount',
)
const total = forms<number | null>({ word: oneOf(['unlimited']).transform((): null => null), amount: throughput(1) }, (value) =>
  value === 'unlimited' ? 'word' : 'amount',
)

/** The registry, and the image managers of kubelets. */
export const images = section('the images', {
  latency: duration().prefault('500ms').describe('from a request to the registry to its answer; default 500ms, 0.2 to 1 s are usual'),
  bandwidth: throughput(1).prefault('50M/s').describe('of one pull, download and unpacking; default 50M/s, 30 to 100 are usual'),
  total: total.prefault('unlimited').describe('of the registry, shared equally by all pulls; default unlimited'),
  parallel: many(1)
    .prefault(1)
    .describe('pulls of a node at a time, or unlimited; default 1, serializeImagePulls; more as maxParallelImagePulls'),
  qps: number({ min: 0.001, max: 1e9 })
    .prefault(5)
    .describe('pulls that a node may begin per second, others fail; default 5, registryPullQPS'),
  burst: whole({ min: 1, max: 1e9 }).prefault(10).describe('pulls that it may begin at once; default 10, registryBurst'),
  disk: disk.prefault('unlimited').describe("of a node for images, which the kubelet's collection keeps free; default unlimited"),
  highThreshold: whole({ min: 0, max: 100 })
    .prefault(85)
    .describe('usage of the disk from which unused images are removed; default 85, imageGCHighThresholdPercent'),
  lowThreshold: whole({ min: 0, max: 100 })
    .prefault(80)
    .describe('usage down to which they are removed; default 80, imageGCLowThresholdPercent'),
  minAge: duration().prefault('2m').describe('age below which an image is not removed; default 2m, imageMinimumGCAge'),
  prepulled: list('names of images', words())
    .prefault([])
    .describe('images that each node has from its start, by the names of services and versions'),
})
  .refine(({ highThreshold, lowThreshold }) => lowThreshold < highThreshold, {
    message: 'found lowThreshold not below highThreshold; accepted: a lower one',
    path: ['lowThreshold'],
  })
  .prefault({})
  .describe(
    'the registry and the caches of nodes, for services whose image is named; default: an unlimited registry at 50M/s for each pull',
  )

/** An image as the file gives it. */
export type ImageData = z.infer<typeof image>

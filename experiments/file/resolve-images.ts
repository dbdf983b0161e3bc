/** Images of services and their versions, and the registry, from the file to a run. */
import { suggestion, type ContainerImage, type ImageSettings } from '../../sim/index.ts'
import { pullPolicyOf } from '../../workloads/index.ts'
import type { Issue } from './document.ts'
import type { ScenarioData, ServiceData } from './schema.ts'
import type { ImageData } from './schema/images.ts'

type Json<T> = { readonly [K in keyof T]: T[K] | null }

/** The name of the image of a version: its own, or that of the service and the version. */
export const imageName = (image: ImageData, service: string, version: string): string => image.name ?? `${service}:${version}`

/** The image of a version as the run has it; of one size, it is its only layer. */
export function imageOf(image: ImageData, service: string, version: string): ContainerImage {
  const name = imageName(image, service, version)
  return { name, layers: image.layers ?? [{ name, size: image.size! }], policy: image.pullPolicy ?? pullPolicyOf(name) }
}

/** The image of each version of a service, the first one included. */
const imagesOf = (given: ServiceData): ContainerImage[] =>
  [{ name: given.version, image: given.image }, ...given.versions].flatMap(({ name, image = given.image }) =>
    image === undefined ? [] : [imageOf(image, given.name, name)],
  )

/** The registry and the caches; undefined when no version names its image. Adds an issue for each name that refers to nothing. */
export function resolveImages(
  { images, workload }: ScenarioData,
  issues: Issue[],
  more: readonly ContainerImage[],
): Json<ImageSettings> | undefined {
  const used = [...workload.services.flatMap(imagesOf), ...more]
  const { prepulled, ...rest } = images
  prepulled.forEach((name, i) => {
    if (used.some((image) => image.name === name)) return
    const known = [...new Set(used.map((image) => image.name))]
    const accepted = known.length === 0 ? 'none, because no service names its image' : known.join(', ')
    issues.push({
      path: ['images', 'prepulled', i],
      message: `found the unknown image "${name}"; accepted: ${accepted}${suggestion(name, known)}`,
    })
  })
  if (used.length === 0) return undefined
  const first = (name: string) => used.filter((image) => image.name === name).slice(0, 1)
  return { ...rest, prepulled: prepulled.flatMap(first).map(({ name, layers }) => ({ name, layers })) }
}

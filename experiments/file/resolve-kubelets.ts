/** Rules of the file about kubelets: images and their registry, eviction. */
import type { Version } from '../../sim/index.ts'
import type { Issue } from './document.ts'
import type { ScenarioData } from './schema.ts'

/** A version in JSON: null stands for Infinity. */
export type JsonVersion = { readonly [K in keyof Version]: Version[K] | null }

/** Eviction is that of kubelets, and acts by curves of memory. */
export function checkEviction({ orchestrator = 'kubernetes', eviction, workload }: ScenarioData, issues: Issue[]): void {
  if (eviction === undefined) return
  if (orchestrator !== 'kubernetes')
    issues.push({
      path: ['eviction'],
      message: `found eviction, which only Kubernetes has; accepted: none with orchestrator: ${orchestrator}`,
    })
  const curve = workload.services.some(({ memoryUse, versions }) => [memoryUse, ...versions.map((one) => one.memoryUse)].some(Boolean))
  if (!curve)
    issues.push({
      path: ['eviction'],
      message: 'found eviction without a service whose memory has a curve, which would change nothing; accepted: services with memoryUse',
    })
}

/** An outage of the registry needs images that are pulled. */
export function checkRegistryOutages(data: ScenarioData, images: boolean, issues: Issue[]): void {
  data.faults.forEach(({ kind, key }, i) => {
    if (kind === 'registry-down' && !images)
      issues.push({
        path: ['faults', i, key],
        message: 'found registryOutage without a service that names its image, which would change nothing; accepted: services with image',
      })
  })
}

/** Schedulers look for nodes that have the image. */
export const withImageRule = (version: JsonVersion): JsonVersion =>
  version.image === undefined || version.image === null
    ? version
    : { ...version, shape: { ...version.shape!, rules: { ...version.shape!.rules, images: [version.image.name] } } }

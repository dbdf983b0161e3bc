/** Manifests: files in, workloads out. */
export { readManifests } from './read.ts'
export { outsideOf } from './checks/quotas.ts'
export type * from './model.ts'
export type { Ignored, ManifestProblem, Place as ManifestPlace } from './findings.ts'
export { manifestFiles } from './files.ts'
export { matches as selectorMatches } from './matching.ts'
export { pullPolicyOf } from './kubernetes/containers.ts'
export { effectiveAmounts, readAmount } from './quantities.ts'

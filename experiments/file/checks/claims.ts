/** Claims that nothing can serve: their pods stay pending for the whole run, as in Kubernetes, which counts; the reader should know before. */
import { NONE, showMemory, type ClaimSpec, type NodeTemplate } from '../../../sim/index.ts'
import type { StorageSpec } from '../resolve-storage.ts'

/** A warning for each claim that pods mount and that can have no volume, or one that no node reaches. */
export function claimWarnings(storage: StorageSpec | undefined, nodes: readonly NodeTemplate[]): string[] {
  if (storage === undefined) return []
  const mounted = new Map<string, ClaimSpec>()
  for (const volume of storage.pods.flat()) {
    if (volume.kind === 'template') mounted.set(volume.claim.name, volume.claim)
    if (volume.kind === 'claim' && volume.claim !== NONE) mounted.set(storage.claims[volume.claim].name, storage.claims[volume.claim])
  }
  return [...mounted.values()].flatMap((claim) => {
    const why = unserved(claim, storage, new Set(nodes.map(({ zone }) => zone)))
    return why === null ? [] : [`claim ${claim.name}: ${why}; it stays unbound, and its pods pending`]
  })
}

/** Why a claim has no volume; null: it may have one. A claim of a class that does not exist is reported with the manifests. */
function unserved(claim: ClaimSpec, { classes, drivers, volumes }: StorageSpec, zones: ReadonlySet<string>): string | null {
  const made = volumes.some(
    ({ class: name, size, modes, claim: owner, name: volume }) =>
      (owner === claim.name || (owner === '' && name === claim.class)) &&
      (claim.volume === '' || claim.volume === volume) &&
      size >= claim.size &&
      claim.modes.every((mode) => modes.includes(mode)),
  )
  if (made) return null
  const asked = `${showMemory(claim.size)} ${claim.modes.join(', ')}`
  if (claim.volume !== '') return `found the volume ${claim.volume}, which does not exist or has no ${asked}`
  const found = classes.find(({ name }) => name === claim.class)
  if (found === undefined) return `found no volume of ${claim.class === '' ? 'no class' : `the class ${claim.class}`} that has ${asked}`
  if (found.driver === NONE) return `found the class ${found.name}, which makes no volumes, and no volume of it that has ${asked}`
  const driver = drivers[found.driver]
  const missing = claim.modes.filter((mode) => !driver.modes.includes(mode))
  if (missing.length > 0)
    return `found ${missing.join(', ')}, but the driver ${driver.name} of the class ${found.name} serves ${driver.modes.join(', ')}`
  if (found.zones.length > 0 && !found.zones.some((zone) => zones.has(zone))) {
    const own = [...zones].filter((zone) => zone !== '')
    return `found the class ${found.name}, which makes volumes in ${found.zones.join(', ')} only, where no pool has nodes (${own.length === 0 ? 'they have no zones' : own.join(', ')})`
  }
  return null
}

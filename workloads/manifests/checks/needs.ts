/** What pods need before they start: config maps, secrets, claims, and a class or a volume for each claim. */
import { showMemory, suggestion } from '../../../sim/index.ts'
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import { matches } from '../matching.ts'
import type { ManifestWorkload, Named, Need, PersistentVolume, VolumeClaim } from '../model.ts'
import { at, ByName } from './report.ts'

/** Config maps that the cluster makes in each namespace. */
const EVERYWHERE = ['kube-root-ca.crt']

/** Missing config maps, secrets, claims; claims that nothing can serve. */
export function needChecks(drafts: Drafts, findings: Findings): void {
  const known: Known = {
    PersistentVolumeClaim: new ByName(drafts.claims),
    ConfigMap: new ByName(drafts.configs.filter(({ kind }) => kind === 'ConfigMap')),
    Secret: new ByName(drafts.configs.filter(({ kind }) => kind === 'Secret')),
  }
  for (const workload of drafts.workloads) for (const need of workload.template.needs) needed(workload, need, known, findings)
  const templates = drafts.workloads.flatMap(({ controller }) => (controller.kind === 'StatefulSet' ? controller.claimTemplates : []))
  for (const claim of [...drafts.claims, ...templates]) served(claim, drafts, findings)
}

type Known = Readonly<Record<Need['kind'], ByName<Named>>>

function needed(workload: ManifestWorkload, { kind, name, optional, place, path }: Need, known: Known, findings: Findings): void {
  if (optional || EVERYWHERE.includes(name)) return
  const { controller, namespace } = workload
  const claims = controller.kind === 'StatefulSet' ? controller.claimTemplates : []
  if (known[kind].get(namespace, name) !== undefined || claims.some((one) => one.name === name)) return
  const effect =
    kind === 'PersistentVolumeClaim' ? 'the pods stay Pending where it does not exist' : 'the pods do not start where it does not exist'
  findings.warn(
    at(workload, path, place),
    `found the ${kind} ${name}, which is in no file; ${effect}${known[kind].suggestion(namespace, name)}`,
  )
}

/** A provisioner that makes no volumes. */
const MANUAL = 'kubernetes.io/no-provisioner'

function served(claim: VolumeClaim, { volumes, storageClasses }: Drafts, findings: Findings): void {
  if (volumes.some((volume) => fits(volume, claim))) return
  const { storageClass } = claim
  const names = storageClasses.map(({ name }) => name)
  const asked = `${showMemory(claim.request)}${claim.modes.length === 0 ? '' : ` ${claim.modes.join(', ')}`}`
  const pending = (why: string): void =>
    findings.warn(at(claim, 'spec.storageClassName'), `${why}; the claim stays Pending, and its pods with it`)
  if (storageClass === '') return pending(`found no class, and no PersistentVolume without a class that has ${asked}`)
  // Classes usually belong to the cluster and are in no file; where some are, all are expected.
  if (storageClasses.length === 0) return
  if (storageClass === null) {
    if (!storageClasses.some(({ isDefault }) => isDefault)) pending(`found no class, and none of ${names.join(', ')} is the default`)
    return
  }
  const found = storageClasses.find(({ name }) => name === storageClass)
  if (found === undefined)
    pending(`found the class ${storageClass}, which is in no file; accepted: ${names.join(', ')}${suggestion(storageClass, names)}`)
  else if (found.provisioner === MANUAL)
    pending(`found the class ${storageClass}, which makes no volumes, and no PersistentVolume of it that has ${asked}`)
}

/** Whether a volume can be bound to a claim. Source: Kubernetes 1.34, component-helpers storage/volume/pv_helpers.go. */
function fits(volume: PersistentVolume, claim: VolumeClaim): boolean {
  if (volume.claim !== '') return volume.claim === `${claim.namespace}/${claim.name}`
  return (
    (claim.volumeName === '' || claim.volumeName === volume.name) &&
    volume.storageClass === (claim.storageClass ?? volume.storageClass) &&
    volume.capacity >= claim.request &&
    volume.volumeMode === claim.volumeMode &&
    claim.modes.every((mode) => volume.modes.includes(mode)) &&
    (claim.selector === null || matches(claim.selector, volume.labels))
  )
}

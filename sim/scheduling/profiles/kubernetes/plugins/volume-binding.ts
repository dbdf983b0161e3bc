/**
 * VolumeBinding: bound volumes must be reachable from the node; claims that wait for their first pod need an available volume there, or a class that
 * can provision one. Storage capacity that drivers report is left out: there is enough.
 */
import { selectorMatches } from '../../../../cluster/feasibility/node-selectors.ts'
import type { KubeClaim, KubeNode, KubePersistentVolume, KubePod, KubeStorageClass } from '../objects.ts'
import { unresolvable, type FilterRun, type Plugin, type Refusal } from '../plugin.ts'
import { claimNames, notFound, type Storage } from '../storage.ts'
import { compiled } from '../../../../cluster/feasibility/selectors.ts'
import { entryOf } from '../../../../common/dictionary.ts'
import { isSet } from '../cluster.ts'

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind"
const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'
/** A class with this provisioner has volumes that someone creates by hand. */
const BY_HAND = 'kubernetes.io/no-provisioner'

export const volumeBinding: Plugin = {
  name: 'VolumeBinding',
  preFilter: ({ pod }, { storage }) => (storage === null || claimNames(pod).length === 0 ? null : runOf(pod, storage)),
}

function runOf(pod: KubePod, storage: Storage): FilterRun | Refusal {
  const claims: KubeClaim[] = []
  for (const { claim: name, ephemeral } of pod.volumes ?? []) {
    if (!isSet(name)) continue
    const claim = storage.claim(pod.namespace, name)
    if (claim === undefined)
      return unresolvable(
        ephemeral === true ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` : notFound(name),
      )
    if (claim.lost === true)
      return unresolvable(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.volume ?? ''}"`)
    if (claim.terminating === true) return unresolvable(`persistentvolumeclaim "${name}" is being deleted`)
    claims.push(claim)
  }
  const isBound = ({ bound, volume }: KubeClaim): boolean => bound === true && isSet(volume)
  const unbound = claims.filter((claim) => !isBound(claim))
  if (unbound.some((claim) => isSet(claim.volume) || storage.classOf(claim)?.waitForFirstConsumer !== true))
    return unresolvable('pod has unbound immediate PersistentVolumeClaims')
  return {
    filter: ({ node }) => {
      const reasons = [...boundReasons(claims.filter(isBound), node, storage), ...unboundReasons(unbound, node, storage)]
      return reasons.length === 0 ? null : unresolvable(...reasons.sort())
    },
  }
}

const reaches = ({ nodeAffinity }: KubePersistentVolume, node: KubeNode): boolean => !nodeAffinity || selectorMatches(nodeAffinity, node)

/** The first claim that fails decides. */
function boundReasons(claims: readonly KubeClaim[], node: KubeNode, storage: Storage): string[] {
  for (const claim of claims) {
    const volume = storage.volume(claim.volume)
    if (volume === undefined) return [NO_VOLUME]
    if (!reaches(volume, node)) return [NODE_CONFLICT]
  }
  return []
}

function unboundReasons(claims: readonly KubeClaim[], node: KubeNode, storage: Storage): string[] {
  if (claims.some(({ selectedNode }) => isSet(selectedNode) && selectedNode !== node.name)) return [BIND_CONFLICT]
  const chosen = new Set<string>()
  const bySize = [...claims].sort((a, b) => (a.request ?? 0) - (b.request ?? 0))
  for (const claim of bySize) {
    const volume = isSet(claim.selectedNode) ? undefined : smallest(claim, node, storage, chosen)
    if (volume !== undefined) chosen.add(volume.name)
    else if (!canProvision(storage.classOf(claim), node)) return [BIND_CONFLICT]
  }
  return []
}

/** The smallest volume that satisfies the claim on this node; one that is reserved for the claim goes first. */
function smallest(claim: KubeClaim, node: KubeNode, storage: Storage, chosen: ReadonlySet<string>): KubePersistentVolume | undefined {
  const suits = (volume: KubePersistentVolume): boolean =>
    !chosen.has(volume.name) &&
    volume.terminating !== true &&
    (volume.capacity ?? 0) >= (claim.request ?? 0) &&
    (volume.volumeMode ?? 'Filesystem') === (claim.volumeMode ?? 'Filesystem') &&
    reaches(volume, node)
  const own = storage.volumes.find((one) => one.claim?.namespace === claim.namespace && one.claim.name === claim.name)
  if (own !== undefined) return suits(own) ? own : undefined
  const selector = compiled(claim.selector)
  const free = storage.volumes.filter(
    (volume) =>
      suits(volume) &&
      !volume.claim &&
      volume.available === true &&
      (volume.storageClass ?? '') === (claim.storageClass ?? '') &&
      (!claim.selector || selector.matches(volume.labels ?? {})) &&
      (claim.accessModes ?? []).every((mode) => volume.accessModes?.includes(mode) === true),
  )
  return free.reduce<KubePersistentVolume | undefined>(
    (least, one) => (least === undefined || (one.capacity ?? 0) < (least.capacity ?? 0) ? one : least),
    undefined,
  )
}

function canProvision(one: KubeStorageClass | undefined, { labels }: KubeNode): boolean {
  if (one === undefined || one.provisioner === '' || one.provisioner === BY_HAND) return false
  const terms = one.allowedTopologies ?? []
  return terms.length === 0 || terms.some((term) => term.every(({ key, values }) => values.includes(entryOf(labels ?? {}, key) ?? '')))
}

/** VolumeZone: a volume with zone or region labels is reached only from nodes with the same. */
import type { KubePersistentVolume } from '../objects.ts'
import type { NodeInfo } from '../node-info.ts'
import { unresolvable, type Plugin, type Refusal } from '../plugin.ts'
import { claimNames, notFound, type Storage } from '../storage.ts'
import { entryOf } from '../../../../common/dictionary.ts'
import { isSet } from '../cluster.ts'

/** Current labels with the older ones of the same meaning. */
const KEYS: readonly (readonly [string, string])[] = ['zone', 'region'].map((name) => [
  `topology.kubernetes.io/${name}`,
  `failure-domain.beta.kubernetes.io/${name}`,
])

interface Topology {
  readonly keys: readonly [string, string]
  readonly values: ReadonlySet<string>
}

export const volumeZone: Plugin = {
  name: 'VolumeZone',
  preFilter: ({ pod }, { storage }) => {
    if (storage === null) return null
    const topologies: Topology[] = []
    for (const name of claimNames(pod)) {
      const found = volumeOf(storage, pod.namespace, name)
      if (found === null) continue
      if ('reasons' in found) return found
      topologies.push(...topologiesOf(found))
    }
    if (topologies.length === 0) return null
    return { filter: (node) => (reaches(node, topologies) ? null : unresolvable('node(s) had no available volume zone')) }
  },
}

/** The volume of a claim; null while a class waits for the pod. */
function volumeOf(storage: Storage, namespace: string, name: string): KubePersistentVolume | Refusal | null {
  const claim = storage.claim(namespace, name)
  if (claim === undefined) return unresolvable(notFound(name))
  if (isSet(claim.volume)) return storage.volume(claim.volume) ?? unresolvable(`persistentvolume "${claim.volume}" not found`)
  if (!isSet(claim.storageClass)) return unresolvable('PersistentVolumeClaim had no pv name and storageClass name')
  return storage.classOf(claim)?.waitForFirstConsumer === true ? null : unresolvable('PersistentVolume had no name')
}

/** Several zones are joined by two underscores. */
function topologiesOf({ labels }: KubePersistentVolume): Topology[] {
  return KEYS.flatMap((keys) => keys.map((key) => ({ keys, value: entryOf(labels ?? {}, key) }))).flatMap(({ keys, value }) =>
    value === undefined ? [] : [{ keys, values: new Set(value.split('__')) }],
  )
}

/** Nodes without any such label reach every volume. */
function reaches(node: NodeInfo, topologies: readonly Topology[]): boolean {
  const valueOf = (keys: readonly string[]): string | undefined => keys.map((key) => node.label(key)).find((value) => value !== undefined)
  if (KEYS.every((keys) => valueOf(keys) === undefined)) return true
  return topologies.every(({ keys, values }) => {
    const value = valueOf(keys)
    return value !== undefined && values.has(value)
  })
}

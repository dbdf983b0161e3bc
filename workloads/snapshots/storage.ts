/** Claims, volumes, storage classes and the limits of nodes in a snapshot. */
import type { KubeClaim, KubePersistentVolume, KubeStorageClass } from '../../sim/index.ts'
import type { JsonPart } from '../traces/document.ts'
import { nodeSelectorOf } from './affinity.ts'
import { amountsOf, labelsOf, listOf, optional, selectorOf, textOf } from './parts.ts'
import { namespaceOf } from './pods.ts'

const annotation = (item: JsonPart, name: string): string => textOf(item.at('metadata').at('annotations').at(name))

/** The name of a class: of an old annotation, or of the field. */
const classOf = (item: JsonPart): string =>
  annotation(item, 'volume.beta.kubernetes.io/storage-class') || textOf(item.at('spec').at('storageClassName'))

/** Reads a PersistentVolumeClaim. */
export function claimOf(item: JsonPart): KubeClaim {
  const spec = item.at('spec')
  return {
    namespace: namespaceOf(item.at('metadata')),
    name: item.at('metadata').at('name').text(),
    volume: textOf(spec.at('volumeName')),
    bound: annotation(item, 'pv.kubernetes.io/bind-completed') !== '' || item.at('status').at('phase').value === 'Bound',
    lost: item.at('status').at('phase').value === 'Lost',
    terminating: !item.at('metadata').at('deletionTimestamp').missing,
    storageClass: classOf(item),
    accessModes: listOf(spec.at('accessModes'), textOf),
    volumeMode: optional(spec.at('volumeMode'), textOf),
    request: amountsOf(spec.at('resources').at('requests'))?.['storage'] ?? 0,
    selector: selectorOf(spec.at('selector')),
    selectedNode: annotation(item, 'volume.kubernetes.io/selected-node'),
  }
}

/** Reads a PersistentVolume. */
export function volumeOf(item: JsonPart): KubePersistentVolume {
  const spec = item.at('spec')
  const phase = item.at('status').at('phase')
  return {
    name: item.at('metadata').at('name').text(),
    labels: labelsOf(item.at('metadata').at('labels')),
    capacity: amountsOf(spec.at('capacity'))?.['storage'] ?? 0,
    accessModes: listOf(spec.at('accessModes'), textOf),
    volumeMode: optional(spec.at('volumeMode'), textOf),
    storageClass: classOf(item),
    claim: optional(spec.at('claimRef'), (claim) => ({ namespace: namespaceOf(claim), name: claim.at('name').text() })),
    available: phase.missing || phase.value === 'Available',
    terminating: !item.at('metadata').at('deletionTimestamp').missing,
    nodeAffinity: optional(spec.at('nodeAffinity').at('required'), nodeSelectorOf),
    driver: textOf(spec.at('csi').at('driver')),
    handle: textOf(spec.at('csi').at('volumeHandle')),
  }
}

/** Reads a StorageClass. */
export const storageClassOf = (item: JsonPart): KubeStorageClass => ({
  name: item.at('metadata').at('name').text(),
  provisioner: textOf(item.at('provisioner')),
  waitForFirstConsumer: item.at('volumeBindingMode').value === 'WaitForFirstConsumer',
  allowedTopologies: listOf(item.at('allowedTopologies'), (term) =>
    listOf(term.at('matchLabelExpressions'), (one) => ({ key: one.at('key').text(), values: listOf(one.at('values'), textOf) })),
  ),
})

/** Reads a CSINode: how many volumes of each driver the node takes. */
export function limitsOf(item: JsonPart): readonly [string, Readonly<Record<string, number>>] {
  const drivers = listOf(
    item.at('spec').at('drivers'),
    (driver) => [driver.at('name').text(), driver.at('allocatable').at('count')] as const,
  )
  const limited = drivers.filter(([, count]) => !count.missing).map(([name, count]) => [name, count.whole(1_000_000)] as const)
  return [item.at('metadata').at('name').text(), Object.fromEntries(limited)]
}

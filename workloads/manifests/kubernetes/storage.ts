/** Volumes, claims, classes, config maps and secrets. Defaults: Kubernetes 1.34, pkg/apis/{core,storage}/v1/defaults.go. */
import type * as core from 'kubernetes-types/core/v1.js'
import type * as storage from 'kubernetes-types/storage/v1.js'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'
import type { Config, Named, PersistentVolume, StorageClass, VolumeClaim } from '../model.ts'
import type { Part } from '../part.ts'
import { readAmount } from '../quantities.ts'
import { nodeTermOf, required, selectorOf } from './placement.ts'

const OBJECT = { ...uses(READ, 'apiVersion', 'kind', 'metadata', 'spec'), ...uses(NO_EFFECT, 'status') }
const MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'] as const

const bytes = (value: unknown): number => readAmount('storage', value)

const modesOf = (part: Part<readonly string[] | undefined>): string[] => part.items().flatMap((item) => item.oneOf(MODES) ?? [])

const CLAIM: Fields<core.PersistentVolumeClaimSpec> = {
  ...uses(READ, 'accessModes', 'resources', 'selector', 'storageClassName', 'volumeMode', 'volumeName'),
  ...uses('the volume begins with this content, which takes time to copy', 'dataSource', 'dataSourceRef'),
  volumeAttributesClassName: 'the class changes how fast the volume is',
}

/** A PersistentVolumeClaim. */
export function claimOf(named: Named, part: Part<core.PersistentVolumeClaim>): VolumeClaim {
  const spec = part
    .only(OBJECT as Fields<core.PersistentVolumeClaim>)
    .at('spec')
    .only(CLAIM)
  const size = spec.at('resources').at('requests').at('storage')
  if (size.missing) size.refuse('an amount such as 10Gi')
  return {
    ...named,
    request: size.quantity(bytes) ?? 0,
    modes: modesOf(spec.at('accessModes')),
    storageClass: spec.at('storageClassName').text() ?? null,
    volumeMode: spec.at('volumeMode').oneOf(['Filesystem', 'Block']) ?? 'Filesystem',
    volumeName: spec.at('volumeName').text() ?? '',
    selector: selectorOf(spec.at('selector')),
  }
}

/** Kinds of volumes whose plugins became drivers. */
const IN_TREE = {
  awsElasticBlockStore: 'kubernetes.io/aws-ebs',
  gcePersistentDisk: 'kubernetes.io/gce-pd',
  azureDisk: 'kubernetes.io/azure-disk',
} as const

/** Network file systems and directories of a node need no attachment. */
function driverOf(spec: Part<core.PersistentVolumeSpec | undefined>): string {
  const found = (Object.keys(IN_TREE) as (keyof typeof IN_TREE)[]).find((kind) => !spec.at(kind).missing)
  return spec.at('csi').at('driver').text() ?? (found === undefined ? '' : IN_TREE[found])
}

/** A PersistentVolume. */
export function persistentVolumeOf(named: Named, part: Part<core.PersistentVolume>): PersistentVolume {
  const spec = part.only(OBJECT as Fields<core.PersistentVolume>).at('spec')
  const size = spec.at('capacity').at('storage')
  const claim = spec.at('claimRef')
  const name = claim.at('name').text()
  return {
    ...named,
    capacity: size.missing ? Number(size.refuse('an amount such as 10Gi') ?? 0) : (size.quantity(bytes) ?? 0),
    modes: modesOf(spec.at('accessModes')),
    storageClass: spec.at('storageClassName').text() ?? '',
    volumeMode: spec.at('volumeMode').oneOf(['Filesystem', 'Block']) ?? 'Filesystem',
    reclaim: spec.at('persistentVolumeReclaimPolicy').oneOf(['Retain', 'Delete', 'Recycle']) ?? 'Retain',
    claim: name === undefined ? '' : `${claim.at('namespace').text() ?? 'default'}/${name}`,
    driver: driverOf(spec),
    nodeRequired: spec.at('nodeAffinity').at('required').at('nodeSelectorTerms').items().map(nodeTermOf),
  }
}

const STORAGE_CLASS: Fields<storage.StorageClass> = {
  ...uses(READ, 'allowVolumeExpansion', 'apiVersion', 'kind', 'metadata', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'),
  ...uses(NO_EFFECT, 'mountOptions', 'parameters'),
  allowedTopologies: READ,
}

/** Zones of a term; what it says of other labels is not read. */
function zonesOf(part: Part<core.TopologySelectorTerm>): string[] {
  return part
    .at('matchLabelExpressions')
    .items()
    .flatMap((item) => {
      const isZone = /\/zone$/.test(item.at('key').text() ?? '')
      if (!isZone) item.ignore('volumes are made where nodes have these labels only')
      return isZone ? item.at('values').list() : []
    })
}

const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** A StorageClass. */
export function storageClassOf(named: Named, part: Part<storage.StorageClass>): StorageClass {
  part.only(STORAGE_CLASS)
  const annotations = part.at('metadata').at('annotations')
  return {
    ...named,
    provisioner: part.at('provisioner').text() ?? required(part.at('provisioner'), 'a provisioner'),
    isDefault: DEFAULT_CLASS.some((key) => annotations.at(key).text(true) === 'true'),
    binding: part.at('volumeBindingMode').oneOf(['Immediate', 'WaitForFirstConsumer']) ?? 'Immediate',
    reclaim: part.at('reclaimPolicy').oneOf(['Retain', 'Delete']) ?? 'Delete',
    zones: part.at('allowedTopologies').items().flatMap(zonesOf),
    expandable: part.at('allowVolumeExpansion').flag() ?? false,
  }
}

/** Most bytes of a ConfigMap or a Secret. */
const MAX_CONFIG = 1_048_576

/** A ConfigMap or a Secret: the keys and the size; contents are not kept. */
export function configOf(named: Named, part: Part<core.ConfigMap & core.Secret>): Config {
  const texts = [...part.at('data').entries(), ...part.at('stringData').entries(), ...part.at('binaryData').entries()]
  const size = texts.reduce((sum, [key, item]) => sum + key.length + Buffer.byteLength(item.text() ?? ''), 0)
  if (size > MAX_CONFIG) part.error(`found ${size} bytes of data; accepted: at most ${MAX_CONFIG}`)
  return { ...named, keys: texts.map(([key]) => key), bytes: size }
}

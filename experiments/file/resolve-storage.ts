/** From the storage of the file, and the volumes of its services, to the storage of a run. Without volumes nothing is resolved. */
import {
  NONE,
  suggestion,
  type ClaimSpec,
  type ConfigObject,
  type PodVolume,
  type StaticVolume,
  type StorageClass,
} from '../../sim/index.ts'
import type { Issue, Path } from './document.ts'
import type { ScenarioData, ServiceData } from './schema.ts'
import { storage as storageSchema, type StorageData, type VolumeData } from './schema/storage.ts'

type Json<T> = { readonly [K in keyof T]: T[K] | null }
type DriverData = StorageData['drivers'][number]
type ClassData = NonNullable<StorageData['classes']>[number]

/** The storage of a run in JSON: null stands for no limit and for never. */
export interface StorageSpec {
  readonly drivers: readonly DriverData[]
  readonly classes: readonly StorageClass[]
  readonly volumes: readonly StaticVolume[]
  readonly claims: readonly ClaimSpec[]
  readonly configs: readonly Json<ConfigObject>[]
  readonly pods: readonly (readonly PodVolume[])[]
}

/** What classes say that do not exist: nothing is made. */
const NO_PROVISIONER = 'none'

/** What is known of drivers that the file does not describe: attachments that their nodes take, and times [µs]. */
const KNOWN: Readonly<Record<string, Record<string, unknown>>> = {
  'ebs.csi.aws.com': { attachLimit: 25 },
  'pd.csi.storage.gke.io': { attachLimit: 127 },
  'disk.csi.azure.com': {
    provision: { uniform: { low: '2s', high: '30s' } },
    attach: { uniform: { low: '15s', high: '60s' } },
    detach: { uniform: { low: '15s', high: '60s' } },
  },
  'efs.csi.aws.com': network(),
  'file.csi.azure.com': network(),
  'filestore.csi.storage.gke.io': network(),
  'nfs.csi.k8s.io': network(),
}

/** A network file system: nothing is attached, and any number of nodes mount it. */
function network(): Record<string, unknown> {
  return { attach: 0, detach: 0, modes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'] }
}

const described = (name: string): DriverData => storageSchema.parse({ drivers: [{ name, ...KNOWN[name] }] }).drivers[0]

const STANDARD = { name: 'standard', binding: 'WaitForFirstConsumer', default: true }

/** The storage of the run; undefined when no service has volumes. Adds an issue for each name that refers to nothing. */
export function resolveStorage(data: ScenarioData, issues: Issue[]): StorageSpec | undefined {
  const { services } = data.workload
  if (services.every(({ volumes }) => volumes === undefined)) return undefined
  return new Resolution(data, issues).storage()
}

class Resolution {
  private readonly data: ScenarioData
  private readonly issues: Issue[]
  private readonly classes: readonly ClassData[]
  private readonly drivers: DriverData[]

  constructor(data: ScenarioData, issues: Issue[]) {
    this.data = data
    this.issues = issues
    this.classes = data.storage.classes ?? storageSchema.parse({ classes: [STANDARD] }).classes!
    this.drivers = [...data.storage.drivers]
  }

  storage(): StorageSpec {
    const { storage, workload } = this.data
    for (const list of ['drivers', 'classes', 'volumes', 'claims', 'configs'] as const) this.different(list)
    const classes = this.classes.map(({ default: _, provisioner, ...rest }): StorageClass => ({
      ...rest,
      driver: this.driver(provisioner),
    }))
    const volumes = storage.volumes.map(({ nodes, ...volume }, i): StaticVolume => ({
      ...volume,
      ...(nodes === undefined ? {} : { nodes }),
      class: volume.class ?? '',
      driver: volume.driver === undefined ? NONE : this.driver(volume.driver),
      pool: volume.pool === undefined ? NONE : this.pool(volume.pool, ['storage', 'volumes', i, 'pool']),
      claim: volume.claim ?? '',
    }))
    const claims = storage.claims.map(({ volume, ...claim }, i): ClaimSpec => ({
      ...claim,
      class: this.classOf(claim.class, ['storage', 'claims', i, 'class']),
      volume: volume ?? '',
    }))
    const pods = workload.services.map((service, i) => this.podVolumes(service, i))
    return { drivers: this.drivers, classes, volumes, claims, configs: storage.configs, pods }
  }

  private different(list: 'drivers' | 'classes' | 'volumes' | 'claims' | 'configs'): void {
    const seen = new Set<string>()
    this.data.storage[list]?.forEach(({ name }, i) => {
      if (seen.has(name)) this.report(['storage', list, i, 'name'], `found a second "${name}"; accepted: each name once`)
      seen.add(name)
    })
  }

  /** The row of a driver; one that is not described has the defaults, or those of its name. */
  private driver(name: string): number {
    if (name === NO_PROVISIONER) return NONE
    const row = this.drivers.findIndex((one) => one.name === name)
    return row >= 0 ? row : this.drivers.push(described(name)) - 1
  }

  private pool(name: string, path: Path): number {
    return this.row(
      name,
      this.data.cluster.pools.map((one) => one.name),
      'pool',
      path,
    )
  }

  private classOf(name: string | undefined, path: Path): string {
    if (name === NO_PROVISIONER) return ''
    if (name === undefined) return this.classes.find((one) => one.default)?.name ?? ''
    // Volumes made by hand may have a class that does not exist.
    const known = [...this.classes, ...this.data.storage.volumes.map((one) => ({ name: one.class ?? '' }))].map((one) => one.name)
    this.row(
      name,
      [...new Set(known)].filter((one) => one !== ''),
      'storage class',
      path,
    )
    return name
  }

  private podVolumes({ name, volumes, controller }: ServiceData, i: number): PodVolume[] {
    const path: Path = ['workload', 'services', i, 'volumes']
    const found = (volumes ?? []).map((volume, j) => this.volume(volume, name, [...path, j]))
    found.forEach((volume, j) => {
      if (volume.kind === 'template' && controller?.kind !== 'stateful-set')
        this.report(
          [...path, j, 'template'],
          'found claims by ordinal, which only pods of a StatefulSet have; accepted: controller: stateful-set, or claim',
        )
    })
    return found
  }

  private volume(given: VolumeData, service: string, path: Path): PodVolume {
    if ('emptyDir' in given) return { kind: 'empty-dir', size: given.emptyDir }
    if ('hostPath' in given) return { kind: 'host-path', size: given.hostPath }
    if ('config' in given) {
      const names = this.data.storage.configs.map((one) => one.name)
      return { kind: 'config', config: this.row(given.config, names, 'config map or secret', [...path, 'config']) }
    }
    if ('claim' in given) {
      const names = this.data.storage.claims.map((one) => one.name)
      return { kind: 'claim', claim: this.row(given.claim, names, 'claim', [...path, 'claim']) }
    }
    const { template, claims, class: named, size, modes, whenScaled } = given
    const claim = { name: claims ?? `${template}-${service}`, size, modes, volume: '', selector: {} }
    return { kind: 'template', claim: { ...claim, class: this.classOf(named, [...path, 'class']) }, whenScaled }
  }

  private row(name: string, known: readonly string[], what: string, path: Path): number {
    const row = known.indexOf(name)
    if (row < 0) {
      const accepted = known.length === 0 ? `none, because there is no ${what}` : known.join(', ')
      this.report(path, `found the unknown ${what} "${name}"; accepted: ${accepted}${suggestion(name, known)}`)
    }
    return row
  }

  private report(path: Path, message: string): void {
    this.issues.push({ path, message })
  }
}

/** What a run says about storage: drivers, classes, volumes, claims, and what the pods of each workload mount. Times [µs], sizes [bytes]. */
import type { Time } from '../../common/ids.ts'
import type { DistributionSpec } from '../../random/distributions.ts'

/** How many nodes or pods may mount a volume. */
export type AccessMode = 'ReadWriteOnce' | 'ReadOnlyMany' | 'ReadWriteMany' | 'ReadWriteOncePod'

/** Makes volumes, and attaches them to nodes. */
export interface Driver {
  readonly name: string
  /** Volumes of the driver that a node takes; Infinity: any number. */
  readonly attachLimit: number
  readonly provision: DistributionSpec
  readonly attach: DistributionSpec
  readonly detach: DistributionSpec
  /** Format and mount on the node; after a crash or a forced detach the check of the file system too. */
  readonly mount: DistributionSpec
  readonly check: DistributionSpec
  /** Share of the attempts to provision a volume that fail. */
  readonly failures: number
  /** A node attaches and detaches one volume at a time. */
  readonly serial: boolean
  /** Access modes that it can serve. */
  readonly modes: readonly AccessMode[]
}

/** How claims get their volumes. */
export interface StorageClass {
  readonly name: string
  /** A row of the drivers; NONE: volumes are made by hand. */
  readonly driver: number
  readonly binding: 'Immediate' | 'WaitForFirstConsumer'
  readonly reclaim: 'Delete' | 'Retain'
  /** Zones in which volumes are made; empty: any. */
  readonly zones: readonly string[]
}

/** A volume that exists from the start, or one on each node of a pool. */
export interface StaticVolume {
  readonly name: string
  readonly size: number
  readonly modes: readonly AccessMode[]
  /** Its class, which need not exist; empty: none. */
  readonly class: string
  /** A row of the drivers; NONE: it needs no attachment. */
  readonly driver: number
  /** Zones from which it is reached; empty: any. */
  readonly zones: readonly string[]
  /** Labels with one of the values that a node must have to reach it; absent: any. */
  readonly nodes?: Readonly<Record<string, readonly string[]>>
  /** A volume on each node of this pool, reached from there only; NONE: one for the cluster. */
  readonly pool: number
  readonly reclaim: 'Delete' | 'Retain'
  /** The claim that it is reserved for; empty: any. */
  readonly claim: string
  readonly labels: Readonly<Record<string, string>>
}

/** What a claim asks for. */
export interface ClaimSpec {
  readonly name: string
  readonly size: number
  readonly modes: readonly AccessMode[]
  /** A class by name; empty: none, a volume made by hand. */
  readonly class: string
  /** The only volume that it accepts; empty: any. */
  readonly volume: string
  /** Labels of the volumes that it accepts. */
  readonly selector: Readonly<Record<string, string>>
}

/** A config map or a secret: it exists from this time after the origin on; Infinity: never. */
export interface ConfigObject {
  readonly name: string
  readonly from: Time
}

/** What a pod mounts. */
export type PodVolume =
  /** A claim that several pods share, by row; NONE: a claim that does not exist. */
  | { readonly kind: 'claim'; readonly claim: number }
  /** A claim for each ordinal of a StatefulSet. */
  | { readonly kind: 'template'; readonly claim: ClaimSpec; readonly whenScaled: 'Retain' | 'Delete' }
  | { readonly kind: 'empty-dir' | 'host-path'; readonly size: number }
  /** A row of the config objects. */
  | { readonly kind: 'config'; readonly config: number }

/** All of it. */
export interface Storage {
  readonly drivers: readonly Driver[]
  readonly classes: readonly StorageClass[]
  readonly volumes: readonly StaticVolume[]
  readonly claims: readonly ClaimSpec[]
  readonly configs: readonly ConfigObject[]
  /** By workload: what each of its pods mounts. */
  readonly pods: readonly (readonly PodVolume[])[]
}

/** The label by which a zone, and a node, is reached. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone'
export const HOST_LABEL = 'kubernetes.io/hostname'

/** The resource of a node that counts attachments of a driver. */
export const attachments = (driver: Driver): string => `attachable-volumes-${driver.name}`

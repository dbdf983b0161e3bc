/** Claims, volumes and storage classes by name. */
import { entryOf } from '../../../common/dictionary.ts'
import type { KubeClaim, KubePersistentVolume, KubePod, KubeStorage, KubeStorageClass } from './objects.ts'

/** What plugins ask about storage. */
export class Storage {
  readonly volumes: readonly KubePersistentVolume[]
  private readonly claims: ReadonlyMap<string, KubeClaim>
  private readonly byName: ReadonlyMap<string, KubePersistentVolume>
  private readonly classes: ReadonlyMap<string, KubeStorageClass>
  private readonly limits: KubeStorage['limits']

  constructor({ claims, volumes, classes, limits }: KubeStorage) {
    this.volumes = volumes
    this.claims = new Map(claims.map((claim) => [`${claim.namespace}/${claim.name}`, claim]))
    this.byName = new Map(volumes.map((volume) => [volume.name, volume]))
    this.classes = new Map(classes.map((one) => [one.name, one]))
    this.limits = limits
  }

  claim(namespace: string, name: string): KubeClaim | undefined {
    return this.claims.get(`${namespace}/${name}`)
  }

  volume(name: string | null | undefined): KubePersistentVolume | undefined {
    return this.byName.get(name ?? '')
  }

  classOf({ storageClass }: KubeClaim): KubeStorageClass | undefined {
    return this.classes.get(storageClass ?? '')
  }

  /** Most volumes of each driver that the node takes; undefined where the node states none. */
  limitsOf(node: string): Readonly<Record<string, number>> | undefined {
    return entryOf(this.limits, node)
  }

  /** The claims that a pod mounts, those that exist. */
  claimsOf(pod: KubePod): KubeClaim[] {
    return claimNames(pod).flatMap((name) => this.claim(pod.namespace, name) ?? [])
  }
}

/** Names of the claims that a pod mounts. */
export const claimNames = ({ volumes }: KubePod): string[] => (volumes ?? []).flatMap(({ claim }) => (claim ? [claim] : []))

/** The text when a claim is not there. */
export const notFound = (claim: string): string => `persistentvolumeclaim "${claim}" not found`

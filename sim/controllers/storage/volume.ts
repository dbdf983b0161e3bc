/** Claims and volumes of a run, as objects: there are at most as many as pods. */
import type { LabelRequirement } from '../../cluster/spec.ts'
import { NONE, type NodeId, type PodId } from '../../common/ids.ts'
import type { KeyedStream } from '../../random/stream.ts'
import type { AccessMode, ClaimSpec, Driver, StorageClass } from './spec.ts'

/** A volume, from its creation to its deletion. */
export interface Volume {
  readonly name: string
  readonly size: number
  readonly modes: readonly AccessMode[]
  readonly class: string
  /** Null: it needs no attachment. */
  readonly driver: Driver | null
  readonly reach: readonly LabelRequirement[]
  readonly reclaim: 'Delete' | 'Retain'
  readonly labels: Readonly<Record<string, string>>
  /** The claim that it is reserved for, by name; empty: any. */
  readonly reserved: string
  /** The node that holds its data (local volumes), NONE without. */
  readonly node: NodeId
  readonly random: KeyedStream
  claim: Claim | null
  phase: 'Available' | 'Bound' | 'Released' | 'Gone'
  /** The file system was not unmounted: it is checked at the next mount. */
  dirty: boolean
  /** Attachments and mounts so far, for keyed draws. */
  attached: number
  mounted: number
}

/** A claim, from its creation to its deletion. */
export interface Claim {
  readonly key: string
  readonly spec: ClaimSpec
  /** Null: no class, or one that does not exist. */
  readonly class: StorageClass | null
  readonly random: KeyedStream
  volume: Volume | null
  provisioning: boolean
  /** Attempts to provision so far. */
  attempts: number
  deleted: boolean
  /** The pod for which an unbound claim gets its volume; of an exclusive claim, the pod that has it. */
  leader: PodId
  /** Pods that mount it. */
  readonly users: Set<PodId>
  /** Pods that no scheduler knows yet because of this claim. */
  readonly held: Set<PodId>
}

/** Whether several nodes may have the volume attached. Source: Kubernetes 1.34 pkg/volume/util (IsMultiAttachAllowed). */
export const isShared = ({ modes }: Pick<Volume, 'modes'>): boolean => modes.includes('ReadOnlyMany') || modes.includes('ReadWriteMany')

/** Whether one pod at a time may use the claim. */
export const isExclusive = ({ spec }: Claim): boolean => spec.modes.includes('ReadWriteOncePod')

/** Whether nobody needs the claim to be bound before a pod is scheduled. */
export const waitsForPod = (claim: Claim): boolean => claim.class?.binding === 'WaitForFirstConsumer'

/** Whether the volume is reached from a node with these labels. */
export const isReached = ({ reach }: Pick<Volume, 'reach'>, labels: Readonly<Record<string, string>>): boolean =>
  reach.every(({ key, values }) => Object.hasOwn(labels, key) && values.includes(labels[key]))

/** A claim without a volume. */
export function newClaim(key: string, spec: ClaimSpec, storageClass: StorageClass | null, random: KeyedStream): Claim {
  return {
    key,
    spec,
    class: storageClass,
    random,
    volume: null,
    provisioning: false,
    attempts: 0,
    deleted: false,
    leader: NONE,
    users: new Set(),
    held: new Set(),
  }
}

/**
 * Binds claims to volumes. A volume that is reserved for the claim goes first, then the smallest available one of the same class that is
 * large enough, has the access modes and the labels, and is reached from the node that a scheduler chose; without one the class's driver
 * makes a volume.
 * Sources: Kubernetes 1.34 component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume), pkg/controller/volume/persistentvolume;
 * external-provisioner 5 (retries after 1 s, doubled up to 5 min).
 */
import type { LabelRequirement } from '../../cluster/spec.ts'
import { NONE, type NodeId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { StorageRecorder } from '../../measure/storage-recorder.ts'
import type { Streams } from '../../random/stream.ts'
import { backOff, draw } from './draw.ts'
import { ZONE_LABEL, type ClaimSpec, type Driver, type StaticVolume, type Storage } from './spec.ts'
import { isReached, newClaim, waitsForPod, type Claim, type Volume } from './volume.ts'

/** Wait before another attempt to provision [µs]: doubled up to the longest. */
const FIRST_RETRY: Time = 1_000_000
const LONGEST_RETRY: Time = 300_000_000

type Labels = Readonly<Record<string, string>>

/** What the binder needs of the run. */
export interface BinderRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly recorder: StorageRecorder
  /** Zones of the nodes that are present, in order of their first node. */
  zones(): readonly string[]
  /** A claim has its volume now. */
  bound(claim: Claim): void
  /** A volume is deleted as soon as it is attached nowhere. */
  isAttached(volume: Volume): boolean
}

export class Binder {
  readonly volumes: Volume[] = []
  readonly claims = new Map<string, Claim>()
  /** Until the origin nothing takes time. */
  warm = true
  private readonly provisioned: number
  /** Claims whose volume is being made, by the row of their event. */
  private readonly orders = new Map<number, { readonly claim: Claim; readonly zone: string }>()
  private ordered = 0
  private readonly run: BinderRun
  private readonly storage: Storage

  constructor(run: BinderRun, storage: Storage) {
    this.run = run
    this.storage = storage
    this.provisioned = run.simulator.register('volume is provisioned', (row) => this.attempted(row))
  }

  /** The static volumes of the cluster, and the claims that the file names. */
  starts(): void {
    for (const volume of this.storage.volumes) if (volume.pool === NONE) this.addStatic(volume, volume.name, NONE)
    for (const spec of this.storage.claims) this.claimOf(spec.name, spec)
  }

  /** A volume that exists now; `node` NONE: it does not belong to one. */
  addStatic(spec: StaticVolume, name: string, node: NodeId, reach?: readonly LabelRequirement[]): Volume {
    const { drivers } = this.storage
    const volume = this.add({
      name,
      size: spec.size,
      modes: spec.modes,
      class: spec.class,
      driver: spec.driver === NONE ? null : drivers[spec.driver],
      reach: reach ?? reachOf(spec),
      reclaim: spec.reclaim,
      labels: spec.labels,
      reserved: spec.claim,
      node,
    })
    for (const claim of this.claims.values()) if (claim.volume === null && !claim.provisioning && !waitsForPod(claim)) this.bindNow(claim)
    return volume
  }

  private add(given: Omit<Volume, 'random' | 'claim' | 'phase' | 'dirty' | 'attached' | 'mounted'>): Volume {
    const random = this.run.streams.keyed(`volume/${given.name}`)
    const volume: Volume = { ...given, random, claim: null, phase: 'Available', dirty: false, attached: 0, mounted: 0 }
    this.volumes.push(volume)
    return volume
  }

  /** The claim of this name; created, and bound at once where its class says so, if it is new. */
  claimOf(key: string, spec: ClaimSpec): Claim {
    const known = this.claims.get(key)
    if (known !== undefined) return known
    const storageClass = this.storage.classes.find(({ name }) => name === spec.class) ?? null
    const claim = newClaim(key, spec, storageClass, this.run.streams.keyed(`claim/${key}`))
    this.claims.set(key, claim)
    if (!waitsForPod(claim)) this.bindNow(claim)
    return claim
  }

  /** Without a pod: any volume, or a new one in a zone that the names of claims spread over. */
  private bindNow(claim: Claim): void {
    const volume = this.match(claim, null)
    if (volume !== undefined) this.bind(claim, volume)
    else if (this.driverOf(claim) !== null) this.order(claim, this.zoneOf(claim))
  }

  /** As the external provisioner does: a hash of the name and, behind its last hyphen, the ordinal choose the zone. */
  private zoneOf({ key, random, class: storageClass }: Claim): string {
    const zones = storageClass!.zones.length > 0 ? storageClass!.zones : this.run.zones()
    const [, base, ordinal] = /^(.*)-(\d+)$/.exec(key) ?? []
    const stream = base === undefined ? random : this.run.streams.keyed(`claims/${base}`)
    const first = Math.floor(stream.at(0, 0) * zones.length)
    return zones[(first + Number(ordinal ?? 0)) % zones.length]
  }

  /** The driver that could make a volume for the claim, null when there is none: no class, by hand, or other access modes. */
  driverOf({ class: storageClass, spec }: Claim): Driver | null {
    if (storageClass === null || storageClass.driver === NONE || spec.volume !== '') return null
    const driver = this.storage.drivers[storageClass.driver]
    return spec.modes.every((mode) => driver.modes.includes(mode)) ? driver : null
  }

  /** Volumes that the claim could get, wherever they are reached. */
  offers(claim: Claim): Volume[] {
    const own = this.volumes.find((volume) => volume.reserved === claim.key)
    const all = own === undefined ? this.volumes.filter((volume) => volume.reserved === '' && isOffered(claim, volume)) : [own]
    return all.filter((volume) => suits(claim, volume))
  }

  /** The volume that the claim gets, on a node with these labels; null: wherever it is reached. */
  match(claim: Claim, labels: Labels | null, taken: ReadonlySet<Volume> = NOTHING): Volume | undefined {
    let least: Volume | undefined
    for (const volume of this.offers(claim))
      if (!taken.has(volume) && (labels === null || isReached(volume, labels)) && (least === undefined || volume.size < least.size))
        least = volume
    return least
  }

  bind(claim: Claim, volume: Volume): void {
    claim.volume = volume
    volume.claim = claim
    volume.phase = 'Bound'
    this.run.bound(claim)
  }

  /** A volume for the claim is made in this zone. */
  order(claim: Claim, zone: string): void {
    if (claim.provisioning) return
    claim.provisioning = true
    const { simulator } = this.run
    if (this.warm) {
      this.made({ claim, zone })
      return
    }
    const row = this.ordered++
    this.orders.set(row, { claim, zone })
    simulator.at(simulator.now + draw(this.driverOf(claim)!.provision, claim.random, 1, claim.attempts), this.provisioned, row, 0)
  }

  private attempted(row: number): void {
    const order = this.orders.get(row)!
    const { claim } = order
    const { simulator, recorder } = this.run
    const { failures, provision } = this.driverOf(claim)!
    const attempt = claim.attempts++
    const succeeds = claim.random.at(2, attempt) >= failures
    if (claim.deleted || succeeds) this.orders.delete(row)
    if (claim.deleted) return
    if (succeeds) {
      this.made(order)
      return
    }
    if (recorder.counts(simulator.now)) recorder.failures++
    const next = simulator.now + backOff(attempt, FIRST_RETRY, LONGEST_RETRY) + draw(provision, claim.random, 1, claim.attempts)
    simulator.at(next, this.provisioned, row, 0)
  }

  private made({ claim, zone }: { readonly claim: Claim; readonly zone: string }): void {
    const { simulator, recorder } = this.run
    const storageClass = claim.class!
    claim.provisioning = false
    if (recorder.counts(simulator.now)) recorder.provisioned++
    const volume = this.add({
      name: `pv-${claim.key}-${this.volumes.length}`,
      size: claim.spec.size,
      modes: claim.spec.modes,
      class: storageClass.name,
      driver: this.driverOf(claim),
      reach: [{ key: ZONE_LABEL, values: [zone] }],
      reclaim: storageClass.reclaim,
      labels: {},
      reserved: '',
      node: NONE,
    })
    this.bind(claim, volume)
  }

  /** The claim is deleted: its volume too, or it is kept and never given to another claim. */
  remove(claim: Claim): void {
    claim.deleted = true
    this.claims.delete(claim.key)
    const { volume } = claim
    if (volume === null) return
    volume.claim = null
    volume.phase = 'Released'
    this.detached(volume)
  }

  /** The volume has left a node. */
  detached(volume: Volume): void {
    if (volume.phase !== 'Released' || volume.reclaim !== 'Delete' || this.run.isAttached(volume)) return
    this.forget(volume)
  }

  /** The volume does not exist any more. */
  forget(volume: Volume): void {
    volume.phase = 'Gone'
    const place = this.volumes.indexOf(volume)
    if (place >= 0) this.volumes.splice(place, 1)
  }
}

const NOTHING: ReadonlySet<Volume> = new Set()

/** Same class, access modes and labels. */
function isOffered({ spec }: Claim, volume: Volume): boolean {
  return (
    volume.class === spec.class &&
    spec.modes.every((mode) => volume.modes.includes(mode)) &&
    Object.entries(spec.selector).every(([key, value]) => Object.hasOwn(volume.labels, key) && volume.labels[key] === value)
  )
}

/** Available, large enough, and the one that the claim names, if it names one. */
const suits = ({ spec }: Claim, volume: Volume): boolean =>
  volume.phase === 'Available' && volume.size >= spec.size && (spec.volume === '' || spec.volume === volume.name)

/** Zone and other labels from which a static volume is reached. */
function reachOf({ zones, nodes = {} }: StaticVolume): LabelRequirement[] {
  const others = Object.entries(nodes).map(([key, values]) => ({ key, values }))
  return zones.length === 0 ? others : [{ key: ZONE_LABEL, values: zones }, ...others]
}

/**
 * The volumes of pods, from the creation of a pod to its end: it is held back from its scheduler until its claims can be bound, its claims
 * are bound on the node that the scheduler chose, and its containers start when its volumes are attached and mounted and the config maps
 * and secrets that it mounts exist.
 *
 * Schedulers, packers and node autoscalers see volumes as what a pod requires of a node (zone or host of its volumes) and requests of it
 * (attachments of each driver that has a limit). Simplified: a volume that pods of one node share is counted for each of them; of the pods
 * that share an unbound claim, one gets its volume and the others are held until it is bound.
 */
import type { PodShape } from '../../cluster/spec.ts'
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import { Attachments } from './attachments.ts'
import { Binder } from './binder.ts'
import { LocalData } from './local-data.ts'
import { mountTime, nextTry } from './mounts.ts'
import type { PodState, PodVolumesHost, PodVolumesRun } from './pod-state.ts'
import { labelsOf, Reach } from './reach.ts'
import { ZONE_LABEL, type PodVolume, type Storage } from './spec.ts'
import { isExclusive, waitsForPod, type Claim, type Volume } from './volume.ts'

/** Longest time from a scheduler's choice to the binding of all claims [µs]; the pod returns to its queue after it. Source: VolumeBinding. */
const BIND_TIMEOUT: Time = 600_000_000
/** Wait of a pod whose binding failed [µs]. Source: kube-scheduler, podInitialBackoffSeconds. */
const QUEUE_BACK_OFF: Time = 1_000_000

export class PodVolumes {
  readonly binder: Binder
  readonly attachments: Attachments
  private warm = true
  private readonly states = new Map<PodId, PodState>()
  /** Pods held because no volume is available for a claim. */
  private readonly starved = new Set<PodId>()
  private readonly reach: Reach
  private readonly local: LocalData
  private rounds = 0
  private readonly timesOut: number
  private readonly mounts: number
  private readonly returns: number
  private readonly run: PodVolumesRun
  private readonly storage: Storage
  private host!: PodVolumesHost

  /** The volumes of the run, null when no pod has any. */
  static of(run: PodVolumesRun): PodVolumes | null {
    const storage = run.input.orchestration?.storage
    return storage === undefined ? null : new PodVolumes(run, storage)
  }

  private constructor(run: PodVolumesRun, storage: Storage) {
    const { simulator, streams, storage: recorder, cluster, nodes } = run
    this.run = run
    this.storage = storage
    this.attachments = new Attachments({
      simulator,
      recorder,
      reaches: (node) => this.host.reaches(node),
      attached: (pod, volume) => this.attached(pod, volume),
      detached: (volume) => this.binder.detached(volume),
    })
    this.binder = new Binder(
      {
        simulator,
        streams,
        recorder,
        zones: () => this.zones(),
        bound: (claim) => this.bound(claim),
        isAttached: (volume) => this.attachments.isAttached(volume),
      },
      storage,
    )
    this.reach = new Reach(this.binder)
    this.local = new LocalData(storage, recorder, this.binder, cluster)
    this.timesOut = simulator.register('binding of volumes times out', (pod, round) => this.timedOut(pod, round))
    this.mounts = simulator.register('volumes are mounted', (pod, round) => this.mountedNow(pod, round))
    this.returns = simulator.register('pod returns to its scheduler', (pod, round) => {
      const state = this.states.get(pod)
      if (state?.stage === 'held' && state.round === round) this.tryToArrive(pod)
    })
    nodes.whenJoined((node) => this.joined(node))
    nodes.whenLeft((node) => this.local.lost(node, simulator.now))
    run.lifecycle.listen({ ending: (pod) => this.ending(pod) })
    run.lifecycle.bindsVolumes((pod, time) => this.binds(pod, time))
  }

  /** Called once, by the orchestrator. */
  connect(host: PodVolumesHost): void {
    this.host = host
  }

  /** The pools' nodes are there: static volumes and named claims are made. */
  starts(): void {
    const { nodes } = this.run.cluster.view
    for (let node = 0; node < nodes.count; node++) this.local.joined(node)
    this.binder.starts()
  }

  /** The origin: from now on everything takes its time. */
  opens(): void {
    this.warm = false
    this.binder.warm = false
    this.attachments.warm = false
  }

  private volumesOf(workload: WorkloadId): readonly PodVolume[] {
    return this.storage.pods[workload] ?? []
  }

  // ---- before a pod is scheduled

  /** A pod was created with this shape: true when its volumes decide when its scheduler gets it. */
  created(pod: PodId, workload: WorkloadId, ordinal: number, shape: PodShape): boolean {
    const volumes = this.volumesOf(workload)
    if (volumes.length === 0) return false
    const claims: Claim[] = []
    let missing = false
    for (const volume of volumes) {
      if (volume.kind === 'template') {
        const key = `${volume.claim.name}-${ordinal}`
        claims.push(this.binder.claimOf(key, { ...volume.claim, name: key }))
      } else if (volume.kind === 'claim' && volume.claim === NONE) missing = true
      else if (volume.kind === 'claim') {
        const spec = this.storage.claims[volume.claim]
        claims.push(this.binder.claimOf(spec.name, spec))
      }
    }
    const base = { pod, workload, ordinal, shape, claims, missing, unattached: new Set<Volume>() }
    this.states.set(pod, { ...base, stage: 'held', node: NONE, decided: 0, notBefore: 0, round: NONE })
    for (const claim of claims) claim.users.add(pod)
    this.tryToArrive(pod)
    return true
  }

  /** Hands the pod to its scheduler, unless a claim holds it back. */
  private tryToArrive(pod: PodId): void {
    const state = this.states.get(pod)!
    if (state.missing) return
    const blocking = state.claims.find((claim) => this.isBlocked(claim, pod))
    if (blocking !== undefined) {
      blocking.held.add(pod)
      return
    }
    const unbound = state.claims.filter(({ volume }) => volume === null)
    if (unbound.some((claim) => !this.reach.canBind(claim))) {
      this.starved.add(pod)
      return
    }
    for (const claim of state.claims) if (claim.volume === null || isExclusive(claim)) claim.leader = pod
    state.stage = 'queued'
    this.run.cluster.reshape(pod, this.reach.shapeOf(state.shape, state.claims))
    this.host.arrives(pod)
  }

  private isBlocked(claim: Claim, pod: PodId): boolean {
    if (isExclusive(claim) && claim.leader !== NONE && claim.leader !== pod) return true
    if (claim.volume !== null) return false
    return !waitsForPod(claim) || claim.provisioning || (claim.leader !== NONE && claim.leader !== pod)
  }

  private retry(pods: Set<PodId>): void {
    const waiting = [...pods]
    pods.clear()
    for (const pod of waiting) if (this.states.get(pod)?.stage === 'held') this.tryToArrive(pod)
  }

  // ---- on the node that the scheduler chose

  /** The pod has a node: true when it is bound later, after its claims. */
  private binds(pod: PodId, time: Time): boolean {
    const state = this.states.get(pod)
    if (state === undefined || state.stage !== 'queued') return false
    const unbound = state.claims.filter(({ volume }) => volume === null)
    state.node = this.run.cluster.view.pods.node[pod]
    state.decided = time
    state.stage = unbound.length === 0 ? 'bound' : 'binding'
    if (unbound.length === 0) return false
    const labels = this.labelsOf(state.node)
    const chosen = new Map<Claim, Volume | null>()
    const taken = new Set<Volume>()
    for (const claim of unbound.sort((a, b) => a.spec.size - b.spec.size)) {
      const volume = this.binder.match(claim, labels, taken) ?? null
      if (volume === null && !this.reach.canProvision(claim, labels)) {
        this.giveUp(state)
        return true
      }
      if (volume !== null) taken.add(volume)
      chosen.set(claim, volume)
    }
    for (const [claim, volume] of chosen) {
      if (volume !== null) this.binder.bind(claim, volume)
      else this.binder.order(claim, labels[ZONE_LABEL] ?? '')
    }
    if (this.hasAll(state)) {
      state.stage = 'bound'
      return false
    }
    state.round = this.rounds++
    const { simulator } = this.run
    simulator.at(simulator.now + BIND_TIMEOUT, this.timesOut, pod, state.round)
    return true
  }

  private hasAll({ claims }: PodState): boolean {
    return claims.every(({ volume }) => volume !== null)
  }

  /** A claim has its volume: pods that wait for it go on. */
  private bound(claim: Claim): void {
    const { leader } = claim
    if (!isExclusive(claim)) claim.leader = NONE
    this.retry(claim.held)
    const state = this.states.get(leader)
    if (state?.stage !== 'binding' || !this.hasAll(state)) return
    if (state.round === NONE) return // all of them are bound at once, by `binds`
    state.stage = 'bound'
    this.run.lifecycle.bound(leader, Math.max(state.decided, this.run.simulator.now))
  }

  private timedOut(pod: PodId, round: number): void {
    const state = this.states.get(pod)
    if (state?.stage === 'binding' && state.round === round) this.giveUp(state)
  }

  /** The node cannot serve the claims: the pod is scheduled again. */
  private giveUp(state: PodState): void {
    const { run } = this
    state.stage = 'held'
    state.round = this.rounds++
    state.node = NONE
    run.placement.withheld(state.pod)
    run.lifecycle.unbound(state.pod)
    run.simulator.at(run.simulator.now + QUEUE_BACK_OFF, this.returns, state.pod, state.round)
  }

  // ---- before its containers start

  /** The pod is bound, or its node runs again: `mounted` follows, at `from` at the earliest, unless it has no volumes or needs not wait. */
  prepare(pod: PodId, from: Time): 'waits' | 'ready' {
    const state = this.states.get(pod)
    if (state === undefined) return 'ready'
    const { cluster, storage: recorder, simulator } = this.run
    if (state.stage !== 'waiting') recorder.waiting.add(1, simulator.now)
    state.stage = 'waiting'
    state.node = cluster.view.pods.node[pod]
    state.notBefore = from
    state.round = this.rounds++
    state.unattached.clear()
    for (const { volume } of state.claims) {
      if (volume === null || volume.driver === null) continue
      if (!this.attachments.request(volume, volume.driver, state.node, pod)) state.unattached.add(volume)
    }
    if (state.unattached.size > 0) return 'waits'
    if (this.warm && this.mountableFrom(state) === from) {
      this.isMounted(state)
      return 'ready'
    }
    this.mount(state)
    return 'waits'
  }

  private attached(pod: PodId, volume: Volume): void {
    const state = this.states.get(pod)
    if (state?.unattached.delete(volume) === true && state.unattached.size === 0 && state.stage === 'waiting') this.mount(state)
  }

  /** All volumes are attached: they are mounted side by side. */
  private mount(state: PodState): void {
    const { simulator } = this.run
    let mounts = 0
    for (const { volume } of state.claims) if (volume !== null) mounts = Math.max(mounts, this.warm ? 0 : mountTime(volume))
    const ready = Math.max(simulator.now + mounts, this.mountableFrom(state))
    if (ready !== Infinity) simulator.at(ready, this.mounts, state.pod, state.round)
  }

  /** When the config maps and secrets that the pod mounts exist, and it is tried again. */
  private mountableFrom({ workload, notBefore }: PodState): Time {
    let ready = notBefore
    for (const volume of this.volumesOf(workload)) {
      if (volume.kind !== 'config') continue
      const { from } = this.storage.configs[volume.config]
      if (from > 0) ready = Math.max(ready, nextTry(notBefore, this.run.times.origin + from))
    }
    return ready
  }

  private mountedNow(pod: PodId, round: number): void {
    const state = this.states.get(pod)
    if (state?.stage !== 'waiting' || state.round !== round || !this.host.reaches(state.node)) return
    this.isMounted(state)
    this.host.mounted(pod)
  }

  private isMounted(state: PodState): void {
    this.leaveWaiting(state)
    state.stage = 'mounted'
    this.local.mounted(state.workload, state.node)
  }

  private leaveWaiting(state: PodState): void {
    if (state.stage === 'waiting') this.run.storage.waiting.add(-1, this.run.simulator.now)
  }

  /** The volume of the pod's first claim; null: it has none. */
  diskOf(pod: PodId): string | null {
    return this.states.get(pod)?.claims[0]?.volume?.name ?? null
  }

  // ---- the end

  private ending(pod: PodId): void {
    const state = this.states.get(pod)
    if (state === undefined) return
    this.states.delete(pod)
    this.starved.delete(pod)
    this.leaveWaiting(state)
    const { now } = this.run.simulator
    if (state.stage === 'mounted') this.local.ended(state.workload, state.node, now)
    for (const claim of state.claims) {
      claim.users.delete(pod)
      claim.held.delete(pod)
      if (claim.leader === pod) claim.leader = NONE
      if (claim.volume !== null && claim.volume.driver !== null && state.node !== NONE)
        this.attachments.release(claim.volume, state.node, pod)
    }
    this.deleteClaims(state)
    for (const claim of state.claims) this.retry(claim.held)
  }

  /** Claims of a StatefulSet's pod that a smaller set does not need. */
  private deleteClaims({ workload, ordinal, claims }: PodState): void {
    if (ordinal < this.host.desired(workload)) return
    this.volumesOf(workload).forEach((volume) => {
      if (volume.kind !== 'template' || volume.whenScaled === 'Retain') return
      const key = `${volume.claim.name}-${ordinal}`
      const claim = claims.find((one) => one.key === key)
      if (claim !== undefined && !claim.deleted && claim.users.size === 0) this.binder.remove(claim)
    })
  }

  // ---- nodes

  /** The processes of a node died, with their mounts. */
  died(node: NodeId): void {
    this.attachments.died(node)
  }

  recovered(node: NodeId): void {
    this.attachments.recovered(node)
  }

  /** An operator vouches that the node is down. */
  isOutOfService(node: NodeId): void {
    this.attachments.isOutOfService(node)
  }

  private joined(node: NodeId): void {
    if (this.local.joined(node)) this.retry(this.starved)
  }

  private labelsOf(node: NodeId): Readonly<Record<string, string>> {
    return labelsOf(this.run.cluster, node)
  }

  private zones(): readonly string[] {
    const { nodes } = this.run.cluster.view
    const zones = new Set<string>()
    for (let node = 0; node < nodes.count; node++) zones.add(this.labelsOf(node)[ZONE_LABEL] ?? '')
    return [...zones]
  }

  /** Claims without a volume, for the metrics of the run. */
  ends(): void {
    this.run.storage.leftBehind = this.local.leftBehind()
    for (const { volume } of this.binder.claims.values()) if (volume === null) this.run.storage.unbound++
  }

  /** What a reader must know: pods that could not start because of what they mount, and volumes that were kept. */
  notes(): string[] {
    const held = [...this.states.values()].filter(({ stage }) => stage === 'held').length
    const waiting = [...this.states.values()].filter(({ stage }) => stage === 'waiting').length
    const kept = this.binder.volumes.filter(({ phase }) => phase === 'Released').length
    const unserved = [...this.binder.claims.values()].filter((claim) => claim.volume === null && !this.reach.canBind(claim))
    return [
      ...(held === 0 ? [] : [`${held} pods were pending at the horizon because a claim of theirs was not bound`]),
      ...(waiting === 0 ? [] : [`${waiting} pods had a node at the horizon and waited for volumes, config maps or secrets`]),
      ...(kept === 0 ? [] : [`${kept} volumes were kept after their claims (reclaim policy Retain)`]),
      ...unserved.map(
        ({ key, spec }) => `no class and no volume can serve the claim ${key} (${spec.class || 'no class'}, ${spec.modes.join(', ')})`,
      ),
    ]
  }

  check(): void {
    this.attachments.check()
  }
}

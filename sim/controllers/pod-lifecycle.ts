/**
 * The life of a pod after it was bound: image pull, start, readiness, a place in the endpoints; and its end: out of the endpoints first,
 * then a grace period in which its requests may finish. `end` is the only exit: it frees what the pod holds and notifies the owner why.
 *
 * A pod that serves requests needs a server row; a background pod runs for its duration and uses CPU as a steady flow. A background pod
 * that is evicted ends without a grace period.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { PodPhase, Subject } from '../cluster/views.ts'
import { NONE, type PodId, type ServerId, type Time, type WorkloadId } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Imbalance } from '../measure/imbalance.ts'
import type { ChangeRecorder } from '../measure/change-recorder.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { Endpoints } from '../network/endpoints.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { PodQueue } from '../serving/pod-queue.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import type { EndpointSpec, Service, Workload } from '../serving/spec.ts'
import type { WorkHeaps } from '../serving/work-heaps.ts'
import { EndReason, type Owners } from './owners.ts'
import type { EndListener, Keeper } from './pod-listeners.ts'
import { Lives } from './pod-lives.ts'
import { PodRuns } from './pod-runs.ts'
import type { Delays } from './spec.ts'

/** What the life cycle needs of the run. */
export interface PodLifecycleRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly servers: Servers
  readonly heaps: WorkHeaps
  readonly shares: CpuShares
  readonly podQueue: PodQueue
  readonly endpoints: Endpoints
  readonly owners: Owners
  readonly pods: PodRecorder
  readonly changes: ChangeRecorder
  readonly imbalance: readonly Imbalance[]
  readonly input: { readonly workloads: readonly Workload[]; readonly services: readonly Service[]; readonly delays: Delays }
}

/** How a pod is in the endpoints (`Lives.listed`). */
const LISTED = 1
const TERMINATING = 2
const PUBLISHED = 3

export class PodLifecycle {
  /** Until the origin everything starts without delay, so that the measured run begins with a cluster in operation. */
  private warm = true
  private readonly lives = new Lives(256)
  /** Pods that run for a duration. */
  readonly runs: PodRuns
  private readonly listeners: EndListener[] = []
  private keeper: Keeper | null = null
  /** Binds the claims of a pod first: true when `bound` is called again, later. */
  private claims: (pod: PodId, time: Time) => boolean = () => false
  private readonly run: PodLifecycleRun
  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly servers: Servers
  private readonly shares: CpuShares
  private readonly startups: readonly KeyedStream[]
  private readonly readyKind: number
  private readonly refusesKind: number
  private readonly killedKind: number

  constructor(run: PodLifecycleRun) {
    const { simulator, streams, input, podQueue } = run
    this.run = run
    this.simulator = simulator
    this.cluster = run.cluster
    this.servers = run.servers
    this.shares = run.shares
    this.startups = input.workloads.map(({ name }) => streams.keyed(`startup/${name}`))
    podQueue.whenEmptied((server) => this.emptied(server))
    const register = (name: string, handle: (pod: PodId) => void): number =>
      simulator.register(name, (pod, epoch) => {
        if (this.cluster.view.pods.epoch[pod] === epoch) handle(pod)
      })
    this.runs = new PodRuns(run, this.lives, register, (pod) => this.end(pod, EndReason.Completed))
    this.readyKind = register('pod becomes ready', (pod) => this.ready(pod))
    this.refusesKind = register('pod stops accepting', (pod) => this.refuse(pod))
    this.killedKind = register('pod is killed', (pod) => this.kill(pod))
  }

  /** Calls the listener at each bind and end, in order of registration. */
  listen(listener: EndListener): void {
    this.listeners.push(listener)
  }

  /** The origin: from now on starts take their time. */
  opens(): void {
    this.warm = false
  }

  /** Called once, by the orchestrator. */
  keptBy(keeper: Keeper): void {
    this.keeper = keeper
  }

  /** Called once, by the volumes of pods: `claims` is asked about each pod that was given a node. */
  bindsVolumes(claims: (pod: PodId, time: Time) => boolean): void {
    this.claims = claims
  }

  /** The claims of a pod could not be bound on its node: it is pending again. */
  unbound(pod: PodId): void {
    const node = this.cluster.view.pods.node[pod]
    this.cluster.unbind(pod)
    for (const listener of this.listeners) listener.released?.(node)
  }

  /** The pod will serve requests of a workload. `kept`: the keeper starts it. */
  createdToServe(pod: PodId, workload: WorkloadId, ordinal: number, kept = false): void {
    this.lives.reserve(pod + 1)
    this.lives.workload[pod] = workload
    this.lives.ordinal[pod] = ordinal
    this.lives.kept[pod] = kept ? 1 : 0
    this.lives.seasoned[pod] = 0
    this.lives.listed[pod] = 0
  }

  /** The pod will run for a duration. */
  createdToRun(pod: PodId, duration: Time): void {
    this.lives.reserve(pod + 1)
    this.lives.workload[pod] = NONE
    this.lives.duration[pod] = duration
    this.lives.running[pod] = 0
    this.lives.stopped[pod] = 0
    this.lives.kept[pod] = 0
  }

  /** The pod has a node from `time` on (now, or the end of the decision). */
  bound(pod: PodId, time: Time): void {
    if (this.claims(pod, time)) {
      for (const listener of this.listeners) listener.reserved?.()
      return
    }
    const { owners, pods: recorder, input } = this.run
    const { pods } = this.cluster.view
    const workload = this.lives.workload[pod]
    recorder.bound(pods.created[pod], time)
    for (const listener of this.listeners) listener.bound?.(pod)
    owners.of(pod).bound?.(pod, time)
    const { bind, pull, start } = input.delays
    if (this.lives.kept[pod] === 1) this.keeper!.bound(pod, time, this.warm)
    else if (workload === NONE) this.runs.from(pod, this.warm ? time : time + bind + pull + start)
    else if (this.warm) this.ready(pod)
    else this.simulator.at(time + bind + this.startup(pod, workload), this.readyKind, pod, pods.epoch[pod])
  }

  /** Pull, start, and the wait for the next readiness probe, whose phase is drawn per pod. */
  private startup(pod: PodId, workload: WorkloadId): Time {
    const { pull, start, probe } = this.run.input.workloads[workload]
    return pull + start + Math.floor(this.startups[workload].at(this.lives.ordinal[pod], 0) * probe)
  }

  /** Its process runs and is not ready to serve. */
  running(pod: PodId): void {
    this.cluster.setPhase(pod, PodPhase.Running)
    if (this.lives.listed[pod] === 0 && this.endpointsOf(pod)?.notReady === true) this.addEndpoint(pod, PUBLISHED)
  }

  /** The pod serves from now on, for the first time or again. */
  ready(pod: PodId): void {
    const { cluster, simulator, run } = this
    const now = simulator.now
    cluster.setPhase(pod, PodPhase.Ready)
    this.list(pod, this.servers.of(pod), now)
    if (this.lives.seasoned[pod] === 0) run.pods.ready(cluster.view.pods.created[pod], now)
    this.lives.seasoned[pod] = 1
    if (run.input.workloads[this.lives.workload[pod]].service === NONE) return
    this.addEndpoint(pod, LISTED)
  }

  private addEndpoint(pod: PodId, how: number): void {
    this.lives.listed[pod] = how
    this.cluster.endpoint(Subject.EndpointAdded, pod)
    this.run.endpoints.changed(this.warm)
  }

  private endpointsOf(pod: PodId): EndpointSpec | undefined {
    const { workloads, services } = this.run.input
    const { service } = workloads[this.lives.workload[pod]]
    return service === NONE ? undefined : services[service].endpoints
  }

  /** The server of a pod that becomes ready is opened, or listed again. */
  private list(pod: PodId, open: ServerId, now: Time): void {
    const { servers, run, cluster } = this
    const workload = run.input.workloads[this.lives.workload[pod]]
    const { service } = workload
    if (open !== NONE) servers.relist(open, now)
    else {
      const { pods, classes, nodes } = cluster.view
      const node = pods.node[pod]
      const limit = classes.limit[pods.podClass[pod]]
      const opening = { pod, node, service, request: pods.cpu[pod], limit: limit > 0 ? limit : nodes.cpu[node], workload }
      const server = servers.open(opening, now)
      run.heaps.open(server)
      this.shares.attach(server, node)
    }
    run.changes.serves(this.lives.workload[pod], 1, now)
    for (const listener of this.listeners) listener.served?.(pod)
    if (service !== NONE) run.imbalance[service].join(now, open === NONE ? 0 : servers.inside[open])
  }

  /**
   * The process of a pod has died and the pod stays: its requests are lost. A `silent` death closes no connection, so that clients notice it
   * by their timeouts only. Balancers send requests to it until `unlisted`.
   */
  died(pod: PodId, silent: boolean): void {
    const { servers, run, cluster } = this
    const server = servers.of(pod)
    if (server === NONE || servers.state[server] === ServerState.Silent) return
    this.delist(server, false)
    servers.state[server] = silent ? ServerState.Silent : ServerState.Free
    run.podQueue.kill(server, silent)
    this.shares.detach(server, cluster.view.pods.node[pod])
    if (!silent) servers.give(server)
    if (cluster.view.pods.phase[pod] === PodPhase.Ready) cluster.setPhase(pod, PodPhase.Running)
  }

  /** The node of a pod that died silently runs again: connections to the dead process are refused now. */
  forgotten(pod: PodId): void {
    const server = this.servers.of(pod)
    if (server !== NONE && this.servers.state[server] === ServerState.Silent) this.servers.give(server)
  }

  /** Whether the pod has been ready, now or before. */
  hasServed(pod: PodId): boolean {
    return this.lives.seasoned[pod] === 1
  }

  /** The pod leaves the endpoints; its requests continue. */
  unlisted(pod: PodId): void {
    const server = this.servers.of(pod)
    if (server !== NONE) this.delist(server, false)
    if (this.cluster.view.pods.phase[pod] === PodPhase.Ready) this.cluster.setPhase(pod, PodPhase.Running)
    this.leaveEndpoints(pod, false)
  }

  private delist(server: ServerId, clean: boolean): void {
    const { servers, simulator, run } = this
    if (servers.listed[server] === 0) return
    servers.delist(server, simulator.now)
    const pod = servers.pod[server]
    run.changes.serves(this.lives.workload[pod], -1, simulator.now)
    for (const listener of this.listeners) listener.stopped?.(pod, clean)
    const service = servers.service[server]
    if (service !== NONE) run.imbalance[service].leave(simulator.now, servers.inside[server], servers.insideSince[server])
  }

  /** The pod is not ready any more, or terminates; `serves`: its process accepts requests still. */
  private leaveEndpoints(pod: PodId, serves: boolean): void {
    const { listed } = this.lives
    const rules = listed[pod] === 0 ? undefined : this.endpointsOf(pod)
    if (rules?.notReady === true) listed[pod] = PUBLISHED
    else if (rules?.terminating === true && serves && listed[pod] === LISTED) {
      listed[pod] = TERMINATING
      this.cluster.endpoint(Subject.EndpointTerminating, pod)
      this.run.endpoints.changed(false)
    } else this.removeEndpoint(pod)
  }

  private removeEndpoint(pod: PodId): void {
    if (this.lives.listed[pod] === 0) return
    this.lives.listed[pod] = 0
    this.cluster.endpoint(Subject.EndpointRemoved, pod)
    this.run.endpoints.changed(false)
  }

  /** Ends a pod: at once when it does not serve, else through its grace period, of at most `longest`; on a node that does not answer when it answers again. */
  terminate(pod: PodId, reason: EndReason, longest: Time = Infinity): void {
    const node = this.cluster.view.pods.node[pod]
    const server = this.servers.of(pod)
    const reached = node === NONE || this.lives.kept[pod] === 0 || this.keeper!.reaches(node)
    if (server === NONE && reached) {
      this.end(pod, reason)
      return
    }
    this.run.owners.of(pod).terminating?.(pod, reason)
    this.lives.reason[pod] = reason
    this.cluster.setPhase(pod, PodPhase.Terminating)
    if (server !== NONE) this.delist(server, reached)
    this.leaveEndpoints(pod, reached && this.hasProcess(server))
    if (reached) this.stopServing(pod, longest)
    for (const listener of this.listeners) listener.terminating?.(pod)
  }

  /** The node of a terminating pod answers again. */
  resumeTermination(pod: PodId): void {
    if (this.servers.of(pod) === NONE) this.end(pod, this.lives.reason[pod] as EndReason)
    else this.stopServing(pod, Infinity)
  }

  /** The object of a pod is removed although its node does not answer. */
  forceEnd(pod: PodId, reason: EndReason): void {
    this.died(pod, true)
    this.removeEndpoint(pod)
    this.end(pod, reason)
  }

  private stopServing(pod: PodId, longest: Time): void {
    const { simulator, run } = this
    const { grace, preStop } = run.input.workloads[this.lives.workload[pod]]
    const epoch = this.cluster.view.pods.epoch[pod]
    simulator.at(simulator.now + Math.min(grace, longest), this.killedKind, pod, epoch)
    if (preStop > 0) simulator.at(simulator.now + preStop, this.refusesKind, pod, epoch)
    else this.refuse(pod)
  }

  /** False: it died with its node, so that nothing is left to stop; the pod ends when its node answers again. */
  private hasProcess(server: ServerId): boolean {
    return server !== NONE && this.servers.isAlive(server)
  }

  /** Its process is ready by its conditions but does not listen: connections are refused until `listens`. */
  deaf(pod: PodId): void {
    this.delist(this.servers.of(pod), false)
    this.servers.state[this.servers.of(pod)] = ServerState.Refusing
  }

  listens(pod: PodId): void {
    const server = this.servers.of(pod)
    if (server === NONE || this.servers.state[server] !== ServerState.Refusing) return
    this.servers.state[server] = ServerState.Accepting
    if (this.lives.listed[pod] === 1) this.list(pod, server, this.simulator.now)
  }

  /** Its process refuses further requests. */
  refuse(pod: PodId): void {
    const server = this.servers.of(pod)
    if (!this.hasProcess(server)) return
    this.servers.state[server] = ServerState.Refusing
    if (this.servers.inside[server] === 0) this.emptied(server)
  }

  /** Its process is killed: its requests are lost. */
  kill(pod: PodId): void {
    const server = this.servers.of(pod)
    if (!this.hasProcess(server)) {
      this.killHung(pod, server)
      return
    }
    this.servers.state[server] = ServerState.Free // so that retries that return at once are refused
    this.run.podQueue.kill(server, false)
    this.emptied(server)
  }

  /** A terminating process that hangs ends with its grace period; one that died with its node when the node answers again. */
  private killHung(pod: PodId, server: ServerId): void {
    const isHung = server !== NONE && this.servers.state[server] === ServerState.Silent
    if (isHung && this.keeper!.reaches(this.cluster.view.pods.node[pod])) this.end(pod, this.lives.reason[pod] as EndReason)
  }

  /** A refusing server holds no request any more. */
  private emptied(server: ServerId): void {
    const pod = this.servers.pod[server]
    if (this.cluster.view.pods.phase[pod] !== PodPhase.Terminating) this.keeper!.emptied(pod)
    else if (this.lives.kept[pod] === 1 && this.keeper!.deletes(pod)) this.servers.state[server] = ServerState.Refusing
    else this.deleted(pod)
  }

  /** The object of a pod whose process has ended is deleted. */
  deleted(pod: PodId): void {
    this.end(pod, this.lives.reason[pod] as EndReason)
  }

  /** The only exit of a pod, whatever the reason: frees everything that it holds and notifies its owner. */
  private end(pod: PodId, reason: EndReason): void {
    const { cluster, simulator, servers, run } = this
    const { pods } = cluster.view
    const phase = pods.phase[pod]
    const node = pods.node[pod]
    const server = servers.of(pod)
    if (this.lives.workload[pod] !== NONE) this.removeEndpoint(pod)
    if (server !== NONE) {
      if (servers.state[server] !== ServerState.Silent) this.shares.detach(server, node)
      servers.give(server)
    } else if (this.lives.workload[pod] === NONE && this.lives.running[pod] === 1) this.runs.demand(pod, -1)
    if (phase === PodPhase.Pending) {
      for (const listener of this.listeners) listener.dropped?.(pod)
      run.pods.deletedPending(pods.created[pod], simulator.now)
    }
    for (const listener of this.listeners) listener.ending?.(pod)
    run.owners.of(pod).ended(pod, reason)
    if (phase === PodPhase.Pending) cluster.deletePending(pod)
    else cluster.release(pod, simulator.now)
    for (const listener of this.listeners) listener.released?.(node)
  }
}

/**
 * A pod's way after it was bound: image pull, start, readiness; service in the endpoints; and the way out: endpoints first, then a grace
 * in which requests inside may end. Background pods run for their time and use CPU as a steady flow.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { NONE, PodPhase } from '../cluster/views.ts'
import { grown } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { Delays } from '../input.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { KeyedStream } from '../random/stream.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { Endpoints } from '../network/endpoints.ts'
import type { RequestFlow, ServiceRun } from '../serving/flow.ts'
import { ServerState } from '../serving/servers.ts'
import type { Servers } from '../serving/servers.ts'
import type { WorkHeaps } from '../serving/work-heaps.ts'

/** What the life cycle tells the others. */
export interface PodEvents {
  /** Resources came free on a node (NONE: the pod was never bound). */
  released(pod: number, node: number): void
  /** A pod took resources of a node, which it has from `time` on. */
  bound(pod: number, time: number): void
  /** A background pod is through; called before its row is free. */
  backgroundEnded(pod: number): void
}

export class PodLifecycle {
  private server = new Int32Array(256).fill(NONE)
  private duration = new Float64Array(256)
  /** Serial number of the pod within its service, for keyed luck. */
  private ordinal = new Int32Array(256)
  /** Until the origin everything starts without delay, so that the measured run begins with a cluster at work. */
  warm = true
  private flow!: RequestFlow
  private endpoints!: Endpoints
  private events!: PodEvents

  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly services: readonly ServiceRun[]
  private readonly servers: Servers
  private readonly heaps: WorkHeaps
  private readonly shares: CpuShares
  private readonly recorder: PodRecorder
  private readonly delays: Delays
  private readonly startups: readonly KeyedStream[]

  constructor(
    simulator: Simulator,
    cluster: Cluster,
    services: readonly ServiceRun[],
    servers: Servers,
    heaps: WorkHeaps,
    shares: CpuShares,
    recorder: PodRecorder,
    delays: Delays,
    startups: readonly KeyedStream[],
  ) {
    this.simulator = simulator
    this.cluster = cluster
    this.services = services
    this.servers = servers
    this.heaps = heaps
    this.shares = shares
    this.recorder = recorder
    this.delays = delays
    this.startups = startups
    const alive = (handle: (pod: number) => void) => (pod: number, epoch: number) => {
      if (this.cluster.view.pods.epoch[pod] === epoch) handle(pod)
    }
    simulator.on(
      Kind.PodRuns,
      alive((pod) => this.runs(pod)),
    )
    simulator.on(
      Kind.PodEnds,
      alive((pod) => this.ends(pod)),
    )
    simulator.on(
      Kind.PodReady,
      alive((pod) => this.ready(pod)),
    )
    simulator.on(
      Kind.PodRefuses,
      alive((pod) => this.refuse(pod)),
    )
    simulator.on(
      Kind.PodKilled,
      alive((pod) => this.kill(pod)),
    )
  }

  /** The parts that in turn need the life cycle. */
  connect(flow: RequestFlow, endpoints: Endpoints, events: PodEvents): void {
    this.flow = flow
    this.endpoints = endpoints
    this.events = events
  }

  serverOf(pod: number, epoch: number): number {
    return this.cluster.view.pods.epoch[pod] === epoch ? this.server[pod] : NONE
  }

  createdForService(pod: number, ordinal: number): void {
    this.room(pod)
    this.ordinal[pod] = ordinal
    this.server[pod] = NONE
  }

  createdInBackground(pod: number, duration: number): void {
    this.room(pod)
    this.duration[pod] = duration
    this.server[pod] = NONE
  }

  /** The pod has a node from `time` on (now, or the end of the decision). */
  bound(pod: number, time: number): void {
    const { pods } = this.cluster.view
    const service = pods.service[pod]
    const epoch = pods.epoch[pod]
    this.recorder.bound(pods.created[pod], time)
    this.events.bound(pod, time)
    if (service === NONE) {
      const { bind, pull, start } = this.delays
      this.simulator.at(this.warm ? time : time + bind + pull + start, Kind.PodRuns, pod, epoch)
    } else if (this.warm) this.ready(pod)
    else this.simulator.at(time + this.delays.bind + this.startup(pod, service), Kind.PodReady, pod, epoch)
  }

  /** Pull, start, and the wait for the next readiness probe, whose phase is the pod's own luck. */
  private startup(pod: number, service: number): number {
    const { pull, start, probe } = this.services[service].spec
    return pull + start + Math.floor(this.startups[service].at(this.ordinal[pod], 0) * probe)
  }

  private runs(pod: number): void {
    const { pods, classes } = this.cluster.view
    this.cluster.setPhase(pod, PodPhase.Running)
    this.shares.background(pods.node[pod], pods.cpu[pod], classes.usage[pods.podClass[pod]], 1)
    const duration = this.duration[pod]
    if (duration !== Infinity) this.simulator.at(this.simulator.now + duration, Kind.PodEnds, pod, pods.epoch[pod])
  }

  private ends(pod: number): void {
    const { pods, classes } = this.cluster.view
    const node = pods.node[pod]
    this.shares.background(node, pods.cpu[pod], classes.usage[pods.podClass[pod]], -1)
    this.events.backgroundEnded(pod)
    this.cluster.release(pod, this.simulator.now)
    this.events.released(pod, node)
  }

  private ready(pod: number): void {
    const { cluster, servers, services, simulator } = this
    const { pods, classes, nodes } = cluster.view
    const now = simulator.now
    const service = services[pods.service[pod]]
    const node = pods.node[pod]
    const podClass = pods.podClass[pod]
    cluster.setPhase(pod, PodPhase.Ready)
    const server = servers.take()
    this.heaps.open(server)
    this.server[pod] = server
    servers.state[server] = ServerState.Accepting
    servers.pod[server] = pod
    servers.service[server] = service.row
    servers.node[server] = node
    servers.listed[server] = 1
    servers.threads[server] = service.spec.threads === 0 ? Infinity : service.spec.threads
    servers.limit[server] = classes.limit[podClass] > 0 ? classes.limit[podClass] : nodes.cpu[node]
    servers.weight[server] = Math.max(pods.cpu[pod], LEAST_WEIGHT)
    servers.inside[server] = 0
    servers.busy[server] = 0
    servers.demand[server] = 0
    servers.virtual[server] = 0
    servers.used[server] = 0
    servers.updated[server] = now
    servers.insideSince[server] = now
    this.shares.attach(server, node)
    service.imbalance.join(now, 0)
    this.recorder.ready(pods.created[pod], now)
    cluster.endpointAdded(pod)
    this.endpoints.changed(this.warm)
  }

  /** Takes a service's pod away: at once when it never served, else through the grace period. */
  terminate(pod: number): void {
    const { cluster, servers, simulator } = this
    const { pods } = cluster.view
    const phase = pods.phase[pod]
    const node = pods.node[pod]
    if (phase === PodPhase.Pending) {
      this.recorder.deletedPending(pods.created[pod], simulator.now)
      cluster.deletePending(pod)
      this.events.released(pod, NONE)
      return
    }
    if (phase !== PodPhase.Ready) {
      cluster.release(pod, simulator.now)
      this.events.released(pod, node)
      return
    }
    const server = this.server[pod]
    const service = this.services[pods.service[pod]]
    const epoch = pods.epoch[pod]
    cluster.setPhase(pod, PodPhase.Terminating)
    servers.listed[server] = 0
    service.imbalance.leave(simulator.now, servers.inside[server], servers.insideSince[server])
    cluster.endpointRemoved(pod)
    this.endpoints.changed(false)
    simulator.at(simulator.now + service.spec.grace, Kind.PodKilled, pod, epoch)
    if (service.spec.preStop > 0) simulator.at(simulator.now + service.spec.preStop, Kind.PodRefuses, pod, epoch)
    else this.refuse(pod)
  }

  private refuse(pod: number): void {
    const server = this.server[pod]
    this.servers.state[server] = ServerState.Refusing
    if (this.servers.inside[server] === 0) this.emptied(server)
  }

  private kill(pod: number): void {
    const server = this.server[pod]
    this.servers.state[server] = ServerState.Free // so that retries that come back at once are refused
    this.flow.kill(server)
    this.gone(server)
  }

  /** A refusing server has nothing inside any more. */
  emptied(server: number): void {
    this.gone(server)
  }

  private gone(server: number): void {
    const { servers, cluster } = this
    const pod = servers.pod[server]
    const node = servers.node[server]
    this.shares.detach(server, node)
    servers.give(server)
    this.server[pod] = NONE
    cluster.release(pod, this.simulator.now)
    this.events.released(pod, node)
  }

  private room(pod: number): void {
    if (pod < this.server.length) return
    const length = Math.max(pod + 1, this.server.length * 2)
    this.server = grown(this.server, length, NONE)
    this.duration = grown(this.duration, length)
    this.ordinal = grown(this.ordinal, length)
  }
}

/** Weight of a pod that requests no CPU: cgroup's smallest, 2 of 1024 shares a core. */
const LEAST_WEIGHT = 2

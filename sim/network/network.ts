/**
 * The way of a try between client and pod: a balancer instance picks the backend (or queues or rejects the try), and a delay each way.
 * Also what balancers may ask of the run: timers and probes.
 */
import { NONE, type PodId, type RequestId, type ServerId, type ServiceId, type SlotId, type Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Cause } from '../measure/ledger.ts'
import type { Carrier } from '../serving/client-run.ts'
import type { Clients } from '../serving/clients.ts'
import type { PodQueue } from '../serving/pod-queue.ts'
import type { Outlet } from '../serving/pod-queue-run.ts'
import { RequestState, type Requests } from '../serving/requests.ts'
import type { Servers } from '../serving/servers.ts'
import { NO_BACKEND, QUEUE, REJECT, Outcome, type BalancingContext } from '../slb/policy.ts'
import type { NodesView } from '../cluster/views.ts'
import type { BalancerInstance } from './balancer-instance.ts'
import { Connections } from './connections.ts'
import { NetworkDevices, REFUSED } from './devices/devices.ts'
import { guardCounts, type GuardCounts } from './guard-counts.ts'
import { Impairments } from './impairments.ts'
import { makeInstances, type Shelf } from './made-instances.ts'
import type { PodLimits } from '../serving/limits/pod-limits.ts'
import { PodReports } from './pod-reports.ts'
import { PodSignals } from './pod-signals.ts'
import { NO_SIGNALS, Probing } from './probing.ts'
import { routesIn } from './routes.ts'
import type { NetworkRun } from './run.ts'
import type { ServiceBalancers, HeardTime } from './service-balancers.ts'
import { DROPPED, type ViewedRoute } from './views/viewed-route.ts'
import { Views } from './views/views.ts'

export class Network implements Carrier, Outlet {
  /** By route: by service, then by call that has instances of its own (`routesOf`). */
  readonly instancesOf: readonly (readonly BalancerInstance[])[]
  /** All instances, in the order of `instancesOf`; events name them by this row. */
  private readonly all: readonly BalancerInstance[]
  /** By service: notifies the instances that send to its pods of backends, a group for each route. */
  private readonly groupsTo: readonly (readonly ServiceBalancers[])[]
  private readonly heard: HeardTime = { time: NONE }
  private readonly nodes: NodesView
  /** By service: the instances that send to its pods. */
  private readonly instancesTo: readonly (readonly BalancerInstance[])[]
  private readonly reports: PodReports | null
  private readonly probing: Probing
  private readonly signals: PodSignals | null
  readonly limits: PodLimits | null
  /** Nodes with a slow or lossy network. */
  readonly impairments: Impairments
  /** What a balancer sees of a request: one object, filled before each pick. */
  private readonly asked = { client: NONE, attempt: 0, queued: 0, again: false, blocks: [] as readonly number[] }

  private readonly simulator: Simulator
  private readonly requests: Requests
  private readonly servers: Servers
  private readonly podQueue: PodQueue
  private readonly clients: Clients
  /** By route. */
  private readonly delays: readonly Time[]
  /** By route: null where balancers pick for each request; and round trips to open a connection. */
  private readonly connections: readonly (Connections | null)[]
  private readonly handshakes: readonly number[]
  /** Null: no service has a path through devices. */
  readonly devices: NetworkDevices | null
  /** Null: every service has balancer instances. */
  readonly views: Views | null
  private readonly tryArrives: number
  private readonly responseArrives: number
  private readonly offers: number
  private readonly wakes: number

  constructor(run: NetworkRun) {
    const { simulator, streams, requests, servers, podQueue, clients, shares, cluster, input } = run
    this.simulator = simulator
    this.requests = requests
    this.servers = servers
    this.podQueue = podQueue
    this.clients = clients
    this.impairments = new Impairments(streams)
    this.nodes = cluster.view.nodes
    this.limits = run.limits
    const routes = routesIn(input)
    this.devices = NetworkDevices.of({ ...run, routes })
    this.delays = routes.map(({ service }) => input.services[service].networkDelay)
    this.tryArrives = simulator.register('try arrives', (request) => this.deliver(request))
    this.responseArrives = simulator.register('response arrives', (request) => clients.answered(request))
    this.offers = simulator.register('balancer offers its queue', (row) => this.offer(row))
    this.wakes = simulator.register('balancer wakes', (row, tag) => this.woke(row, tag))

    this.views = Views.of({ ...run, nodes: cluster.view.nodes, pods: cluster.view.pods }, routes)
    const { all, serviceOf, groups, instancesOf } = makeInstances(run, {
      routes,
      views: this.views,
      heard: this.heard,
      contextOf: (row, random, shelf) => this.contextOf(row, random, shelf, input.balancers),
    })
    this.instancesOf = instancesOf
    const routesTo: number[][] = input.services.map(() => [])
    routes.forEach(({ service }, route) => routesTo[service].push(route))
    this.groupsTo = routesTo.map((to) => to.flatMap((route) => groups[route] ?? []))
    this.all = all
    this.handshakes = routes.map(({ service }) => input.services[service].connections?.handshakes ?? 0)
    this.connections = routes.map(({ name, service }, route) => {
      const instances = this.instancesOf[route]
      const processes = streams.keyed(`client processes/${name}`)
      const closed = (row: number): void => this.devices?.closed(row, route, simulator.now)
      return Connections.of(input.services[service].connections, { simulator, requests, servers, instances, processes, closed })
    })
    this.instancesTo = routesTo.map((to) => to.flatMap((route) => this.instancesOf[route]))
    this.reports = PodReports.of(
      servers,
      this.instancesTo,
      (service) => streams.stream(`idle/${input.services[service].name}`),
      (service) => this.offerQueues(service),
      { simulator, delays: input.services.map(({ signals }) => signals?.delay ?? 0) },
    )
    const offer = (instance: BalancerInstance): void => {
      if (instance.queued > 0) this.planOffer(instance)
    }
    this.signals = PodSignals.of({ simulator, requests, servers, shares, instancesTo: this.instancesTo, offer })
    const signalsTo = serviceOf.map((service) => input.services[service].signals ?? NO_SIGNALS)
    const losses = serviceOf.map((service) => streams.stream(`lost probes/${input.services[service].name}`))
    this.probing = new Probing(
      { simulator, servers, shares, all, signals: this.signals, offer },
      { delays: serviceOf.map((service) => input.services[service].networkDelay), signalsTo, losses },
    )
    clients.carriedBy(this)
    podQueue.leadsTo(this, this.reports)
    const { hedges } = clients
    if (hedges?.isTied === true) podQueue.whenStarted((request) => hedges.started(request))
  }

  private contextOf(row: number, random: BalancingContext['random'], shelf: Shelf, instances: number): BalancingContext {
    return {
      random,
      instances,
      now: () => (this.heard.time === NONE ? this.simulator.now : this.heard.time),
      shared: <T extends object>(make: () => T) => {
        const leads = shelf.value === undefined
        if (leads) shelf.value = make()
        return { value: shelf.value as T, leads }
      },
      wakeAt: (time, tag) => void this.simulator.at(time, this.wakes, row, tag),
      probe: (slot, tag) => this.probing.send(row, slot, tag),
    }
  }

  /** The end of warm-up. */
  windowBegins(): void {
    this.probing.windowBegins()
    this.devices?.windowBegins(this.simulator.now)
    this.views?.windowBegins(this.simulator.now)
    this.clients.hedges?.windowBegins()
    for (const connections of this.connections) if (connections !== null) connections.opened = 0
    for (const { guard } of this.all) guard?.windowBegins()
  }

  /** Probes sent in the window, and the CPU work of answering them [core-µs]. */
  get probes(): { readonly sent: number; readonly work: number } {
    return this.probing
  }

  /** Connections opened in the window; NONE where no service has any. */
  get opened(): number {
    const all = this.connections.filter((one) => one !== null)
    return all.length === 0 ? NONE : all.reduce((sum, { opened }) => sum + opened, 0)
  }

  /** What guards of all instances have counted in the window. */
  guarded = (): GuardCounts => guardCounts(this.all)

  instances(route: number): number {
    return this.viewedBy(route)?.viewers ?? this.instancesOf[route].length
  }

  private viewedBy(route: number): ViewedRoute | null {
    return this.views === null ? null : this.views.routes[route]
  }

  // ---- endpoints

  added(service: ServiceId, pod: PodId, server: ServerId, weight: number): void {
    const epoch = server === NONE ? 0 : this.servers.epoch[server]
    const zone = server === NONE ? NONE : this.nodes.zone[this.servers.node[server]]
    for (const group of this.groupsTo[service]) group.added(pod, server, epoch, weight, this.simulator.now, zone)
    if (server !== NONE) this.reports?.joined(server)
    this.offerQueues(service)
  }

  removed(service: ServiceId, pod: PodId): void {
    for (const group of this.groupsTo[service]) group.removed(pod, this.simulator.now)
    this.offerQueues(service)
  }

  // ---- the way of a try

  send(request: RequestId): void {
    const requests = this.requests
    const connections = this.connections[requests.route[request]]
    if (connections !== null && connections.reuse(request)) {
      this.start(request, this.delayOf(request, 0))
      return
    }
    const viewed = this.viewedBy(requests.route[request])
    if (viewed !== null) return this.sendTo(viewed, request, connections)
    const instance = this.instanceOf(request)
    const last = requests.slot[request]
    const exclude = last !== NONE && instance.slots.slotEpoch[last] === requests.slotEpoch[request] ? last : NONE
    const slot = this.pick(instance, request, exclude, false)
    if (slot === QUEUE) {
      requests.slot[request] = NONE
      requests.state[request] = RequestState.AtBalancer
      instance.enqueue(request, requests)
    } else this.forward(instance, request, slot)
  }

  /** A viewer of the endpoints picks the pod. */
  private sendTo(viewed: ViewedRoute, request: RequestId, connections: Connections | null): void {
    const { requests } = this
    const slot = viewed.choose(request, connections === null ? NONE : connections.processOf(request))
    if (slot >= 0) return this.depart(request, viewed.took)
    requests.slot[request] = NONE
    if (slot !== DROPPED) return this.clients.failed(request, Cause.NoBackend)
    requests.state[request] = RequestState.InNetwork
    requests.timer[request] = NONE
  }

  private instanceOf(request: RequestId): BalancerInstance {
    return this.instancesOf[this.requests.route[request]][this.requests.instance[request]]
  }

  private pick(instance: BalancerInstance, request: RequestId, exclude: SlotId, again: boolean): SlotId {
    const { asked, requests } = this
    asked.client = requests.key[request]
    asked.attempt = requests.attempt[request]
    asked.queued = instance.queued
    asked.again = again
    if (requests.prompts !== null) asked.blocks = requests.prompts.of(request)
    return instance.pick(asked, exclude)
  }

  /** The answer of a balancer other than QUEUE is carried out. */
  private forward(instance: BalancerInstance, request: RequestId, slot: SlotId): void {
    const requests = this.requests
    if (slot === NO_BACKEND || slot === REJECT) {
      requests.slot[request] = NONE
      this.clients.failed(request, slot === REJECT ? Cause.Rejected : Cause.NoBackend)
      return
    }
    requests.slot[request] = slot
    requests.slotEpoch[request] = instance.slots.slotEpoch[slot]
    requests.server[request] = instance.slots.server[slot]
    requests.serverEpoch[request] = instance.slots.serverEpoch[slot]
    this.depart(request, 0)
  }

  /** The try has a pod and leaves, over a new connection where there are any. @param before a time that passes first */
  private depart(request: RequestId, before: Time): void {
    const route = this.requests.route[request]
    const delay = this.delayOf(request, 0)
    const connections = this.connections[route]
    if (connections !== null) connections.open(request)
    this.start(request, before + delay + (connections === null ? 0 : 2 * delay * this.handshakes[route]))
  }

  /** The try is on its way to its pod. */
  private start(request: RequestId, way: Time): void {
    const { requests, devices } = this
    const delay = devices === null ? way : devices.forward(request, this.connectionOf(request), way, this.simulator.now)
    if (delay < 0) return this.stopped(request, delay)
    if (delay > 0) {
      requests.state[request] = RequestState.InNetwork
      requests.timer[request] = delay === Infinity ? NONE : this.simulator.at(this.simulator.now + delay, this.tryArrives, request, 0)
    } else this.deliver(request)
  }

  /** The longer way to a backend of another zone. */
  private zoneDelay(request: RequestId): Time {
    const { requests } = this
    const viewed = this.viewedBy(requests.route[request])
    if (viewed !== null) return viewed.wayOf(request)
    const { guard, slots } = this.instanceOf(request)
    const slot = requests.slot[request]
    return guard !== null && slot >= 0 && slots.slotEpoch[slot] === requests.slotEpoch[request] && slots.present[slot] === 1
      ? guard.wayTo(slot)
      : 0
  }

  private deliver(request: RequestId): void {
    if (this.signals !== null) this.signals.arrived(request)
    if (this.limits !== null) this.limits.arrived(request)
    this.podQueue.deliver(request)
  }

  /** From the client to the pod (way 0) or back (1); Infinity: the message never arrives. */
  private delayOf(request: RequestId, way: 0 | 1): Time {
    const { requests, impairments } = this
    const delay = this.delays[requests.route[request]] + this.zoneDelay(request)
    if (!impairments.any) return delay
    const server = requests.server[request]
    const node = server === NONE ? NONE : this.servers.node[server]
    return delay + impairments.delayOf(node, requests.ordinal[request], 2 * requests.attempt[request] + way)
  }

  respond(request: RequestId): void {
    const requests = this.requests
    if (this.signals !== null) this.signals.left(request)
    if (this.limits !== null) this.limits.left(request, false)
    const way = this.delayOf(request, 1)
    const { devices } = this
    const passes = devices !== null && requests.orphan[request] !== 1
    const delay = passes ? devices.back(request, this.connectionOf(request), way, this.simulator.now) : way
    if (delay < 0) return this.stopped(request, delay)
    if (delay > 0 && requests.orphan[request] !== 1) {
      requests.state[request] = RequestState.Responding
      requests.timer[request] = delay === Infinity ? NONE : this.simulator.at(this.simulator.now + delay, this.responseArrives, request, 0)
    } else this.clients.answered(request)
  }

  private connectionOf(request: RequestId): number {
    return this.connections[this.requests.route[request]]?.connectionOf(request) ?? NONE
  }

  /** A device resets the try: it has no room for the flow, or does not know it. */
  private stopped(request: RequestId, how: number): void {
    this.clients.failed(request, how === REFUSED ? Cause.Rejected : Cause.Reset)
  }

  failed(request: RequestId, cause: Cause): void {
    if (this.signals !== null) this.signals.failed(request)
    this.clients.failed(request, cause)
  }

  abort(request: RequestId): void {
    const requests = this.requests
    const state = requests.state[request]
    if (state === RequestState.AtBalancer) this.instanceOf(request).dequeue(request, requests)
    else if (state === RequestState.InNetwork || state === RequestState.Responding) {
      // A try without an answer of any kind has no event.
      if (requests.timer[request] !== NONE) this.simulator.cancel(requests.timer[request])
      requests.timer[request] = NONE
    } else {
      if (this.limits !== null) this.limits.left(request, true)
      this.podQueue.abort(request)
    }
  }

  ended(request: RequestId, outcome: Outcome): void {
    const requests = this.requests
    const slot = requests.slot[request]
    if (slot < 0) return
    this.devices?.ended(request, this.simulator.now)
    const instance = this.instanceOf(request)
    if (this.signals !== null && outcome === Outcome.Answered) this.signals.pass(request, instance)
    const connections = this.connections[requests.route[request]]
    if (connections !== null) {
      connections.ended(request, outcome)
      return
    }
    instance.ended(slot, requests.slotEpoch[request], this.simulator.now - requests.sent[request], outcome)
    if (instance.queued > 0) this.planOffer(instance)
  }

  // ---- requests queued at a balancer

  private offerQueues(service: ServiceId): void {
    for (const instance of this.instancesTo[service]) if (instance.queued > 0) this.planOffer(instance)
  }

  /** In an event of its own at the same time: what happens now is finished first, so no pod is entered in the middle of a change. */
  private planOffer(instance: BalancerInstance): void {
    if (instance.offering) return
    instance.offering = true
    this.simulator.at(this.simulator.now, this.offers, instance.row, 0)
  }

  private offer(row: number): void {
    const instance = this.all[row]
    const { requests } = this
    instance.offering = false
    for (let request = instance.first; request !== NONE; request = instance.first) {
      instance.dequeue(request, requests)
      const slot = this.pick(instance, request, NONE, true)
      if (slot === QUEUE) {
        instance.putBack(request, requests)
        return
      }
      requests.sent[request] = this.simulator.now // the latency that the balancer sees begins at its pick
      this.forward(instance, request, slot)
    }
  }

  // ---- timers and probes of balancers

  private woke(row: number, tag: number): void {
    const instance = this.all[row]
    if (instance.balancer.woke === undefined) throw new Error(`${instance.name} calls wakeAt and has no function woke`)
    instance.balancer.woke(tag)
    if (instance.queued > 0) this.planOffer(instance)
  }
}

/**
 * The way of a try between client and pod: a balancer instance picks the backend (or queues or rejects the try), and a delay each way.
 * Also what balancers may ask of the run: timers and probes.
 */
import { NONE, type PodId, type RequestId, type ServerId, type ServiceId, type SlotId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import { createChosen, type Chosen } from '../common/define.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Cause } from '../measure/ledger.ts'
import type { Streams } from '../random/stream.ts'
import { routesOf, type Carrier, type Clients } from '../serving/clients.ts'
import type { Outlet, PodQueue } from '../serving/pod-queue.ts'
import { RequestState, type Requests } from '../serving/requests.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import type { Call, Service } from '../serving/spec.ts'
import { NO_BACKEND, QUEUE, REJECT, type BalancerDefinition, type BalancingContext, type Outcome } from '../slb/policy.ts'
import { BalancerInstance } from './balancer-instance.ts'
import { EndpointSlots, SlotsOfServers } from './endpoint-slots.ts'
import { PodReports } from './pod-reports.ts'
import { ServiceBalancers, type HeardTime } from './service-balancers.ts'

/** What the network needs of the run. */
export interface NetworkRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly servers: Servers
  readonly podQueue: PodQueue
  readonly clients: Clients
  readonly input: {
    readonly services: readonly Service[]
    readonly calls?: readonly Call[]
    /** Balancer instances per service. */
    readonly balancers: number
    readonly choices: { readonly slb: Chosen<BalancerDefinition> }
  }
}

/** What a set of balancer instances carries: all requests to a service, or the calls that have a balancer of their own. */
interface Route {
  readonly name: string
  readonly service: ServiceId
  readonly slb: Chosen<BalancerDefinition>
}

function routesIn({ services, calls = [], choices }: NetworkRun['input']): Route[] {
  const routes = services.map(({ name, slb = choices.slb }, service): Route => ({ name, service, slb }))
  const rows = routesOf(services.length, calls)
  calls.forEach(({ name, service, slb }, i) => {
    if (slb !== undefined) routes[rows[i]] = { name, service, slb }
  })
  return routes
}

/** Probes under way: which instance asks which slot, and the answer on its way back. */
class Probes extends ColumnTable {
  instance = this.column(Int32Array)
  slot = this.column(Int32Array)
  slotEpoch = this.column(Int32Array)
  tag = this.column(Int32Array)
  inside = this.column(Int32Array)
  private readonly free: number[] = []
  private high = 0

  take(): number {
    const probe = this.free.pop() ?? this.high++
    this.reserve(this.high)
    return probe
  }

  give(probe: number): void {
    this.free.push(probe)
  }
}

/** The structure that the balancers of one service share. */
interface Shelf {
  value: object | undefined
}

export class Network implements Carrier, Outlet {
  /** By route: by service, then by call that has instances of its own (`routesOf`). */
  readonly instancesOf: readonly (readonly BalancerInstance[])[]
  /** All instances, in the order of `instancesOf`; events name them by this row. */
  private readonly all: readonly BalancerInstance[]
  private readonly serviceOf: readonly ServiceId[]
  /** By service: notifies the instances that send to its pods of backends, a group for each route. */
  private readonly groupsTo: readonly (readonly ServiceBalancers[])[]
  private readonly heard: HeardTime = { time: NONE }
  /** By service: the instances that send to its pods. */
  private readonly instancesTo: readonly (readonly BalancerInstance[])[]
  private readonly reports: PodReports | null
  private readonly probes = new Probes()
  /** What a balancer sees of a request: one object, filled before each pick. */
  private readonly asked = { client: NONE, attempt: 0, queued: 0 }

  private readonly simulator: Simulator
  private readonly requests: Requests
  private readonly servers: Servers
  private readonly podQueue: PodQueue
  private readonly clients: Clients
  /** By route. */
  private readonly delays: readonly Time[]
  private readonly tryArrives: number
  private readonly responseArrives: number
  private readonly offers: number
  private readonly wakes: number
  private readonly probeArrives: number
  private readonly probeReturns: number

  constructor({ simulator, streams, requests, servers, podQueue, clients, input }: NetworkRun) {
    this.simulator = simulator
    this.requests = requests
    this.servers = servers
    this.podQueue = podQueue
    this.clients = clients
    const routes = routesIn(input)
    this.delays = routes.map(({ service }) => input.services[service].networkDelay)
    this.tryArrives = simulator.register('try arrives', (request) => podQueue.deliver(request))
    this.responseArrives = simulator.register('response arrives', (request) => clients.answered(request))
    this.offers = simulator.register('balancer offers its queue', (row) => this.offer(row))
    this.wakes = simulator.register('balancer wakes', (row, tag) => this.woke(row, tag))
    this.probeArrives = simulator.register('probe arrives', (probe) => this.probed(probe))
    this.probeReturns = simulator.register('probe returns', (probe) => this.probeAnswered(probe))

    const all: BalancerInstance[] = []
    const serviceOf: ServiceId[] = []
    const groups: ServiceBalancers[] = []
    const slotsOfServers = new SlotsOfServers()
    this.instancesOf = routes.map(({ name, service, slb }) => {
      const slots = new EndpointSlots(slotsOfServers)
      const shelf: Shelf = { value: undefined }
      const list = Array.from({ length: input.balancers }, (_, i) => {
        const context = this.contextOf(all.length, streams.stream(`balancer-${i}/${name}`), shelf)
        const instance = new BalancerInstance(createChosen(slb, context), slots, slb.definition.name, all.length)
        all.push(instance)
        serviceOf.push(service)
        return instance
      })
      groups.push(new ServiceBalancers(slots, list, this.heard, () => shelf.value !== undefined))
      return list
    })
    this.groupsTo = input.services.map((_, to) => groups.filter((_, route) => routes[route].service === to))
    this.all = all
    this.serviceOf = serviceOf
    this.instancesTo = input.services.map((_, to) => this.instancesOf.filter((_, route) => routes[route].service === to).flat())
    this.reports = PodReports.of(
      servers,
      this.instancesTo,
      (service) => streams.stream(`idle/${input.services[service].name}`),
      (service) => this.offerQueues(service),
    )
    clients.carriedBy(this)
    podQueue.leadsTo(this, this.reports)
  }

  private contextOf(row: number, random: BalancingContext['random'], shelf: Shelf): BalancingContext {
    return {
      random,
      now: () => (this.heard.time === NONE ? this.simulator.now : this.heard.time),
      shared: <T extends object>(make: () => T) => {
        const leads = shelf.value === undefined
        if (leads) shelf.value = make()
        return { value: shelf.value as T, leads }
      },
      wakeAt: (time, tag) => void this.simulator.at(time, this.wakes, row, tag),
      probe: (slot, tag) => this.probe(row, slot, tag),
    }
  }

  instances(route: number): number {
    return this.instancesOf[route].length
  }

  // ---- endpoints

  added(service: ServiceId, pod: PodId, server: ServerId, weight: number): void {
    const epoch = server === NONE ? 0 : this.servers.epoch[server]
    for (const group of this.groupsTo[service]) group.added(pod, server, epoch, weight, this.simulator.now)
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
    const instance = this.instanceOf(request)
    const last = requests.slot[request]
    const exclude = last !== NONE && instance.slots.slotEpoch[last] === requests.slotEpoch[request] ? last : NONE
    const slot = this.pick(instance, request, exclude)
    if (slot === QUEUE) {
      requests.slot[request] = NONE
      requests.state[request] = RequestState.AtBalancer
      instance.enqueue(request, requests)
    } else this.forward(instance, request, slot)
  }

  private instanceOf(request: RequestId): BalancerInstance {
    return this.instancesOf[this.requests.route[request]][this.requests.instance[request]]
  }

  private pick(instance: BalancerInstance, request: RequestId, exclude: SlotId): SlotId {
    const { asked, requests } = this
    asked.client = requests.key[request]
    asked.attempt = requests.attempt[request]
    asked.queued = instance.queued
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
    const delay = this.delays[requests.route[request]]
    if (delay > 0) {
      requests.state[request] = RequestState.InNetwork
      requests.timer[request] = this.simulator.at(this.simulator.now + delay, this.tryArrives, request, 0)
    } else this.podQueue.deliver(request)
  }

  respond(request: RequestId): void {
    const requests = this.requests
    const delay = this.delays[requests.route[request]]
    if (delay > 0 && requests.orphan[request] === 0) {
      requests.state[request] = RequestState.Responding
      requests.timer[request] = this.simulator.at(this.simulator.now + delay, this.responseArrives, request, 0)
    } else this.clients.answered(request)
  }

  failed(request: RequestId, cause: Cause): void {
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
    } else this.podQueue.abort(request)
  }

  ended(request: RequestId, outcome: Outcome): void {
    const requests = this.requests
    const slot = requests.slot[request]
    if (slot < 0) return
    const instance = this.instanceOf(request)
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
      const slot = this.pick(instance, request, NONE)
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

  private probe(row: number, slot: SlotId, tag: number): void {
    const { probes, simulator } = this
    const instance = this.all[row]
    if (!instance.has(slot)) throw new RangeError(`${instance.name} probes slot ${slot}, which has no backend`)
    const probe = probes.take()
    probes.instance[probe] = row
    probes.slot[probe] = slot
    probes.slotEpoch[probe] = instance.slots.slotEpoch[slot]
    probes.tag[probe] = tag
    simulator.at(simulator.now + this.delays[this.serviceOf[row]], this.probeArrives, probe, 0)
  }

  /** The probe reaches the pod, which answers with the number of requests it holds, or not at all. */
  private probed(probe: number): void {
    const { probes, servers, simulator } = this
    const row = probes.instance[probe]
    const instance = this.all[row]
    const slot = probes.slot[probe]
    const present = instance.isPresent(slot, probes.slotEpoch[probe])
    const server = instance.slots.server[slot]
    const answers =
      present &&
      server !== NONE &&
      servers.epoch[server] === instance.slots.serverEpoch[slot] &&
      servers.state[server] === ServerState.Accepting
    probes.inside[probe] = answers ? servers.inside[server] : NONE
    simulator.at(simulator.now + this.delays[this.serviceOf[row]], this.probeReturns, probe, 0)
  }

  private probeAnswered(probe: number): void {
    const { probes } = this
    const instance = this.all[probes.instance[probe]]
    const slot = probes.slot[probe]
    probes.give(probe)
    if (!instance.isPresent(slot, probes.slotEpoch[probe])) return
    if (instance.balancer.probed === undefined) throw new Error(`${instance.name} calls probe and has no function probed`)
    instance.balancer.probed(slot, probes.tag[probe], probes.inside[probe])
    if (instance.queued > 0) this.planOffer(instance)
  }
}

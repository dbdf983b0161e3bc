/**
 * Endpoint changes on their way to the balancers: a reader of the cluster's log that stays `propagation` behind, so that a balancer sends
 * requests to pods that have ended and not yet to pods that are ready.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { epochOfEndpoint, serviceOfEndpoint } from '../cluster/entries.ts'
import { Subject, type LogCursor } from '../cluster/views.ts'
import { NONE, type PodId, type ServerId, type ServiceId, type Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Servers } from '../serving/servers.ts'
import type { Flows } from '../serving/flow/flows.ts'
import type { Service, Workload } from '../serving/spec.ts'
import { EndpointRules } from './endpoint-rules.ts'
import type { Network } from './network.ts'

/** What the endpoints need of the run. */
export interface EndpointsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly servers: Servers
  readonly network: Network
  /** Null or absent: no load is a flow. */
  readonly flows?: Flows | null
  readonly input: {
    readonly workloads: readonly Workload[]
    readonly services: readonly Service[]
    readonly delays: { readonly propagation: Time }
  }
}

/** A pod became an endpoint of its service, or is one no more; `value` as in the log. */
interface EndpointChange {
  readonly pod: PodId
  readonly value: number
  readonly subject: Subject
}

export class Endpoints {
  private readonly cursor: LogCursor
  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly servers: Servers
  private readonly network: Network
  private readonly flows: Flows | null
  private readonly workloads: readonly Workload[]
  private readonly propagation: Time
  private readonly propagates: number
  /** Reads the log for viewers that are notified of changes each at its own time; null: there are none. */
  private readonly direct: LogCursor | null
  private readonly announces: number
  /** By service: null where its ready endpoints are used, and no others. */
  private readonly rules: readonly (EndpointRules | null)[]
  /** Changes before this time are announced then. */
  private heldUntil: Time = 0
  /** Called with a service whose endpoints have changed. Null: nobody has to write them. */
  private writer: ((service: ServiceId) => void) | null = null
  /** By service: changes that nobody has begun to write. */
  private readonly changes: EndpointChange[][] = []

  constructor({ simulator, cluster, servers, network, flows = null, input }: EndpointsRun) {
    this.simulator = simulator
    this.cluster = cluster
    this.servers = servers
    this.network = network
    this.flows = flows
    this.workloads = input.workloads
    this.propagation = input.delays.propagation
    const used = {
      added: (pod: PodId, value: number) => this.added(pod, value),
      removed: (pod: PodId, value: number) => this.removed(pod, value),
    }
    this.rules = input.services.map(({ endpoints }) => (endpoints === undefined ? null : new EndpointRules(used)))
    this.cursor = cluster.view.log.open()
    this.propagates = simulator.register('endpoints propagate', (version) => this.apply(version))
    this.direct = network.views === null ? null : cluster.view.log.open()
    this.announces = network.views === null ? NONE : simulator.register('endpoints are written', (version) => this.announce(version, false))
  }

  /** Called once: `writer` is notified of services whose endpoints have changed, and writes what is `unwritten`. */
  writtenBy(writer: (service: ServiceId) => void): void {
    this.writer = writer
  }

  /** The changes of a service that nobody has begun to write. */
  unwritten(service: ServiceId): readonly EndpointChange[] {
    const changes = this.changes[service] ?? []
    this.changes[service] = []
    return changes
  }

  /** These changes are written: the balancers are notified after the propagation delay. */
  written(changes: readonly EndpointChange[]): void {
    for (const { pod, value, subject } of changes) this.announceOne(pod, value, subject === Subject.EndpointAdded, false)
    const apply = (): void => {
      for (const { pod, value, subject } of changes) this.applyOne(pod, value, subject)
    }
    if (this.propagation === 0) apply()
    else this.simulator.call(this.simulator.now + this.propagation, apply)
  }

  /** After an entry was logged: the balancers are notified after the propagation delay, or immediately when `atOnce`. */
  changed(atOnce: boolean): void {
    const version = this.cluster.view.log.version
    if (this.writer !== null && !atOnce) {
      while (this.direct?.next(version) === true); // its entries are announced when they are written
      this.collect(version, this.writer)
      return
    }
    const from = Math.max(this.simulator.now, this.heldUntil)
    if (this.direct !== null) {
      if (atOnce || from === this.simulator.now) this.announce(version, atOnce)
      else this.simulator.at(from, this.announces, version, 0)
    }
    if (atOnce || from + this.propagation === this.simulator.now) this.apply(version)
    else this.simulator.at(from + this.propagation, this.propagates, version, 0)
  }

  /** The controller that writes endpoints is down until this time; what was written before goes on its way. */
  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
  }

  /** The endpoint changes before this version of the log are to be written. */
  private collect(version: number, writer: (service: ServiceId) => void): void {
    const { cursor } = this
    while (cursor.next(version)) {
      const { subject, row, value } = cursor
      if (!isOfEndpoint(subject)) continue
      const service = serviceOfEndpoint(value)
      ;(this.changes[service] ??= []).push({ pod: row, value, subject })
      writer(service)
    }
  }

  /** Applies the endpoint changes before this version of the log. */
  private apply(version: number): void {
    const cursor = this.cursor
    while (cursor.next(version)) {
      if (isOfEndpoint(cursor.subject)) this.applyOne(cursor.row, cursor.value, cursor.subject)
    }
  }

  private applyOne(pod: PodId, value: number, subject: Subject): void {
    const to = this.rules[serviceOfEndpoint(value)]
    if (subject === Subject.EndpointAdded) {
      if (to === null) this.added(pod, value)
      else to.added(pod, value)
    } else if (subject === Subject.EndpointTerminating) to!.terminates(pod, value)
    else if (to === null) this.removed(pod, value)
    else to.removed(pod, value)
  }

  private removed(pod: PodId, value: number): void {
    this.network.removed(serviceOfEndpoint(value), pod)
    this.flows?.removed(serviceOfEndpoint(value), pod)
  }

  /** The changes before this version of the log are in the API. */
  private announce(version: number, atOnce: boolean): void {
    const cursor = this.direct!
    while (cursor.next(version)) {
      const { subject, row, value } = cursor
      if (subject === Subject.EndpointAdded) this.announceOne(row, value, true, atOnce)
      else if (subject === Subject.EndpointRemoved) this.announceOne(row, value, false, atOnce)
    }
  }

  private announceOne(pod: PodId, value: number, added: boolean, atOnce: boolean): void {
    const { views } = this.network
    const service = serviceOfEndpoint(value)
    if (this.rules[service] !== null) return // it has no viewers
    if (added) views?.added(service, pod, this.serverOf(pod, value), this.simulator.now, atOnce)
    else views?.removed(service, pod, this.simulator.now)
  }

  /** A pod that ended before this entry arrived is a backend that refuses every request, until the entry of its removal arrives. */
  private serverOf(pod: PodId, value: number): ServerId {
    return this.cluster.view.pods.epoch[pod] === epochOfEndpoint(value) ? this.servers.of(pod) : NONE
  }

  private added(pod: PodId, value: number): void {
    const service = serviceOfEndpoint(value)
    const server = this.serverOf(pod, value)
    this.flows?.added(service, pod, server)
    this.network.added(service, pod, server, server === NONE ? this.weightOf(service) : this.servers.balancing[server])
  }

  private weightOf(service: number): number {
    return this.workloads.find((workload) => workload.service === service)?.weight ?? 1
  }
}

const isOfEndpoint = (subject: Subject): boolean =>
  subject === Subject.EndpointAdded || subject === Subject.EndpointRemoved || subject === Subject.EndpointTerminating

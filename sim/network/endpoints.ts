/**
 * Endpoint changes on their way to the balancers: a reader of the cluster's log that stays `propagation` behind, so that a balancer sends
 * requests to pods that have ended and not yet to pods that are ready.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { epochOfEndpoint, serviceOfEndpoint } from '../cluster/entries.ts'
import { Subject, type LogCursor } from '../cluster/views.ts'
import { NONE, type PodId, type Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Servers } from '../serving/servers.ts'
import type { Flows } from '../serving/flow/flows.ts'
import type { Workload } from '../serving/spec.ts'
import type { Network } from './network.ts'

/** What the endpoints need of the run. */
export interface EndpointsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly servers: Servers
  readonly network: Network
  /** Null or absent: no load is a flow. */
  readonly flows?: Flows | null
  readonly input: { readonly workloads: readonly Workload[]; readonly delays: { readonly propagation: Time } }
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
  /** Changes before this time are announced then. */
  private heldUntil: Time = 0

  constructor({ simulator, cluster, servers, network, flows = null, input }: EndpointsRun) {
    this.simulator = simulator
    this.cluster = cluster
    this.servers = servers
    this.network = network
    this.flows = flows
    this.workloads = input.workloads
    this.propagation = input.delays.propagation
    this.cursor = cluster.view.log.open()
    this.propagates = simulator.register('endpoints propagate', (version) => this.apply(version))
  }

  /** After an entry was logged: the balancers are notified after the propagation delay, or immediately when `atOnce`. */
  changed(atOnce: boolean): void {
    const version = this.cluster.view.log.version
    const from = Math.max(this.simulator.now, this.heldUntil)
    if (atOnce || from + this.propagation === this.simulator.now) this.apply(version)
    else this.simulator.at(from + this.propagation, this.propagates, version, 0)
  }

  /** The controller that writes endpoints is down until this time; what was written before goes on its way. */
  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
  }

  /** Applies the endpoint changes before this version of the log. */
  private apply(version: number): void {
    const cursor = this.cursor
    while (cursor.next(version)) {
      if (cursor.subject === Subject.EndpointAdded) this.added(cursor.row, cursor.value)
      else if (cursor.subject === Subject.EndpointRemoved) {
        this.network.removed(serviceOfEndpoint(cursor.value), cursor.row)
        this.flows?.removed(serviceOfEndpoint(cursor.value), cursor.row)
      }
    }
  }

  private added(pod: PodId, value: number): void {
    const service = serviceOfEndpoint(value)
    // A pod that ended before this entry arrived is a backend that refuses every request, until the entry of its removal arrives.
    const server = this.cluster.view.pods.epoch[pod] === epochOfEndpoint(value) ? this.servers.of(pod) : NONE
    this.flows?.added(service, pod, server)
    this.network.added(service, pod, server, server === NONE ? this.weightOf(service) : this.servers.balancing[server])
  }

  private weightOf(service: number): number {
    return this.workloads.find((workload) => workload.service === service)?.weight ?? 1
  }
}

/**
 * Endpoints on their way to the balancers: a reader of the cluster's log that stays `propagation` behind, so that a balancer sends
 * requests to pods that have gone and not yet to pods that are ready.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { NONE, Subject } from '../cluster/views.ts'
import type { LogCursor } from '../cluster/views.ts'
import { epochOfEndpoint, serviceOfEndpoint } from '../cluster/entries.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { ServiceRun } from '../serving/flow.ts'
import type { PodNews } from './pod-reports.ts'
import type { Servers } from '../serving/servers.ts'

export class Endpoints {
  private readonly cursor: LogCursor

  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly services: readonly ServiceRun[]
  private readonly servers: Servers
  private readonly serverOf: (pod: number, epoch: number) => number
  private readonly propagation: number
  private readonly news: PodNews | null

  constructor(
    simulator: Simulator,
    cluster: Cluster,
    services: readonly ServiceRun[],
    servers: Servers,
    serverOf: (pod: number, epoch: number) => number,
    propagation: number,
    news: PodNews | null,
  ) {
    this.simulator = simulator
    this.cluster = cluster
    this.services = services
    this.servers = servers
    this.serverOf = serverOf
    this.propagation = propagation
    this.news = news
    this.cursor = cluster.view.log.open()
    simulator.on(Kind.EndpointsPropagate, (version) => this.learn(version))
  }

  /** After an entry was logged: the balancers learn of it in time, at once when `atOnce`. */
  changed(atOnce: boolean): void {
    const version = this.cluster.view.log.version
    if (atOnce || this.propagation === 0) this.learn(version)
    else this.simulator.at(this.simulator.now + this.propagation, Kind.EndpointsPropagate, version, 0)
  }

  private learn(version: number): void {
    const cursor = this.cursor
    while (cursor.next(version)) {
      if (cursor.subject === Subject.EndpointAdded) this.added(cursor.row, cursor.value)
      else if (cursor.subject === Subject.EndpointRemoved) {
        for (const device of this.services[serviceOfEndpoint(cursor.value)].devices) device.removed(cursor.row)
      }
    }
  }

  private added(pod: number, value: number): void {
    const service = this.services[serviceOfEndpoint(value)]
    // A pod that went away faster than the news of it travels is a backend that refuses everything, until the second news.
    const server = this.serverOf(pod, epochOfEndpoint(value))
    const epoch = server === NONE ? 0 : this.servers.epoch[server]
    for (const device of service.devices) device.added(pod, server, epoch, service.spec.weight)
    if (server !== NONE) this.news?.joined(server)
  }
}

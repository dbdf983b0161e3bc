/**
 * The load of services as autoscalers, the sampler and the metrics read it. They know only this interface, so that a service whose requests
 * are simulated one by one and one whose load is a flow look the same to them.
 */
import { NONE, type PodId, type ServerId, type ServiceId, type Time } from '../common/ids.ts'
import { Histogram } from '../measure/histogram.ts'
import type { ClientRun } from './client-run.ts'
import type { Clients } from './clients.ts'
import type { CpuShares } from './cpu-shares.ts'
import type { PodCohorts } from './flow/cohorts.ts'
import type { Flows } from './flow/flows.ts'
import type { Servers } from './servers.ts'

/** Load by service and by ready pod; a ready pod is named by its server row. */
export interface ServiceLoad {
  /** The serving side of a pod, NONE when it is not ready (or has ended). */
  serverOf(pod: PodId): ServerId
  /** Counts the uses of a server row: two readings with different epochs are of different pods. */
  epoch(server: ServerId): number
  /** Whether the pod is in the endpoints, and since when that is so [µs]. */
  isListed(server: ServerId): boolean
  listedSince(server: ServerId): Time
  /** Counts the pods of the service (NONE: of workloads without one) that became ready, began to terminate or ended. */
  changes(service: ServiceId): number
  /** Whether anyone sends requests to the service: clients from outside or other services. */
  isCalled(service: ServiceId): boolean
  /** Requests offered to the service since the origin, by clients and by other services, first tries only. */
  offered(service: ServiceId): number
  /** CPU work done by the pod since it became ready [core-µs], up to now. */
  cpuUsed(server: ServerId): number
  /** CPU that the pod requests [millicores]. */
  cpuRequest(server: ServerId): number
  /** Requests in the pod. */
  inside(server: ServerId): number
  /** Requests in the pod that have no thread. */
  backlog(server: ServerId): number
  /** Null: each pod of the service has a load of its own. */
  cohorts(service: ServiceId): PodCohorts | null
  /** Latency that the share q of the window's requests did not exceed [µs]; NaN without requests. */
  latencyQuantile(service: ServiceId, q: number): number
  /** Ready pods that nobody sends requests to, and the CPU that they request [millicores]. */
  uncalled(): { readonly count: number; readonly request: number }
  /** Calls back for each server of a called service, in order of rows; `listed` is false for pods that are terminating. */
  eachServer(visit: (server: ServerId, listed: boolean) => void): void
}

/** What the load is read from. */
export interface LoadRun {
  readonly servers: Servers
  readonly shares: CpuShares
  readonly clients: Clients
  /** Null or absent: no load is a flow. */
  readonly flows?: Flows | null
  readonly input: { readonly services: readonly unknown[] }
}

/** The load of services whose requests are simulated one by one, and of those whose load is a flow. */
export class RequestLoad implements ServiceLoad {
  private readonly servers: Servers
  private readonly shares: CpuShares
  /** Whether any service is called. */
  private readonly anyCalled: boolean
  /** By service. */
  private readonly clientsOf: readonly (readonly ClientRun[])[]

  private readonly flows: Flows | null

  constructor({ servers, shares, clients, flows = null, input }: LoadRun) {
    this.servers = servers
    this.flows = flows
    this.shares = shares
    const clientsOf: ClientRun[][] = input.services.map(() => [])
    for (const client of clients.all) clientsOf[client.spec.service].push(client)
    this.clientsOf = clientsOf
    this.anyCalled = clientsOf.some((called) => called.length > 0)
  }

  serverOf(pod: PodId): ServerId {
    return this.servers.of(pod)
  }

  epoch(server: ServerId): number {
    return this.servers.epoch[server]
  }

  isListed(server: ServerId): boolean {
    return this.servers.listed[server] === 1
  }

  listedSince(server: ServerId): Time {
    return this.servers.listedSince[server]
  }

  changes(service: ServiceId): number {
    return this.servers.changes(service)
  }

  isCalled(service: ServiceId): boolean {
    return service !== NONE && this.clientsOf[service].length > 0
  }

  offered(service: ServiceId): number {
    if (this.flows?.isFlow(service) === true) return this.flows.offered(service)
    let offered = 0
    for (const { ledger } of this.clientsOf[service]) offered += ledger.arrived
    return offered
  }

  cpuUsed(server: ServerId): number {
    const service = this.servers.service[server]
    if (this.flows?.isFlow(service) === true) return this.flows.cpuUsed(service, server)
    this.shares.advance(server)
    return this.servers.used[server]
  }

  cpuRequest(server: ServerId): number {
    return this.servers.weight[server]
  }

  inside(server: ServerId): number {
    const service = this.servers.service[server]
    if (this.flows?.isFlow(service) === true) return this.flows.inside(service, server)
    return this.servers.inside[server]
  }

  backlog(server: ServerId): number {
    const service = this.servers.service[server]
    if (this.flows?.isFlow(service) === true) return this.flows.queued(service, server)
    return this.servers.inside[server] - this.servers.busy[server] - this.servers.calling[server]
  }

  cohorts(service: ServiceId): PodCohorts | null {
    return this.flows === null ? null : this.flows.cohorts(service)
  }

  latencyQuantile(service: ServiceId, q: number): number {
    const latency = new Histogram()
    for (const { ledger } of this.clientsOf[service]) latency.merge(ledger.latency)
    return latency.count === 0 ? NaN : latency.quantile(q)
  }

  uncalled(): { readonly count: number; readonly request: number } {
    let count = 0
    let request = 0
    for (let service = NONE; service < this.clientsOf.length; service++) {
      if (this.isCalled(service)) continue
      const listed = this.servers.listedOf(service)
      count += listed.count
      request += listed.weight
    }
    return { count, request }
  }

  eachServer(visit: (server: ServerId, listed: boolean) => void): void {
    const { servers } = this
    if (!this.anyCalled) return
    for (let server = 0; server < servers.high; server++) {
      if (this.isCalled(servers.service[server]) && servers.isAlive(server)) visit(server, servers.listed[server] === 1)
    }
  }
}

/**
 * The serving side of a pod: threads, the queue before them, and the virtual work of the requests that need CPU. A server is a row; it
 * exists from the pod's readiness to its end, and the row is reused under a new epoch.
 */
import { NONE, type NodeId, type PodId, type ServerId, type ServiceId, type Time } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'
import type { Workload } from './spec.ts'

export const ServerState = {
  Free: 0,
  Accepting: 1,
  /** Terminating, past its preStop time: further requests are refused, those inside continue. */
  Refusing: 2,
  /** Its node is down: requests get no answer of any kind. */
  Silent: 3,
} as const
export type ServerState = (typeof ServerState)[keyof typeof ServerState]

/** What a server starts with. */
export interface Opening {
  readonly pod: PodId
  readonly node: NodeId
  readonly service: ServiceId
  /** CPU request and limit of the pod [millicores]. */
  readonly request: number
  readonly limit: number
  readonly workload: Pick<Workload, 'threads' | 'queue' | 'weight' | 'async'>
}

/** Weight under contention of a pod that requests no CPU: the smallest cgroup weight, 2 of 1024 shares a core. */
const MIN_WEIGHT = 2

export class Servers extends ColumnTable {
  private readonly freeRows: number[] = []
  /** By pod: its server. */
  private byPod = new Int32Array(64).fill(NONE)
  /** By service + 1: rows opened, delisted and given. */
  private readonly changed: number[] = []
  /** By service + 1: listed rows, and the sum of their weights [millicores]. */
  private readonly listedRows: number[] = []
  private readonly listedWeight: number[] = []
  /** Rows ever used. */
  high = 0

  state = this.column(Uint8Array)
  epoch = this.column(Int32Array)
  pod = this.column(Int32Array, NONE)
  service = this.column(Int32Array, NONE)
  /** Weight that weighted balancers read. */
  balancing = this.column(Int32Array)
  node = this.column(Int32Array)
  /** 1: in the endpoints, counted among the ready pods. And since when that is so. */
  listed = this.column(Uint8Array)
  listedSince = this.column(Float64Array)

  /** Requests worked on at once; Infinity for processor sharing. */
  threads = this.column(Float64Array)
  /** Requests that may be queued for a thread. */
  queueLimit = this.column(Float64Array)
  /** Most CPU the pod may take [millicores], Infinity without a limit, and its weight under contention [millicores]. */
  limit = this.column(Float64Array)
  weight = this.column(Float64Array)

  /** Requests in the pod: queued, blocked, calling and running. */
  inside = this.column(Int32Array)
  /** Threads held: blocked and running, and calling unless `async`. */
  busy = this.column(Int32Array)
  /** 1: requests give their thread back while they call. And the requests without a thread that are calling. */
  async = this.column(Uint8Array)
  calling = this.column(Int32Array)
  /** CPU work of a request relative to what it asks for, and the share of requests that are answered with an error. */
  slowness = this.column(Float64Array, 1)
  errors = this.column(Float64Array)
  /** When the server opened, and the tries that have entered it since then, or since the end of warm-up. */
  opened = this.column(Float64Array)
  entered = this.column(Int32Array)
  queueHead = this.column(Int32Array, NONE)
  queueTail = this.column(Int32Array, NONE)

  /** CPU demanded now: min(running cores, limit) [millicores]. */
  demand = this.column(Float64Array)
  /** Cores that each running request gets. */
  rate = this.column(Float64Array)
  /** Work done by each request that has been running since the server was last idle [core-µs], and when that was last updated. */
  virtual = this.column(Float64Array)
  updated = this.column(Float64Array)
  /** CPU work done since the server opened [core-µs]. */
  used = this.column(Float64Array)
  /** Handle of the pending end of work, and its time. */
  event = this.column(Int32Array, NONE)
  eventTime = this.column(Float64Array)
  /** When `inside` last changed, for time-weighted counts. */
  insideSince = this.column(Float64Array)

  /** Other servers on the same node. */
  nextOnNode = this.column(Int32Array, NONE)
  previousOnNode = this.column(Int32Array, NONE)

  /** The server of a pod, NONE when it does not serve (any longer). */
  of(pod: PodId): ServerId {
    return pod < this.byPod.length ? this.byPod[pod] : NONE
  }

  take(): ServerId {
    const reused = this.freeRows.pop()
    if (reused !== undefined) return reused
    this.reserve(this.high + 1)
    return this.high++
  }

  /** A row for a pod that becomes ready: accepting, listed, idle. */
  open({ pod, node, service, request, limit, workload }: Opening, now: Time): ServerId {
    const server = this.take()
    this.state[server] = ServerState.Accepting
    this.pod[server] = pod
    if (pod >= this.byPod.length) this.byPod = grown(this.byPod, Math.max(pod + 1, 2 * this.byPod.length), NONE)
    this.byPod[pod] = server
    this.service[server] = service
    this.balancing[server] = workload.weight
    this.node[server] = node
    this.listed[server] = 1
    this.listedSince[server] = now
    this.threads[server] = workload.threads === 0 ? Infinity : workload.threads
    this.queueLimit[server] = workload.queue
    this.limit[server] = limit
    this.weight[server] = Math.max(request, MIN_WEIGHT)
    this.inside[server] = 0
    this.busy[server] = 0
    this.async[server] = workload.async === true ? 1 : 0
    this.calling[server] = 0
    this.slowness[server] = 1
    this.errors[server] = 0
    this.opened[server] = now
    this.entered[server] = 0
    this.demand[server] = 0
    this.virtual[server] = 0
    this.used[server] = 0
    this.updated[server] = now
    this.insideSince[server] = now
    this.count(server, 1)
    this.note(service)
    return server
  }

  /** The pod terminates: it is not in the endpoints any more. */
  delist(row: ServerId, now: Time): void {
    this.leave(row)
    this.listedSince[row] = now
    this.note(this.service[row])
  }

  /** The pod is ready again. */
  relist(row: ServerId, now: Time): void {
    if (this.listed[row] === 0) this.count(row, 1)
    this.listed[row] = 1
    this.listedSince[row] = now
    this.insideSince[row] = now
    this.note(this.service[row])
  }

  /** How the release that the pod runs behaves. */
  behaves(row: ServerId, slowness: number, errors: number): void {
    this.slowness[row] = slowness
    this.errors[row] = errors
  }

  /** Whether a process serves behind the row. */
  isAlive(row: ServerId): boolean {
    return this.state[row] === ServerState.Accepting || this.state[row] === ServerState.Refusing
  }

  /** Counts the servers of a service (or of none) that were opened, delisted or given. */
  changes(service: ServiceId): number {
    return this.changed[service + 1] ?? 0
  }

  private leave(row: ServerId): void {
    if (this.listed[row] === 1) this.count(row, -1)
    this.listed[row] = 0
  }

  private count(row: ServerId, change: 1 | -1): void {
    const place = this.service[row] + 1
    this.listedRows[place] = (this.listedRows[place] ?? 0) + change
    this.listedWeight[place] = (this.listedWeight[place] ?? 0) + change * this.weight[row]
  }

  /** Rows of the service (or of none) that are listed, and the sum of their weights [millicores]. */
  listedOf(service: ServiceId): { readonly count: number; readonly weight: number } {
    return { count: this.listedRows[service + 1] ?? 0, weight: this.listedWeight[service + 1] ?? 0 }
  }

  private note(service: ServiceId): void {
    this.changed[service + 1] = this.changes(service) + 1
  }

  /** The row may be reused; a reference that keeps its epoch can tell that the server has ended. */
  give(row: ServerId): void {
    this.leave(row)
    this.state[row] = ServerState.Free
    this.epoch[row]++
    this.note(this.service[row])
    if (this.pod[row] !== NONE) this.byPod[this.pod[row]] = NONE
    this.pod[row] = NONE
    this.freeRows.push(row)
  }
}

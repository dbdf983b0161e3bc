/**
 * What pods measure about themselves for balancers that ask: latencies for answers to probes, the queue and the service time that come with a
 * response, and periodic reports of load. There are no PodSignals when no balancer wants any of it.
 */
import { NONE, type RequestId, type ServerId, type ServiceId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { Requests } from '../serving/requests.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import type { BalancerInstance } from './balancer-instance.ts'
import { LatencyRings } from './latency-rings.ts'

/** What the signals need of the run. */
export interface PodSignalsRun {
  readonly simulator: Simulator
  readonly requests: Requests
  readonly servers: Servers
  readonly shares: CpuShares
  /** By service. */
  readonly instancesTo: readonly (readonly BalancerInstance[])[]
  /** The instance may have a backend for a request that it holds. */
  offer(instance: BalancerInstance): void
}

/** A row per row of `Requests`: the try in its pod. */
class TryRows extends ColumnTable {
  /** When it reached the pod, the requests that it found there, and the time that the request had been queued in pods before. */
  arrived = this.column(Float64Array)
  found = this.column(Int32Array)
  queued = this.column(Float64Array)
  /** With the response: the requests left behind, and the time that the pod worked on it. */
  inside = this.column(Int32Array)
  service = this.column(Float64Array)
}

/** A row per server: what it has done since its last report. */
class LoadRows extends ColumnTable {
  epoch = this.column(Int32Array, NONE)
  answered = this.column(Int32Array)
  errors = this.column(Int32Array)
  /** CPU work done until the last report [core-µs]. */
  used = this.column(Float64Array)
}

/** Balancer instances of one service that get reports of load at the same times. */
interface Audience {
  readonly service: ServiceId
  readonly period: Time
  readonly instances: readonly BalancerInstance[]
}

const SECOND = 1e6

export class PodSignals {
  private readonly tries = new TryRows()
  private readonly rings = new LatencyRings()
  private readonly loads = new LoadRows()
  private readonly audiences: readonly Audience[]
  private readonly run: PodSignalsRun
  private readonly reports: number
  private started = false

  private constructor(run: PodSignalsRun) {
    this.run = run
    this.reports = run.simulator.register('pods report load', (audience) => this.report(audience))
    this.audiences = run.instancesTo.flatMap((instances, service) => {
      const periods = new Set(instances.flatMap(({ loadPeriod }) => (loadPeriod > 0 ? [loadPeriod] : [])))
      return [...periods].map((period) => ({ service, period, instances: instances.filter(({ loadPeriod }) => loadPeriod === period) }))
    })
  }

  /** Null when no balancer wants any signal. */
  static of(run: PodSignalsRun): PodSignals | null {
    const wanted = run.instancesTo.some((list) => list.some((one) => one.readsLatency || one.readsAnswers || one.loadPeriod > 0))
    return wanted ? new PodSignals(run) : null
  }

  /** A try reaches its pod. */
  arrived(request: RequestId): void {
    const { tries } = this
    const { requests, servers, simulator } = this.run
    tries.reserve(request + 1)
    const server = requests.server[request]
    tries.arrived[request] = simulator.now
    tries.found[request] = server === NONE ? 0 : servers.inside[server]
    tries.queued[request] = requests.queued[request]
    if (!this.started) this.start()
  }

  /** Periods of reports begin with the first request. */
  private start(): void {
    this.started = true
    const { simulator } = this.run
    this.audiences.forEach(({ period }, row) => simulator.at(simulator.now + period, this.reports, row, 0))
  }

  /** The response leaves its pod. */
  left(request: RequestId): void {
    const { tries, rings, loads } = this
    const { requests, servers, simulator } = this.run
    const server = requests.server[request]
    const latency = simulator.now - tries.arrived[request]
    tries.inside[request] = servers.inside[server]
    tries.service[request] = latency - (requests.queued[request] - tries.queued[request])
    rings.record(server, servers.epoch[server], tries.found[request], latency)
    this.open(server)
    loads.answered[server]++
  }

  /** The pod refused, rejected or lost a try, or answered it with an error. */
  failed(request: RequestId): void {
    const { requests, servers } = this.run
    const server = requests.server[request]
    if (server === NONE || servers.epoch[server] !== requests.serverEpoch[request]) return
    this.open(server)
    this.loads.errors[server]++
  }

  /** The response reaches the balancer. */
  pass(request: RequestId, instance: BalancerInstance): void {
    if (!instance.readsAnswers) return
    const { requests } = this.run
    instance.answered(requests.slot[request], requests.slotEpoch[request], this.tries.inside[request], this.tries.service[request])
  }

  /** For an answer to a probe. */
  latencyOf(server: ServerId): Time {
    const { servers } = this.run
    return this.rings.median(server, servers.epoch[server], servers.inside[server])
  }

  private open(server: ServerId): void {
    const { loads } = this
    const { servers } = this.run
    loads.reserve(server + 1)
    if (loads.epoch[server] === servers.epoch[server]) return
    loads.epoch[server] = servers.epoch[server]
    loads.answered[server] = 0
    loads.errors[server] = 0
    loads.used[server] = 0
  }

  private report(row: number): void {
    const { simulator, servers } = this.run
    const { service, period, instances } = this.audiences[row]
    for (let server = 0; server < servers.high; server++)
      if (servers.service[server] === service && servers.state[server] === ServerState.Accepting) this.reportOne(server, period, instances)
    for (const instance of instances) this.run.offer(instance)
    simulator.at(simulator.now + period, this.reports, row, 0)
  }

  private reportOne(server: ServerId, period: Time, instances: readonly BalancerInstance[]): void {
    const { servers, shares } = this.run
    const { loads } = this
    this.open(server)
    shares.advance(server)
    const used = servers.used[server] - loads.used[server]
    const cores = (servers.limit[server] === Infinity ? servers.weight[server] : servers.limit[server]) / 1000
    const rate = (loads.answered[server] * SECOND) / period
    const errors = (loads.errors[server] * SECOND) / period
    for (const instance of instances) instance.loadReported(server, servers.epoch[server], rate, used / period / cores, errors)
    loads.used[server] = servers.used[server]
    loads.answered[server] = 0
    loads.errors[server] = 0
  }
}

/**
 * Adaptive limits of the requests in each pod: a request beyond the limit of its pod is rejected at once. A limit acts through the columns that the pod's queue reads anyway:
 * threads up to the limit, and a queue of what the limit has beyond the threads.
 */
import { NONE, type RequestId, type ServerId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { RandomStream, Streams } from '../../random/stream.ts'
import type { Requests } from '../requests.ts'
import { ServerState, type Servers } from '../servers.ts'
import type { Workload } from '../spec.ts'
import type { Limiter } from './limiter.ts'
import { limiterOf } from './limiter-of.ts'

/** What the limits need of the run. */
export interface PodLimitsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly servers: Servers
  readonly input: { readonly workloads: readonly Pick<Workload, 'service' | 'concurrency' | 'threads' | 'queue'>[] }
}

/** A row per row of `Requests`: when the try reached its pod, and the requests in it then. */
class Arrivals extends ColumnTable {
  time = this.column(Float64Array)
  inFlight = this.column(Int32Array)
}

/** The limit of a server row, of the pod that had this epoch. */
interface Limited {
  readonly epoch: number
  readonly limiter: Limiter
  readonly workload: PodLimitsRun['input']['workloads'][number]
}

export class PodLimits {
  private readonly run: PodLimitsRun
  private readonly arrivals = new Arrivals()
  private readonly limited: (Limited | undefined)[] = []
  /** By service; undefined: without a limit. */
  private readonly workloads: (PodLimitsRun['input']['workloads'][number] | undefined)[] = []
  private readonly random: RandomStream

  private constructor(run: PodLimitsRun) {
    this.run = run
    this.random = run.streams.stream('concurrency limits')
    for (const workload of run.input.workloads)
      if (workload.service !== NONE && workload.concurrency !== undefined) this.workloads[workload.service] = workload
  }

  /** Null when no workload has a limit. */
  static of(run: PodLimitsRun): PodLimits | null {
    return run.input.workloads.some(({ concurrency }) => concurrency !== undefined) ? new PodLimits(run) : null
  }

  /** A try is about to enter its pod. */
  arrived(request: RequestId): void {
    const { requests, servers, simulator } = this.run
    const server = requests.server[request]
    if (server === NONE || servers.epoch[server] !== requests.serverEpoch[request] || this.of(server) === undefined) return
    this.arrivals.reserve(request + 1)
    this.arrivals.time[request] = simulator.now
    this.arrivals.inFlight[request] = servers.inside[server] + 1
  }

  /** A try has left its pod, answered or given up by its client. */
  left(request: RequestId, dropped: boolean): void {
    const { requests, servers, simulator } = this.run
    const server = requests.server[request]
    if (server === NONE || servers.epoch[server] !== requests.serverEpoch[request]) return
    const limited = this.of(server)
    if (limited === undefined) return
    const time: Time = Math.max(1, simulator.now - this.arrivals.time[request])
    limited.limiter.left(time, this.arrivals.inFlight[request], dropped)
    this.set(server, limited)
  }

  /** Mean limit of the pods that accept requests, at the end of a run; NaN without any. */
  mean(): number {
    const { servers } = this.run
    let sum = 0
    let count = 0
    for (let server = 0; server < servers.high; server++) {
      if (servers.state[server] !== ServerState.Accepting) continue
      const limited = this.of(server)
      if (limited === undefined) continue
      sum += limited.limiter.limit
      count++
    }
    return sum / count
  }

  private of(server: ServerId): Limited | undefined {
    const { servers } = this.run
    const known = this.limited[server]
    if (known !== undefined && known.epoch === servers.epoch[server]) return known
    const workload = servers.service[server] === NONE ? undefined : this.workloads[servers.service[server]]
    if (workload?.concurrency === undefined) return undefined
    const limited = { epoch: servers.epoch[server], limiter: limiterOf(workload.concurrency, this.random), workload }
    this.limited[server] = limited
    this.set(server, limited)
    return limited
  }

  private set(server: ServerId, { limiter, workload }: Limited): void {
    const { servers } = this.run
    const threads = workload.threads === 0 ? Infinity : workload.threads
    servers.threads[server] = Math.min(threads, limiter.limit)
    servers.queueLimit[server] = Math.min(workload.queue, Math.max(0, limiter.limit - threads))
  }
}

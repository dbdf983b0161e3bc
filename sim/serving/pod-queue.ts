/**
 * What a pod does with the tries that reach it: admission, threads, the queue before them, time without CPU, CPU work, and the end of all
 * of it when the pod is killed.
 */
import { NONE, type RequestId, type ServerId, type Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Imbalance } from '../measure/imbalance.ts'
import { Cause } from '../measure/ledger.ts'
import type { KeyedStream } from '../random/stream.ts'
import type { CpuShares } from './cpu-shares.ts'
import type { BatchQueue, Engines } from './inference/engines.ts'
import type { InsideListener, Outlet, PodQueueRun, Program } from './pod-queue-run.ts'
import { isInPod, RequestState, type Requests } from './requests.ts'
import { ServerState, type Servers } from './servers.ts'
import { WaitingLines } from './waiting-lines.ts'
import type { WorkHeaps } from './work-heaps.ts'

export class PodQueue implements BatchQueue {
  private readonly done: number[] = []
  private outlet!: Outlet
  private listener: InsideListener | null = null
  /** Notified when a pod gets its first request after none; null when nobody wants to know. */
  private watcher: ((server: ServerId) => void) | null = null
  /** Notified when a request has entered a pod. */
  private entered: ((server: ServerId) => void) | null = null
  /** Notified when a request gets a thread. */
  private started: ((request: RequestId) => void) | null = null
  /** Null: no service has further steps. */
  private program: Program | null = null
  /** Null: no pod serves a language model. */
  private readonly engines: Engines | null
  /** Called when a refusing server holds no request any more. */
  private emptied!: (server: ServerId) => void
  private readonly simulator: Simulator
  private readonly requests: Requests
  private readonly servers: Servers
  private readonly heaps: WorkHeaps
  private readonly shares: CpuShares
  private readonly lines: WaitingLines
  private readonly imbalance: readonly Imbalance[]
  private readonly errorDraws: KeyedStream
  private readonly waitEndsKind: number

  constructor({ simulator, streams, requests, servers, heaps, shares, imbalance, engines = null }: PodQueueRun) {
    this.errorDraws = streams.keyed('answers with an error')
    this.simulator = simulator
    this.requests = requests
    this.servers = servers
    this.lines = new WaitingLines(simulator, requests, servers)
    this.heaps = heaps
    this.shares = shares
    this.imbalance = imbalance
    this.engines = engines
    engines?.servedBy(this)
    this.waitEndsKind = simulator.register('wait in pod ends', (request) => this.waitEnds(request))
    simulator.on(shares.workEnds, (server) => this.workEnds(server))
  }

  /** Called once, by the network; `listener` is null when no balancer wants to know. */
  leadsTo(outlet: Outlet, listener: InsideListener | null): void {
    this.outlet = outlet
    this.listener = listener
  }

  /** Called once, by the probes of pods. */
  whenBusy(watcher: (server: ServerId) => void): void {
    this.watcher = watcher
  }

  /** Called once, by the memory of containers. */
  whenEntered(entered: (server: ServerId) => void): void {
    this.entered = entered
  }

  /** Called once, by the tied requests of clients. */
  whenStarted(started: (request: RequestId) => void): void {
    this.started = started
  }

  /** Called once, by the calls between services. */
  follows(program: Program): void {
    this.program = program
  }

  /** Called once, by the pod life cycle. */
  whenEmptied(emptied: (server: ServerId) => void): void {
    this.emptied = emptied
  }

  /** The end of warm-up: time-weighted counts start again. */
  windowBegins(now: Time): void {
    for (const imbalance of this.imbalance) imbalance.reset(now)
    this.servers.insideSince.fill(now)
    this.servers.entered.fill(0)
  }

  /** A try reaches the pod. */
  deliver(request: RequestId): void {
    const requests = this.requests
    const servers = this.servers
    const server = requests.server[request]
    requests.timer[request] = NONE
    if (servers.epoch[server] !== requests.serverEpoch[request] || servers.state[server] !== ServerState.Accepting) {
      this.notDelivered(request, server)
      return
    }
    if (servers.errors[server] > 0 && this.answersWithError(request, servers.errors[server])) {
      this.outlet.failed(request, Cause.Failed)
      return
    }
    if (this.engines !== null && requests.client[request] !== NONE && this.engines.runs(server)) {
      this.join(request, server, this.engines)
      return
    }
    if (servers.busy[server] < servers.threads[server]) {
      servers.entered[server]++
      if (this.program !== null) this.follow(request, server, this.program)
      this.insideChanged(server, 1)
      this.begin(request, server)
      if (requests.state[request] === RequestState.Running) this.shares.demandChanged(server)
      return
    }
    if (servers.inside[server] - servers.busy[server] - servers.calling[server] >= servers.queueLimit[server]) {
      this.outlet.failed(request, Cause.Rejected)
      return
    }
    servers.entered[server]++
    if (this.program !== null) this.follow(request, server, this.program)
    this.insideChanged(server, 1)
    this.lines.enqueue(request, server)
  }

  private answersWithError(request: RequestId, share: number): boolean {
    const { client, ordinal, attempt } = this.requests
    return client[request] !== NONE && this.errorDraws.at(ordinal[request], attempt[request]) < share
  }

  /** The steps of a request begin; health checks have none. */
  private follow(request: RequestId, server: ServerId, program: Program): void {
    if (this.requests.client[request] !== NONE && program.hasSteps(this.servers.service[server])) program.delivered(request)
  }

  /** A connection is refused; a node that is down does not even do that, so the try ends by its timeout. */
  private notDelivered(request: RequestId, server: ServerId): void {
    const { requests, servers } = this
    if (servers.epoch[server] === requests.serverEpoch[request] && servers.state[server] === ServerState.Silent)
      requests.state[request] = RequestState.InNetwork
    else this.outlet.failed(request, Cause.Refused)
  }

  /** A request gets a thread. The caller informs the shares when the request needs CPU at once. */
  private begin(request: RequestId, server: ServerId): void {
    const requests = this.requests
    this.servers.busy[server]++
    if (this.started !== null) this.started(request)
    const wait = requests.wait[request]
    if (wait > 0) {
      requests.state[request] = RequestState.Blocked
      requests.timer[request] = this.simulator.at(this.simulator.now + wait, this.waitEndsKind, request, 0)
    } else if (requests.work[request] > 0) this.run(request, server)
    else this.pause(request, server)
  }

  private run(request: RequestId, server: ServerId): void {
    this.requests.state[request] = RequestState.Running
    this.shares.advance(server)
    this.heaps.push(server, this.servers.virtual[server] + this.requests.work[request] * this.servers.slowness[server], request)
  }

  private waitEnds(request: RequestId): void {
    const server = this.requests.server[request]
    this.requests.timer[request] = NONE
    this.run(request, server)
    this.shares.demandChanged(server)
  }

  private workEnds(server: ServerId): void {
    const { servers, heaps, shares, done } = this
    servers.event[server] = NONE
    shares.advance(server)
    let count = 0
    while (shares.firstIsFinished(server)) done[count++] = heaps.pop(server)
    const { program } = this
    if (program !== null && count > 0 && program.hasSteps(servers.service[server])) count = this.pauseAll(count, server)
    servers.busy[server] -= count
    this.insideChanged(server, -count)
    this.startQueued(server)
    shares.demandChanged(server)
    for (let i = 0; i < count; i++) this.outlet.respond(done[i])
    if (servers.inside[server] === 0 && servers.state[server] === ServerState.Refusing) this.emptied(server)
  }

  /** The first `count` finished requests have further steps, except health checks; returns the number of these, which come first then. */
  private pauseAll(count: number, server: ServerId): number {
    const { done, requests } = this
    let checks = 0
    for (let i = 0; i < count; i++) {
      if (requests.client[done[i]] === NONE) done[checks++] = done[i]
      else this.pause(done[i], server)
    }
    return checks
  }

  /** A step is done. An async request gives its thread back until it is known whether the next step needs one. */
  private pause(request: RequestId, server: ServerId): void {
    const { requests, servers } = this
    requests.state[request] = RequestState.Calling
    if (servers.async[server] === 1) {
      servers.busy[server]--
      servers.calling[server]++
    }
    this.program!.stepDone(request)
  }

  /** The next step of a paused request is `wait` and `work` of its row. An async request may be queued for a thread, whatever the limit of the queue. */
  resume(request: RequestId): void {
    const { requests, servers } = this
    const server = requests.server[request]
    if (servers.async[server] === 0)
      servers.busy[server]-- // `begin` takes the thread again
    else {
      servers.calling[server]--
      if (servers.busy[server] >= servers.threads[server]) {
        this.lines.enqueue(request, server)
        return
      }
    }
    this.begin(request, server)
    if (requests.state[request] === RequestState.Running) this.shares.demandChanged(server)
  }

  /** A paused request leaves its pod: answered (NONE), or failed. */
  finish(request: RequestId, cause: Cause | typeof NONE): void {
    this.leavePaused(request)
    if (cause === NONE) this.outlet.respond(request)
    else this.outlet.failed(request, cause)
  }

  private leavePaused(request: RequestId): void {
    const { requests, servers } = this
    const server = requests.server[request]
    this.shares.advance(server)
    if (servers.async[server] === 1) servers.calling[server]--
    else servers.busy[server]--
    this.leaves(request, server)
  }

  /** The thread or place of the request is free. It is out of the pod before an empty pod may be killed, or the kill would end it a second time. */
  private leaves(request: RequestId, server: ServerId): void {
    const { requests, servers } = this
    requests.state[request] = RequestState.InNetwork
    this.insideChanged(server, -1)
    this.startQueued(server)
    this.shares.demandChanged(server)
    if (servers.inside[server] === 0 && servers.state[server] === ServerState.Refusing) this.emptied(server)
  }

  // ---- pods that serve a language model

  private join(request: RequestId, server: ServerId, engines: Engines): void {
    const { servers } = this
    if (!engines.fits(request) || servers.inside[server] - servers.busy[server] >= servers.queueLimit[server]) {
      this.outlet.failed(request, Cause.Rejected)
      return
    }
    servers.entered[server]++
    this.insideChanged(server, 1)
    this.lines.enqueue(request, server)
    engines.queued(request)
  }

  first(server: ServerId): RequestId {
    return this.lines.first(server)
  }

  admitted(request: RequestId): void {
    const { requests } = this
    const server = requests.server[request]
    this.lines.takeFirst(request, server)
    requests.state[request] = RequestState.Blocked
    this.servers.busy[server]++
    if (this.started !== null) this.started(request)
  }

  preempted(request: RequestId): void {
    const server = this.requests.server[request]
    this.servers.busy[server]--
    this.lines.putBack(request, server)
  }

  finished(request: RequestId): void {
    const { servers } = this
    const server = this.requests.server[request]
    servers.busy[server]--
    this.insideChanged(server, -1)
    this.outlet.respond(request)
    if (servers.inside[server] === 0 && servers.state[server] === ServerState.Refusing) this.emptied(server)
  }

  // ---- the ends of requests

  /** Free threads take the oldest queued requests. */
  private startQueued(server: ServerId): void {
    const { lines, servers } = this
    if (this.engines !== null && this.engines.runs(server)) return
    for (let first = lines.first(server); first >= 0 && servers.busy[server] < servers.threads[server]; first = lines.first(server)) {
      lines.takeFirst(first, server)
      this.begin(first, server)
    }
  }

  /** Takes a try out of its pod: queued, blocked, calling or running. */
  abort(request: RequestId): void {
    const { requests, servers } = this
    const server = requests.server[request]
    const state = requests.state[request]
    if (state === RequestState.Calling) {
      this.program!.abandoned(request)
      this.leavePaused(request)
      return
    }
    if (state === RequestState.Blocked) {
      if (requests.timer[request] === NONE) this.engines!.removed(request)
      else this.simulator.cancel(requests.timer[request])
      requests.timer[request] = NONE
    }
    this.shares.advance(server) // the running requests get new rates below
    if (state === RequestState.Queued) {
      const first = this.lines.first(server) === request
      this.lines.remove(request, server)
      if (first && this.engines !== null && this.engines.runs(server)) this.engines.firstLeft(server)
    } else {
      if (state === RequestState.Running) this.heaps.remove(server, request)
      servers.busy[server]--
    }
    this.leaves(request, server)
  }

  /**
   * The pod is killed: queued requests are reset, those it works on are lost. Afterwards the server is empty. When the kill is `silent`, the
   * clients notice it by their timeouts.
   */
  kill(server: ServerId, silent: boolean): void {
    const { requests, servers } = this
    // A kill is rare: a scan of all rows in use is cheaper than a list of each server's requests kept all the time.
    const victims: number[] = []
    for (let row = 0; row < requests.high; row++) {
      if (isInPod(requests.state[row]) && requests.server[row] === server) victims.push(row)
    }
    if (this.engines !== null) this.engines.ended(server)
    this.shares.advance(server)
    this.heaps.size[server] = 0
    servers.busy[server] = 0
    servers.calling[server] = 0
    this.lines.clear(server)
    this.insideChanged(server, -servers.inside[server])
    this.shares.demandChanged(server)
    for (const row of victims) {
      if (requests.state[row] === RequestState.Blocked) {
        if (requests.timer[row] !== NONE) this.simulator.cancel(requests.timer[row])
      } else if (requests.state[row] === RequestState.Calling) this.program!.abandoned(row)
      const queued = requests.state[row] === RequestState.Queued
      if (queued) this.lines.waited(row)
      if (silent && requests.orphan[row] !== 1) {
        requests.timer[row] = NONE
        requests.state[row] = RequestState.InNetwork
      } else this.outlet.failed(row, queued ? Cause.Reset : Cause.Lost)
    }
  }

  private insideChanged(server: ServerId, change: number): void {
    const servers = this.servers
    const before = servers.inside[server]
    const now = this.simulator.now
    servers.inside[server] = before + change
    if (servers.listed[server] === 1)
      this.imbalance[servers.service[server]].changed(now, before, before + change, servers.insideSince[server])
    servers.insideSince[server] = now
    if (this.listener !== null) this.listener.changed(server, before, before + change)
    if (this.watcher !== null && before === 0) this.watcher(server)
    if (this.entered !== null && change > 0) this.entered(server)
  }

  /** Requests in pods are those that the servers hold, for `--check`. */
  check(): void {
    const { requests, servers } = this
    const { counts, orphansInPods } = requests.countStates()
    let inside = 0
    for (let server = 0; server < servers.high; server++) if (servers.state[server] !== ServerState.Free) inside += servers.inside[server]
    const inPods = counts[RequestState.Queued] + counts[RequestState.Blocked] + counts[RequestState.Calling] + counts[RequestState.Running]
    if (inside !== inPods + orphansInPods)
      throw new Error(`requests in pods are not conserved: servers hold ${inside}, rows ${inPods + orphansInPods}`)
  }
}

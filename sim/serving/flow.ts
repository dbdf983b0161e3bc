/**
 * The way of a request: client, balancer, network, pod (queue, wait, CPU), network, client; with timeouts, retries and pods that go
 * away meanwhile. One row of Requests is one try; columns say where it stands, events move it on.
 */
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { Service } from '../input.ts'
import type { Imbalance } from '../measure/imbalance.ts'
import type { KeyedStream, RandomStream } from '../random/stream.ts'
import { NO_BACKEND, Outcome } from '../slb/policy.ts'
import type { RequestSource } from '../workload.ts'
import type { CpuShares } from './cpu-shares.ts'
import type { Device } from '../network/balancer-instance.ts'
import { Cause } from '../measure/ledger.ts'
import type { Ledger } from '../measure/ledger.ts'
import type { PodNews } from '../network/pod-reports.ts'
import { NO_HANDLE, Requests, RequestState } from './requests.ts'
import { ServerState } from './servers.ts'
import type { Servers } from './servers.ts'
import type { WorkHeaps } from './work-heaps.ts'

/** Most retry tokens a client keeps. */
const MOST_TOKENS = 10
/** Ten tenths are a token, although they add up to a little less in binary. */
const ONE_TOKEN = 1 - 1e-9
const NO_SLOT = -1

/** A service as it runs. */
export interface ServiceRun {
  readonly spec: Service
  readonly row: number
  readonly source: RequestSource
  readonly devices: readonly Device[]
  /** Which instance a request's client talks to. */
  readonly clients: RandomStream
  readonly backoff: KeyedStream
  readonly ledger: Ledger
  readonly imbalance: Imbalance
  retryTokens: number
  /** Handle of the pending RequestArrives. */
  arrival: number
}

/** What a balancer is told of a request: one object, filled anew at each pick. */
const asked = { client: -1, attempt: 0, queued: 0 }

const outcomeOf = (cause: number): Outcome =>
  cause === Cause.Refused
    ? Outcome.Refused
    : cause === Cause.TimedOut
      ? Outcome.TimedOut
      : cause === Cause.Rejected
        ? Outcome.Rejected
        : Outcome.Lost

export class RequestFlow {
  readonly requests = new Requests()
  /** Tries given up by their client whose work goes on in a pod. */
  orphans = 0
  private through: number[] = []

  private readonly simulator: Simulator
  private readonly services: readonly ServiceRun[]
  private readonly servers: Servers
  private readonly heaps: WorkHeaps
  private readonly shares: CpuShares
  private readonly origin: number
  private readonly end: number
  /** Called when a refusing server has nothing inside any more. */
  private readonly emptied: (server: number) => void
  /** Null when no balancer listens to pods. */
  private readonly news: PodNews | null

  constructor(
    simulator: Simulator,
    services: readonly ServiceRun[],
    servers: Servers,
    heaps: WorkHeaps,
    shares: CpuShares,
    origin: number,
    end: number,
    emptied: (server: number) => void,
    news: PodNews | null,
  ) {
    this.simulator = simulator
    this.services = services
    this.servers = servers
    this.heaps = heaps
    this.shares = shares
    this.origin = origin
    this.end = end
    this.emptied = emptied
    this.news = news
    simulator.on(Kind.RequestArrives, (service) => this.arrive(service))
    simulator.on(Kind.TryArrives, (row) => this.deliver(row))
    simulator.on(Kind.WaitEnds, (row) => this.waitEnds(row))
    simulator.on(Kind.WorkEnds, (server) => this.workEnds(server))
    simulator.on(Kind.ResponseArrives, (row) => this.answered(row))
    simulator.on(Kind.TryTimesOut, (row) => this.timedOut(row))
    simulator.on(Kind.RetryLeaves, (row) => {
      this.requests.attempt[row]++
      this.send(row)
    })
  }

  /** Starts a service's stream of requests at the origin. */
  open(service: number): void {
    this.expect(this.services[service])
  }

  private expect(service: ServiceRun): void {
    const time = this.origin + service.source.next()
    service.arrival = time <= this.end ? this.simulator.at(time, Kind.RequestArrives, service.row, 0) : NO_HANDLE
  }

  private arrive(row: number): void {
    const service = this.services[row]
    const { source, devices } = service
    const requests = this.requests
    const request = requests.take()
    const now = this.simulator.now
    requests.orphan[request] = 0
    requests.service[request] = row
    requests.arrived[request] = now
    requests.wait[request] = source.wait
    requests.work[request] = source.work
    requests.key[request] = source.key
    requests.queued[request] = 0
    requests.ordinal[request] = service.ledger.arrived
    requests.attempt[request] = 0
    requests.slot[request] = NO_SLOT
    requests.device[request] = devices.length === 1 ? 0 : service.clients.int(devices.length)
    service.ledger.arrive(now)
    if (service.retryTokens < MOST_TOKENS) service.retryTokens = Math.min(MOST_TOKENS, service.retryTokens + service.spec.retries.budget)
    this.expect(service)
    this.send(request)
  }

  /** A try leaves the client. */
  private send(request: number): void {
    const requests = this.requests
    const service = this.services[requests.service[request]]
    const device = service.devices[requests.device[request]]
    const { timeout, networkDelay } = service.spec
    const now = this.simulator.now
    service.ledger.send(requests.arrived[request])
    requests.sent[request] = now
    requests.timeout[request] = timeout > 0 ? this.simulator.at(now + timeout, Kind.TryTimesOut, request, 0) : NO_HANDLE
    asked.client = requests.key[request]
    asked.attempt = requests.attempt[request]
    const last = requests.slot[request]
    const exclude = last !== NO_SLOT && device.slotEpoch[last] === requests.slotEpoch[request] ? last : NO_SLOT
    const slot = device.pick(asked, exclude)
    requests.slot[request] = slot
    if (slot === NO_BACKEND) {
      this.failed(request, Cause.NoBackend)
      return
    }
    requests.slotEpoch[request] = device.slotEpoch[slot]
    requests.server[request] = device.server[slot]
    requests.serverEpoch[request] = device.serverEpoch[slot]
    if (networkDelay > 0) {
      requests.state[request] = RequestState.InNetwork
      requests.timer[request] = this.simulator.at(now + networkDelay, Kind.TryArrives, request, 0)
    } else this.deliver(request)
  }

  private deliver(request: number): void {
    const requests = this.requests
    const servers = this.servers
    const server = requests.server[request]
    requests.timer[request] = NO_HANDLE
    if (servers.epoch[server] !== requests.serverEpoch[request] || servers.state[server] !== ServerState.Accepting) {
      this.failed(request, Cause.Refused)
      return
    }
    if (servers.busy[server] < servers.threads[server]) {
      this.insideChanged(server, 1)
      this.begin(request, server)
      if (requests.state[request] === RequestState.Running) this.shares.demandChanged(server)
      return
    }
    if (servers.inside[server] - servers.busy[server] >= this.services[requests.service[request]].spec.queue) {
      this.failed(request, Cause.Rejected)
      return
    }
    this.insideChanged(server, 1)
    this.enqueue(request, server)
  }

  private enqueue(request: number, server: number): void {
    const { requests, servers } = this
    requests.state[request] = RequestState.Queued
    requests.queuedSince[request] = this.simulator.now
    requests.next[request] = -1
    const tail = servers.queueTail[server]
    if (tail < 0) servers.queueHead[server] = request
    else requests.next[tail] = request
    servers.queueTail[server] = request
  }

  /** A request gets a thread. The caller tells the shares when it went straight to the CPU. */
  private begin(request: number, server: number): void {
    const requests = this.requests
    this.servers.busy[server]++
    const wait = requests.wait[request]
    if (wait > 0) {
      requests.state[request] = RequestState.Waiting
      requests.timer[request] = this.simulator.at(this.simulator.now + wait, Kind.WaitEnds, request, 0)
    } else this.run(request, server)
  }

  private run(request: number, server: number): void {
    this.requests.state[request] = RequestState.Running
    this.shares.advance(server)
    this.heaps.push(server, this.servers.virtual[server] + this.requests.work[request], request)
  }

  private waitEnds(request: number): void {
    const server = this.requests.server[request]
    this.requests.timer[request] = NO_HANDLE
    this.run(request, server)
    this.shares.demandChanged(server)
  }

  private workEnds(server: number): void {
    const { servers, heaps, shares, through } = this
    servers.event[server] = NO_HANDLE
    shares.advance(server)
    let count = 0
    while (shares.firstIsThrough(server)) through[count++] = heaps.pop(server)
    servers.busy[server] -= count
    this.insideChanged(server, -count)
    this.startQueued(server)
    shares.demandChanged(server)
    for (let i = 0; i < count; i++) this.respond(through[i])
    if (servers.inside[server] === 0 && servers.state[server] === ServerState.Refusing) this.emptied(server)
  }

  /** Free threads take the oldest waiting requests. */
  private startQueued(server: number): void {
    const { requests, servers } = this
    while (servers.queueHead[server] >= 0 && servers.busy[server] < servers.threads[server]) {
      const request = servers.queueHead[server]
      this.dequeueHead(server, request)
      requests.queued[request] += this.simulator.now - requests.queuedSince[request]
      this.begin(request, server)
    }
  }

  private dequeueHead(server: number, request: number): void {
    const next = this.requests.next[request]
    this.servers.queueHead[server] = next
    if (next < 0) this.servers.queueTail[server] = -1
  }

  private respond(request: number): void {
    const requests = this.requests
    const delay = this.services[requests.service[request]].spec.networkDelay
    if (delay > 0 && requests.orphan[request] === 0) {
      requests.state[request] = RequestState.Responding
      requests.timer[request] = this.simulator.at(this.simulator.now + delay, Kind.ResponseArrives, request, 0)
    } else this.answered(request)
  }

  private answered(request: number): void {
    const requests = this.requests
    if (requests.orphan[request] === 1) {
      this.buryOrphan(request)
      return
    }
    const service = this.services[requests.service[request]]
    const now = this.simulator.now
    this.endTry(request, Outcome.Answered)
    service.ledger.answer(now, requests.arrived[request], requests.queued[request])
    this.leave(request, service)
  }

  /** The try is over for the client and the balancer. */
  private endTry(request: number, outcome: Outcome): void {
    const requests = this.requests
    const service = this.services[requests.service[request]]
    const timeout = requests.timeout[request]
    if (timeout !== NO_HANDLE) {
      this.simulator.cancel(timeout)
      requests.timeout[request] = NO_HANDLE
    }
    service.ledger.triesOver++
    const slot = requests.slot[request]
    if (slot >= 0) {
      service.devices[requests.device[request]].ended(
        slot,
        requests.slotEpoch[request],
        this.simulator.now - requests.sent[request],
        outcome,
      )
    }
  }

  /** A try of this row ended without an answer, in the network, at the pod's door or with the pod. */
  private failed(request: number, cause: number): void {
    if (this.requests.orphan[request] === 1) {
      this.buryOrphan(request)
      return
    }
    this.endTry(request, outcomeOf(cause))
    this.retryOrFail(request, cause)
  }

  private timedOut(request: number): void {
    const requests = this.requests
    const service = this.services[requests.service[request]]
    requests.timeout[request] = NO_HANDLE
    this.endTry(request, Outcome.TimedOut)
    if (service.spec.cancel || requests.state[request] === RequestState.Responding) {
      this.abort(request)
      this.retryOrFail(request, Cause.TimedOut)
      return
    }
    // The work goes on in the pod, wasted; the client goes on in a row of its own.
    const client = this.copyForClient(request)
    requests.orphan[request] = 1
    this.orphans++
    this.retryOrFail(client, Cause.TimedOut)
  }

  private copyForClient(request: number): number {
    const copy = this.requests.take()
    const requests = this.requests
    requests.orphan[copy] = 0
    requests.service[copy] = requests.service[request]
    requests.arrived[copy] = requests.arrived[request]
    requests.sent[copy] = requests.sent[request]
    requests.wait[copy] = requests.wait[request]
    requests.work[copy] = requests.work[request]
    requests.key[copy] = requests.key[request]
    const queuing = requests.state[request] === RequestState.Queued ? this.simulator.now - requests.queuedSince[request] : 0
    requests.queued[copy] = requests.queued[request] + queuing
    requests.ordinal[copy] = requests.ordinal[request]
    requests.attempt[copy] = requests.attempt[request]
    requests.device[copy] = requests.device[request]
    requests.slot[copy] = requests.slot[request]
    requests.slotEpoch[copy] = requests.slotEpoch[request]
    requests.timeout[copy] = NO_HANDLE
    return copy
  }

  private buryOrphan(request: number): void {
    this.orphans--
    this.requests.give(request)
  }

  private retryOrFail(request: number, cause: number): void {
    const requests = this.requests
    const service = this.services[requests.service[request]]
    const { retries } = service.spec
    const attempt = requests.attempt[request]
    if (attempt < retries.limit && service.retryTokens >= ONE_TOKEN) {
      service.retryTokens--
      let most = retries.backoff
      for (let k = 0; k < attempt; k++) most *= 2
      const pause = Math.floor(service.backoff.at(requests.ordinal[request], attempt) * most)
      requests.state[request] = RequestState.BackingOff
      requests.timer[request] = this.simulator.at(this.simulator.now + pause, Kind.RetryLeaves, request, 0)
      return
    }
    service.ledger.fail(this.simulator.now, requests.arrived[request], cause)
    this.leave(request, service)
  }

  /** The request is over: its row is free, and a closed loop may go on. */
  private leave(request: number, service: ServiceRun): void {
    const key = this.requests.key[request]
    this.requests.give(request)
    if (service.source.completed?.(key, this.simulator.now - this.origin) !== true) return
    // The source offers anew, the earlier of what was pending and what is known now.
    if (service.arrival !== NO_HANDLE) this.simulator.cancel(service.arrival)
    this.expect(service)
  }

  /** Takes a try out of the network or the pod, wherever it stands. */
  private abort(request: number): void {
    const { requests, servers } = this
    const server = requests.server[request]
    const state = requests.state[request]
    const timer = requests.timer[request]
    if (state === RequestState.InNetwork || state === RequestState.Responding || state === RequestState.Waiting) {
      this.simulator.cancel(timer)
      requests.timer[request] = NO_HANDLE
      if (state !== RequestState.Waiting) return
    }
    this.shares.advance(server) // whatever leaves the pod, those that run are aimed anew below
    if (state === RequestState.Waiting) servers.busy[server]--
    else if (state === RequestState.Running) {
      this.heaps.remove(server, request)
      servers.busy[server]--
    } else this.dequeue(request, server)
    this.insideChanged(server, -1)
    this.startQueued(server)
    this.shares.demandChanged(server)
    if (servers.inside[server] === 0 && servers.state[server] === ServerState.Refusing) this.emptied(server)
  }

  /** Requests of a service share one timeout, so the one that gives up is nearly always the head. */
  private dequeue(request: number, server: number): void {
    const { requests, servers } = this
    requests.queued[request] += this.simulator.now - requests.queuedSince[request]
    let before = servers.queueHead[server]
    if (before === request) {
      this.dequeueHead(server, request)
      return
    }
    while (requests.next[before] !== request) before = requests.next[before]
    requests.next[before] = requests.next[request]
    if (servers.queueTail[server] === request) servers.queueTail[server] = before
  }

  /** The pod is killed: what waits in it is reset, what it works on is lost. Afterwards the server is empty. */
  kill(server: number): void {
    const { requests, servers } = this
    // A kill is rare: a look at all rows in use is cheaper than a list of each server's requests kept all the time.
    const victims: number[] = []
    for (let row = 0; row < requests.high; row++) {
      const state = requests.state[row]
      const inPod = state === RequestState.Queued || state === RequestState.Waiting || state === RequestState.Running
      if (inPod && requests.server[row] === server) victims.push(row)
    }
    this.shares.advance(server)
    this.heaps.size[server] = 0
    servers.busy[server] = 0
    servers.queueHead[server] = -1
    servers.queueTail[server] = -1
    this.insideChanged(server, -servers.inside[server])
    this.shares.demandChanged(server)
    for (const row of victims) {
      if (requests.state[row] === RequestState.Waiting) this.simulator.cancel(requests.timer[row])
      const queued = requests.state[row] === RequestState.Queued
      if (queued) requests.queued[row] += this.simulator.now - requests.queuedSince[row]
      this.failed(row, queued ? Cause.Reset : Cause.Lost)
    }
  }

  private insideChanged(server: number, change: number): void {
    const servers = this.servers
    const before = servers.inside[server]
    const now = this.simulator.now
    servers.inside[server] = before + change
    if (servers.listed[server] === 1)
      this.services[servers.service[server]].imbalance.changed(now, before, before + change, servers.insideSince[server])
    servers.insideSince[server] = now
    if (this.news !== null) this.news.changed(server, before, before + change)
  }

  /** At the horizon: requests under way are counted where they stand. */
  finish(): void {
    const { requests } = this
    const now = this.simulator.now
    for (let row = 0; row < requests.high; row++) {
      if (requests.state[row] === RequestState.Free || requests.orphan[row] === 1) continue
      this.services[requests.service[row]].ledger.unfinished(now, requests.arrived[row])
    }
  }

  /** The conservation of requests and of tries, for `--check`; throws with the numbers when one is lost. */
  check(): void {
    const states = new Float64Array(8)
    let orphans = 0
    for (let row = 0; row < this.requests.high; row++) {
      if (this.requests.orphan[row] === 1 && this.requests.state[row] !== RequestState.Free) orphans++
      else states[this.requests.state[row]]++
    }
    let arrived = 0
    let over = 0
    let tries = 0
    let triesOver = 0
    for (const { ledger } of this.services) {
      arrived += ledger.arrived
      over += ledger.answered + ledger.failed
      tries += ledger.tries
      triesOver += ledger.triesOver
    }
    const inTry =
      states[RequestState.InNetwork] +
      states[RequestState.Queued] +
      states[RequestState.Waiting] +
      states[RequestState.Running] +
      states[RequestState.Responding]
    const backingOff = states[RequestState.BackingOff]
    if (arrived !== over + inTry + backingOff)
      throw new Error(
        `requests are not conserved: arrived ${arrived}, finished or failed ${over}, under way ${inTry}, backing off ${backingOff}`,
      )
    if (tries !== triesOver + inTry) throw new Error(`tries are not conserved: sent ${tries}, over ${triesOver}, under way ${inTry}`)
    if (orphans !== this.orphans)
      throw new Error(`cancelled but running tries are not conserved: counted ${this.orphans}, found ${orphans}`)
    let inside = 0
    for (let server = 0; server < this.servers.high; server++)
      if (this.servers.state[server] !== ServerState.Free) inside += this.servers.inside[server]
    const inPods = states[RequestState.Queued] + states[RequestState.Waiting] + states[RequestState.Running]
    let orphansInPods = 0
    for (let row = 0; row < this.requests.high; row++) {
      const state = this.requests.state[row]
      const inPod = state === RequestState.Queued || state === RequestState.Waiting || state === RequestState.Running
      if (inPod && this.requests.orphan[row] === 1) orphansInPods++
    }
    if (inside !== inPods + orphansInPods)
      throw new Error(`requests in pods are not conserved: servers hold ${inside}, rows ${inPods + orphansInPods}`)
  }
}

/** The requests that wait in pods for a thread, a list per pod in order of arrival, and the time that they wait. */
import { NONE, type RequestId, type ServerId } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import { RequestState, type Requests } from './requests.ts'
import type { Servers } from './servers.ts'

export class WaitingLines {
  private readonly simulator: Simulator
  private readonly requests: Requests
  private readonly servers: Servers

  constructor(simulator: Simulator, requests: Requests, servers: Servers) {
    this.simulator = simulator
    this.requests = requests
    this.servers = servers
  }

  /** The request that is served next; NONE without one. */
  first(server: ServerId): RequestId {
    return this.servers.queueHead[server]
  }

  enqueue(request: RequestId, server: ServerId): void {
    const { requests, servers } = this
    this.waits(request)
    requests.next[request] = NONE
    const tail = servers.queueTail[server]
    if (tail < 0) servers.queueHead[server] = request
    else requests.next[tail] = request
    servers.queueTail[server] = request
  }

  /** A request that has been served in part waits again, before all others. */
  putBack(request: RequestId, server: ServerId): void {
    const { requests, servers } = this
    this.waits(request)
    const head = servers.queueHead[server]
    requests.next[request] = head
    if (head < 0) servers.queueTail[server] = request
    servers.queueHead[server] = request
  }

  /** The first request leaves the queue. */
  takeFirst(request: RequestId, server: ServerId): void {
    this.waited(request)
    const next = this.requests.next[request]
    this.servers.queueHead[server] = next
    if (next < 0) this.servers.queueTail[server] = NONE
  }

  /** A request leaves the queue from any place. Requests of a client share one timeout, so the one that gives up is nearly always the first. */
  remove(request: RequestId, server: ServerId): void {
    const { requests, servers } = this
    let before = servers.queueHead[server]
    if (before === request) {
      this.takeFirst(request, server)
      return
    }
    this.waited(request)
    while (requests.next[before] !== request) before = requests.next[before]
    requests.next[before] = requests.next[request]
    if (servers.queueTail[server] === request) servers.queueTail[server] = before
  }

  /** All requests of the pod leave the queue; who calls this visits them. */
  clear(server: ServerId): void {
    this.servers.queueHead[server] = NONE
    this.servers.queueTail[server] = NONE
  }

  /** The time that a queued request has waited counts. */
  waited(request: RequestId): void {
    const { requests } = this
    requests.queued[request] += this.simulator.now - requests.queuedSince[request]
  }

  private waits(request: RequestId): void {
    this.requests.state[request] = RequestState.Queued
    this.requests.queuedSince[request] = this.simulator.now
  }
}

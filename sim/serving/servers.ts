/**
 * The serving side of a service's pod: threads, the queue before them, and the virtual work of the requests that want CPU. A server is
 * a row; it exists from the pod's readiness to its release, and its row is used again under a new epoch.
 */
import { grown } from '../common/table.ts'

export const ServerState = {
  Free: 0,
  Accepting: 1,
  /** Terminating, past its preStop time: further requests are refused, those inside go on. */
  Refusing: 2,
} as const

const FIRST = 64

export class Servers {
  private capacity = FIRST
  private freeRows: number[] = []
  high = 0

  state = new Uint8Array(FIRST)
  epoch = new Int32Array(FIRST)
  pod = new Int32Array(FIRST).fill(-1)
  service = new Int32Array(FIRST)
  node = new Int32Array(FIRST)
  /** In the endpoints: counted among the ready pods. */
  listed = new Uint8Array(FIRST)

  /** Requests worked on at once; processor sharing has no bound. */
  threads = new Float64Array(FIRST)
  /** Most CPU the pod may take [millicores], Infinity without a limit, and its weight under contention [millicores]. */
  limit = new Float64Array(FIRST)
  weight = new Float64Array(FIRST)

  /** Requests in the pod: queued, waiting and running. */
  inside = new Int32Array(FIRST)
  /** Threads held: waiting and running. */
  busy = new Int32Array(FIRST)
  queueHead = new Int32Array(FIRST).fill(-1)
  queueTail = new Int32Array(FIRST).fill(-1)

  /** CPU wanted now: min(running cores, limit) [millicores]. */
  demand = new Float64Array(FIRST)
  /** Cores each running request gets. */
  rate = new Float64Array(FIRST)
  /** Work done by each request that has been running since the server was last idle [core-µs], and when that was brought up to date. */
  virtual = new Float64Array(FIRST)
  updated = new Float64Array(FIRST)
  /** CPU work done since the server exists [core-µs]. */
  used = new Float64Array(FIRST)
  /** The pending WorkEnds, and its time. */
  event = new Int32Array(FIRST).fill(-1)
  eventTime = new Float64Array(FIRST)
  /** When `inside` last changed, for time-weighted counts. */
  insideSince = new Float64Array(FIRST)

  /** Other servers on the same node. */
  nextOnNode = new Int32Array(FIRST).fill(-1)
  previousOnNode = new Int32Array(FIRST).fill(-1)

  take(): number {
    const reused = this.freeRows.pop()
    if (reused !== undefined) return reused
    if (this.high === this.capacity) this.grow()
    return this.high++
  }

  /** The row may be used again; whoever remembers it by its epoch sees that it is gone. */
  give(row: number): void {
    this.state[row] = ServerState.Free
    this.epoch[row]++
    this.pod[row] = -1
    this.freeRows.push(row)
  }

  private grow(): void {
    const length = (this.capacity *= 2)
    this.state = grown(this.state, length)
    this.epoch = grown(this.epoch, length)
    this.pod = grown(this.pod, length, -1)
    this.service = grown(this.service, length)
    this.node = grown(this.node, length)
    this.listed = grown(this.listed, length)
    this.threads = grown(this.threads, length)
    this.limit = grown(this.limit, length)
    this.weight = grown(this.weight, length)
    this.inside = grown(this.inside, length)
    this.busy = grown(this.busy, length)
    this.queueHead = grown(this.queueHead, length, -1)
    this.queueTail = grown(this.queueTail, length, -1)
    this.demand = grown(this.demand, length)
    this.rate = grown(this.rate, length)
    this.virtual = grown(this.virtual, length)
    this.updated = grown(this.updated, length)
    this.used = grown(this.used, length)
    this.event = grown(this.event, length, -1)
    this.eventTime = grown(this.eventTime, length)
    this.insideSince = grown(this.insideSince, length)
    this.nextOnNode = grown(this.nextOnNode, length, -1)
    this.previousOnNode = grown(this.previousOnNode, length, -1)
  }
}

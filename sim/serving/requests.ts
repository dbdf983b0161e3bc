/**
 * Requests in flight, as rows that are reused: ten million requests need as many rows as are in flight at once. A row is one try of one
 * request at a time; a try that its client gave up while the work continues keeps its row as an orphan.
 */
import { NONE, type RequestId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Prompts } from './inference/prompts.ts'

export const RequestState = {
  Free: 0,
  /** Held by a balancer instance, without a backend. */
  AtBalancer: 1,
  /** On its way to the pod. */
  InNetwork: 2,
  /** In the pod, without a thread. */
  Queued: 3,
  /** In the pod, holds a thread, uses no CPU. */
  Blocked: 4,
  /** In the pod, between two steps or while its calls are under way; holds a thread unless the workload is async. */
  Calling: 5,
  /** In the pod, holds a thread, needs CPU. */
  Running: 6,
  /** The response is on its way to the client. */
  Responding: 7,
  /** Between two tries. */
  BackingOff: 8,
} as const
export type RequestState = (typeof RequestState)[keyof typeof RequestState]

const STATES = 9

/** Whether a try in this state is inside a pod. */
export const isInPod = (state: number): boolean => state >= RequestState.Queued && state <= RequestState.Running

export class Requests extends ColumnTable {
  /** Rows ever used. */
  high = 0
  state = this.column(Uint8Array)
  /** 1: the client has given this try up, its work continues. 2: a copy of a hedged request, beside the row of the request itself. */
  orphan = this.column(Uint8Array)
  client = this.column(Int32Array)
  /** Which balancer instances carry it: the service, or a row after the services for calls with instances of their own. */
  route = this.column(Int32Array)
  /** First send by the client, and send of this try [µs]. */
  arrived = this.column(Float64Array)
  sent = this.column(Float64Array)
  wait = this.column(Float64Array)
  work = this.column(Float64Array)
  /** Time spent without a thread in pods so far [µs], over all tries. */
  queued = this.column(Float64Array)
  /** Since when the try has been queued in its pod. */
  queuedSince = this.column(Float64Array)
  key = this.column(Float64Array)
  /** Number of the request among its client's, for keyed draws. */
  ordinal = this.column(Float64Array)
  attempt = this.column(Int32Array)
  /** Balancer instance of the service, the slot it picked, and the epoch of that slot. */
  instance = this.column(Int32Array)
  slot = this.column(Int32Array)
  slotEpoch = this.column(Int32Array)
  server = this.column(Int32Array)
  serverEpoch = this.column(Int32Array)
  /** Next in the queue of the pod or of the balancer instance. */
  next = this.column(Int32Array)
  /** Handle of the pending network, wait, step or backoff event, and of the timeout. */
  timer = this.column(Int32Array)
  timeout = this.column(Int32Array)
  /** Sizes of requests to language models; null when no workload serves one. */
  prompts: Prompts | null = null
  private freeRows = this.column(Int32Array)
  private freeCount = 0

  constructor() {
    super(1024)
  }

  take(): RequestId {
    if (this.freeCount > 0) return this.freeRows[--this.freeCount]
    this.reserve(this.high + 1)
    return this.high++
  }

  give(row: RequestId): void {
    this.state[row] = RequestState.Free
    this.freeRows[this.freeCount++] = row
  }

  /** A second row for the client of a try whose work continues in the pod without it. */
  copyForClient(row: RequestId, now: Time): RequestId {
    const copy = this.take()
    this.orphan[copy] = 0
    this.client[copy] = this.client[row]
    this.route[copy] = this.route[row]
    this.arrived[copy] = this.arrived[row]
    this.sent[copy] = this.sent[row]
    this.wait[copy] = this.wait[row]
    this.work[copy] = this.work[row]
    this.key[copy] = this.key[row]
    this.queued[copy] = this.queued[row] + (this.state[row] === RequestState.Queued ? now - this.queuedSince[row] : 0)
    this.ordinal[copy] = this.ordinal[row]
    this.attempt[copy] = this.attempt[row]
    this.instance[copy] = this.instance[row]
    this.slot[copy] = this.slot[row]
    this.slotEpoch[copy] = this.slotEpoch[row]
    this.timeout[copy] = NONE
    if (this.prompts !== null) this.prompts.copy(row, copy)
    return copy
  }

  /** Tries by state, orphans counted apart; a scan of all rows, for checks. */
  countStates(): { readonly counts: Float64Array; readonly orphans: number; readonly orphansInPods: number } {
    const counts = new Float64Array(STATES)
    let orphans = 0
    let orphansInPods = 0
    for (let row = 0; row < this.high; row++) {
      const state = this.state[row]
      if (this.orphan[row] === 0 || state === RequestState.Free) counts[state]++
      else {
        orphans++
        if (isInPod(state)) orphansInPods++
      }
    }
    return { counts, orphans, orphansInPods }
  }
}

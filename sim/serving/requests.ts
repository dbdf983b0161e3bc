/**
 * Requests in flight, as rows that are used again: ten million requests need as many rows as are under way at once. A row is one
 * try of one request at a time; a try that the client gave up while its work goes on keeps its row as an orphan.
 */
import { grown } from '../common/table.ts'

export const RequestState = {
  Free: 0,
  InNetwork: 1, // on its way to the pod
  Queued: 2, // in the pod, waiting for a thread
  Waiting: 3, // holds a thread, waits without CPU
  Running: 4, // holds a thread, wants CPU
  Responding: 5, // answered, on its way back
  BackingOff: 6, // between two tries
} as const

export const NO_HANDLE = -1

export class Requests {
  private capacity = 1024
  private freeRows = new Int32Array(1024)
  private freeCount = 0
  /** Rows ever used. */
  high = 0

  state = new Uint8Array(1024)
  /** 1: the client has given this try up, its work goes on. */
  orphan = new Uint8Array(1024)
  service = new Int32Array(1024)
  /** First send by the client, and send of this try [µs]. */
  arrived = new Float64Array(1024)
  sent = new Float64Array(1024)
  wait = new Float64Array(1024)
  work = new Float64Array(1024)
  /** Time spent waiting for a thread so far [µs], over all tries. */
  queued = new Float64Array(1024)
  /** Since when it waits for a thread. */
  queuedSince = new Float64Array(1024)
  key = new Float64Array(1024)
  /** Number of the request within its service, for keyed luck. */
  ordinal = new Float64Array(1024)
  attempt = new Int32Array(1024)
  device = new Int32Array(1024)
  slot = new Int32Array(1024)
  slotEpoch = new Int32Array(1024)
  server = new Int32Array(1024)
  serverEpoch = new Int32Array(1024)
  /** Next in the pod's queue. */
  next = new Int32Array(1024)
  /** Handle of the pending network, wait or backoff event, and of the timeout. */
  timer = new Int32Array(1024)
  timeout = new Int32Array(1024)

  take(): number {
    if (this.freeCount > 0) return this.freeRows[--this.freeCount]
    if (this.high === this.capacity) this.grow()
    return this.high++
  }

  give(row: number): void {
    this.state[row] = RequestState.Free
    this.freeRows[this.freeCount++] = row
  }

  private grow(): void {
    const length = (this.capacity *= 2)
    this.freeRows = grown(this.freeRows, length)
    this.state = grown(this.state, length)
    this.orphan = grown(this.orphan, length)
    this.service = grown(this.service, length)
    this.arrived = grown(this.arrived, length)
    this.sent = grown(this.sent, length)
    this.wait = grown(this.wait, length)
    this.work = grown(this.work, length)
    this.queued = grown(this.queued, length)
    this.queuedSince = grown(this.queuedSince, length)
    this.key = grown(this.key, length)
    this.ordinal = grown(this.ordinal, length)
    this.attempt = grown(this.attempt, length)
    this.device = grown(this.device, length)
    this.slot = grown(this.slot, length)
    this.slotEpoch = grown(this.slotEpoch, length)
    this.server = grown(this.server, length)
    this.serverEpoch = grown(this.serverEpoch, length)
    this.next = grown(this.next, length)
    this.timer = grown(this.timer, length)
    this.timeout = grown(this.timeout, length)
  }
}

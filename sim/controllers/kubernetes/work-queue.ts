/**
 * The work queue of a controller: keys (rows of its objects) that are to be synchronised. A key that is queued already is not queued
 * twice. Source: client-go util/workqueue (delaying and rate limiting queues), v0.34.
 */
import { NONE, type EventHandle, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { TokenBucket, type ApiClient } from './api-client.ts'

/** How a failing key is tried again. */
export interface Retries {
  /** Delay of the first retry, doubled at each further failure, and the longest delay [µs]. */
  readonly first: Time
  readonly longest: Time
  /** Whether all keys share a bucket of 10 retries per second and a burst of 100. */
  readonly shared: boolean
}

const RETRIES: Retries = { first: 5_000, longest: 1_000_000_000, shared: true }

export class WorkQueue {
  private readonly simulator: Simulator
  private readonly kind: number
  private readonly latency: Time
  private readonly sync: (key: number) => void
  private heldUntil: Time = 0
  private readonly client: ApiClient | undefined
  /** Keys in work, those of them that have changed since, and keys that wait for a worker. */
  private readonly working = new Set<number>()
  private readonly again = new Set<number>()
  private readonly waiting = new Set<number>()
  /** Since when keys that no worker has begun with are due. */
  private readonly due = new Map<number, Time>()
  /** By key: the handle of its pending sync, of its delayed addition, and its failures in a row. */
  private readonly queued: EventHandle[] = []
  private readonly delayed: EventHandle[] = []
  private readonly failures: number[] = []
  private readonly retries: Retries
  private readonly bucket: TokenBucket | null

  /**
   * @param name of the controller, for messages
   * @param sync brings one object towards its desired state
   * @param latency from a change to the sync that sees it: watch delay and queueing [µs]
   * @param client of the controller; a worker waits until what its sync has sent is answered. Absent: no request waits
   */
  constructor(simulator: Simulator, name: string, sync: (key: number) => void, latency: Time = 0, client?: ApiClient, retries = RETRIES) {
    this.client = client
    this.retries = retries
    this.bucket = retries.shared ? new TokenBucket({ qps: 10, burst: 100 }) : null
    this.simulator = simulator
    this.latency = latency
    this.kind = simulator.register(`${name} controller syncs`, (key, delayed) => {
      if (delayed === 1) {
        this.delayed[key] = NONE
        this.add(key)
        return
      }
      if (this.client !== undefined && !this.due.has(key)) this.due.set(key, simulator.now)
      if (simulator.now < this.heldUntil) {
        this.queued[key] = simulator.at(this.heldUntil, this.kind, key, 0)
        return
      }
      this.queued[key] = NONE
      this.process(key)
    })
    this.sync = sync
  }

  /** With a client as many keys as the controller has workers are in work at once, each of them once; others wait in order. */
  private process(key: number): void {
    const { client, working, waiting } = this
    if (client === undefined) {
      this.sync(key)
      return
    }
    if (working.has(key)) {
      this.again.add(key)
      return
    }
    if (working.size >= client.workers) {
      waiting.add(key)
      return
    }
    working.add(key)
    client.begins(this.simulator.now - (this.due.get(key) ?? this.simulator.now))
    this.due.delete(key)
    client.during(
      () => this.sync(key),
      () => this.done(key),
    )
  }

  private done(key: number): void {
    this.working.delete(key)
    if (this.again.delete(key)) this.add(key)
    const [next] = this.waiting
    if (next === undefined) return
    this.waiting.delete(next)
    this.process(next)
  }

  /** The controller is down until this time: what is queued meanwhile is synchronised then. */
  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
  }

  /** Synchronises at once what is queued, but not what is delayed; false when nothing was queued. */
  flush(): boolean {
    let any = false
    for (let key = 0; key < this.queued.length; key++) {
      if (this.queued[key] === NONE) continue
      any = true
      this.simulator.cancel(this.queued[key])
      this.queued[key] = NONE
      this.sync(key)
    }
    return any
  }

  /** Queues the key, to be synchronised after the latency. */
  add(key: number): void {
    this.makeRoom(key)
    if (this.queued[key] === NONE) this.queued[key] = this.simulator.at(this.simulator.now + this.latency, this.kind, key, 0)
  }

  /** Queues the key after a delay. Of several delays of one key the one that ends first counts. */
  addAfter(key: number, delay: Time): void {
    if (delay <= 0) {
      this.add(key)
      return
    }
    this.makeRoom(key)
    const time = this.simulator.now + delay
    const handle = this.delayed[key]
    if (handle === NONE) this.delayed[key] = this.simulator.at(time, this.kind, key, 1)
    else if (time < this.simulator.timeOf(handle)) this.simulator.move(handle, time)
  }

  /** Queues a failing key again: after 5 ms, doubled at each further failure, at most 1,000 s, unless it has other delays. */
  retry(key: number): void {
    this.makeRoom(key)
    const { first, longest } = this.retries
    let delay = first
    for (let i = 0; i < this.failures[key] && delay < longest; i++) delay *= 2
    this.failures[key]++
    const { now } = this.simulator
    const shared = this.bucket === null ? 0 : this.bucket.take(now) - now
    this.addAfter(key, Math.max(Math.min(delay, longest), shared))
  }

  /** The key was synchronised without failure. */
  forget(key: number): void {
    this.makeRoom(key)
    this.failures[key] = 0
  }

  /** The object of the key is gone: nothing is pending for it any more. */
  drop(key: number): void {
    this.makeRoom(key)
    for (const handles of [this.queued, this.delayed]) {
      if (handles[key] !== NONE) this.simulator.cancel(handles[key])
      handles[key] = NONE
    }
    this.failures[key] = 0
    this.again.delete(key)
    this.waiting.delete(key)
    this.due.delete(key)
  }

  private makeRoom(key: number): void {
    while (this.queued.length <= key) {
      this.queued.push(NONE)
      this.delayed.push(NONE)
      this.failures.push(0)
    }
  }
}

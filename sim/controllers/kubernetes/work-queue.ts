/**
 * The work queue of a controller: keys (rows of its objects) that are to be synchronised. A key that is queued already is not queued
 * twice. Source: client-go util/workqueue (delaying and rate limiting queues), v0.34.
 */
import { NONE, type EventHandle, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ApiClient } from './api-client.ts'

/** Delay of the first retry of a failing key, doubled at each further failure, and the longest delay [µs]. */
const FIRST_RETRY: Time = 5_000
const LONGEST_RETRY: Time = 1_000_000_000

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
  /** By key: the handle of its pending sync, of its delayed addition, and its failures in a row. */
  private readonly queued: EventHandle[] = []
  private readonly delayed: EventHandle[] = []
  private readonly failures: number[] = []

  /**
   * @param name of the controller, for messages
   * @param sync brings one object towards its desired state
   * @param latency from a change to the sync that sees it: watch delay and queueing [µs]
   * @param client of the controller; a worker waits until what its sync has sent is answered. Absent: no request waits
   */
  constructor(simulator: Simulator, name: string, sync: (key: number) => void, latency: Time = 0, client?: ApiClient) {
    this.client = client
    this.simulator = simulator
    this.latency = latency
    this.kind = simulator.register(`${name} controller syncs`, (key, delayed) => {
      if (delayed === 1) {
        this.delayed[key] = NONE
        this.add(key)
        return
      }
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

  /** Queues a failing key again: after 5 ms, doubled at each further failure, at most 1,000 s. */
  retry(key: number): void {
    this.makeRoom(key)
    let delay = FIRST_RETRY
    for (let i = 0; i < this.failures[key] && delay < LONGEST_RETRY; i++) delay *= 2
    this.failures[key]++
    this.addAfter(key, Math.min(delay, LONGEST_RETRY))
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
  }

  private makeRoom(key: number): void {
    while (this.queued.length <= key) {
      this.queued.push(NONE)
      this.delayed.push(NONE)
      this.failures.push(0)
    }
  }
}

/**
 * The nodes of one zone that are to get a NoExecute taint, one after another at a limited rate, so that a failure of many nodes does not
 * evict everything at once. Source: Kubernetes 1.34 pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go; golang.org/x/time/rate.
 */
import type { NodeId, Time } from '../../common/ids.ts'

const SECOND = 1_000_000

/** A token bucket of one token. Rates are 32-bit floats as in the real one: at 0.01/s a token is complete a little after 100 s. */
class Bucket {
  private tokens = 1
  private last: Time
  readonly rate: number

  constructor(rate: number, now: Time) {
    this.rate = Math.fround(rate)
    this.last = now
  }

  take(now: Time): boolean {
    this.tokens = Math.min(1, this.tokens + ((now - this.last) / SECOND) * this.rate)
    this.last = now
    if (this.tokens < 1) return false
    this.tokens--
    return true
  }
}

export class ZoneQueue {
  /** In order of addition. */
  private readonly waiting: NodeId[] = []
  /** Those that were added and not removed since, processed ones included: a node is not tainted twice. */
  private readonly known = new Set<NodeId>()
  private bucket: Bucket

  /** @param rate nodes per second */
  constructor(rate: number, now: Time) {
    this.bucket = new Bucket(rate, now)
  }

  get length(): number {
    return this.waiting.length
  }

  add(node: NodeId): void {
    if (this.known.has(node)) return
    this.known.add(node)
    this.waiting.push(node)
  }

  /** The node is healthy again. */
  remove(node: NodeId): void {
    if (!this.known.delete(node)) return
    const place = this.waiting.indexOf(node)
    if (place >= 0) this.waiting.splice(place, 1)
  }

  /** Changes the rate; 0: none. A queue that has no token now starts with an empty bucket. */
  setRate(rate: number, now: Time): void {
    if (this.bucket.rate === Math.fround(rate) && rate !== 0) return
    const hadToken = this.bucket.rate > 0 && this.bucket.take(now)
    this.bucket = new Bucket(rate, now)
    if (!hadToken) this.bucket.take(now)
  }

  /** Hands over the nodes whose turn has come. */
  process(now: Time, taint: (node: NodeId) => void): void {
    while (this.waiting.length > 0 && this.bucket.rate > 0 && this.bucket.take(now)) taint(this.waiting.shift()!)
  }
}

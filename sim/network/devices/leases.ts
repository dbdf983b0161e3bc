/** Table entries and ports: each is held by a flow, and for a constant time after its end. O(1) amortised: leases end in the order in which they are released. */
import { grown } from '../../common/table.ts'
import type { Time } from '../../common/ids.ts'

export class Leases {
  private readonly hold: Time
  /** By key: leases that are not free, and which use of the key they belong to. */
  private counts = new Int32Array(16)
  private epochs = new Int32Array(16)
  /** Released ones, as a ring. */
  private times = new Float64Array(64)
  private keys = new Int32Array(64)
  private ofEpochs = new Int32Array(64)
  private head = 0
  private waiting = 0

  /** @param hold from the release until the lease is free */
  constructor(hold: Time) {
    this.hold = hold
  }

  /** Leases of the key that are not free; another epoch of the key has none of the former. */
  count(key: number, epoch: number, now: Time): number {
    this.expire(now)
    return key < this.counts.length && this.epochs[key] === epoch ? this.counts[key] : 0
  }

  take(key: number, epoch: number): void {
    if (key >= this.counts.length) {
      this.counts = grown(this.counts, 2 * key + 1)
      this.epochs = grown(this.epochs, 2 * key + 1)
    }
    if (this.epochs[key] !== epoch) {
      this.epochs[key] = epoch
      this.counts[key] = 0
    }
    this.counts[key]++
  }

  /** The flow is over: its lease is free after the holding time. */
  release(key: number, epoch: number, now: Time): void {
    if (this.waiting === this.times.length) this.grow()
    const at = (this.head + this.waiting++) % this.times.length
    this.times[at] = now + this.hold
    this.keys[at] = key
    this.ofEpochs[at] = epoch
    this.expire(now)
  }

  private expire(now: Time): void {
    while (this.waiting > 0 && this.times[this.head] <= now) {
      const key = this.keys[this.head]
      if (this.epochs[key] === this.ofEpochs[this.head]) this.counts[key]--
      this.head = (this.head + 1) % this.times.length
      this.waiting--
    }
  }

  private grow(): void {
    const turn = <T extends Float64Array | Int32Array>(old: T, made: T): T => {
      made.set(old.subarray(this.head))
      made.set(old.subarray(0, this.head), old.length - this.head)
      return made
    }
    const length = 2 * this.times.length
    this.times = turn(this.times, new Float64Array(length))
    this.keys = turn(this.keys, new Int32Array(length))
    this.ofEpochs = turn(this.ofEpochs, new Int32Array(length))
    this.head = 0
  }
}

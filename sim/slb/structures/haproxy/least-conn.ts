/**
 * HAProxy's `leastconn`: servers by (requests + 1) / weight in whole numbers, 0 when idle; among equals the one that has had its key longest.
 * Source: HAProxy 2.6.12, src/lb_fwlc.c; compared with recordings of it.
 */
import type { SlotId } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'
import { RunningNumbers } from '../running-numbers.ts'
import { SlotHeap } from '../slot-heap.ts'
import { INITIAL_SLOTS } from '../slots.ts'
import { MAX_HAPROXY_WEIGHT } from './round-robin.ts'

class Loads extends ColumnTable {
  readonly weight = this.column(Int32Array)
  readonly maxConn = this.column(Int32Array)
  readonly served = this.column(Int32Array)
  readonly key = this.column(Float64Array)

  constructor() {
    super(INITIAL_SLOTS)
  }
}

/** A pick and a change of a count take O(log n). Keys are whole numbers, so that servers with nearly equal loads are equal. A full server is not in the heap. */
export class HaproxyLeastConn extends SlotHeap {
  private readonly loads = new Loads()
  private readonly entries = new RunningNumbers()

  /** @param maxConn requests at once, 0: no limit */
  append(slot: SlotId, weight: number, maxConn: number): void {
    const { loads } = this
    loads.reserve(slot + 1)
    loads.weight[slot] = weight
    loads.maxConn[slot] = maxConn
    loads.served[slot] = 0
    loads.key[slot] = 0
    this.entries.note(slot)
    this.add(slot)
  }

  drop(slot: SlotId): void {
    if (!this.full(slot)) this.remove(slot)
  }

  /** A request goes there (1) or has ended (-1). */
  change(slot: SlotId, by: number): void {
    const { served, key, weight } = this.loads
    const before = this.full(slot)
    served[slot] += by
    const now = served[slot] === 0 ? 0 : Math.floor(((served[slot] + 1) * MAX_HAPROXY_WEIGHT) / weight[slot])
    if (now !== key[slot]) {
      key[slot] = now
      this.entries.note(slot)
    }
    if (this.full(slot)) this.remove(slot)
    else if (before) this.add(slot)
    else this.moved(slot)
  }

  /** (Requests + 1) / weight as HAProxy counts it. */
  keyOf(slot: SlotId): number {
    return this.loads.key[slot]
  }

  protected before(a: SlotId, b: SlotId): boolean {
    const { key } = this.loads
    return key[a] < key[b] || (key[a] === key[b] && this.entries.of[a] < this.entries.of[b])
  }

  private full(slot: SlotId): boolean {
    const { maxConn, served } = this.loads
    return maxConn[slot] > 0 && served[slot] >= maxConn[slot]
  }
}

/**
 * HAProxy's `roundrobin` (fwrr): servers are placed at positions of a sequence as long as the sum of the weights; the server whose position has come is next.
 * Source: HAProxy 2.6.12, src/lb_fwrr.c; compared with recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { ColumnTable } from '../../../common/table.ts'
import { HeapIndex, SlotHeap } from '../slot-heap.ts'
import { INITIAL_SLOTS } from '../slots.ts'

/** Effective weight of a unit of weight: HAProxy's scale, in which a slow start changes a weight by sixteenths. */
export const WEIGHT_SCALE = 16
/** Largest weight of HAProxy. */
export const MAX_HAPROXY_WEIGHT = 256
const MAX_EFFECTIVE = MAX_HAPROXY_WEIGHT * WEIGHT_SCALE

/** The state of each server by slot. */
class Positions extends ColumnTable {
  readonly effective = this.column(Int32Array)
  /** Next position, 0 before the first. */
  readonly next = this.column(Float64Array)
  /** What the division of the sequence by the weight has left over. */
  readonly rest = this.column(Int32Array)
  /** Sorting key in the set that it is in, and the running number of the insertion. */
  readonly key = this.column(Float64Array)
  readonly entry = this.column(Float64Array)
  /** Number of that set, NONE when it is in none. */
  readonly set = this.column(Int32Array, NONE)
  readonly index = new HeapIndex()

  constructor() {
    super(INITIAL_SLOTS)
  }
}

/** Servers by key, first in, first out among equals. */
class Queue extends SlotHeap {
  private readonly positions: Positions

  constructor(positions: Positions) {
    super(positions.index)
    this.positions = positions
  }

  protected before(a: SlotId, b: SlotId): boolean {
    const { key, entry } = this.positions
    return key[a] < key[b] || (key[a] === key[b] && entry[a] < entry[b])
  }
}

/** The number of the current set; 0 and 1 take turns as the initial and the next one. */
const CURRENT = 2

/** A group of servers (the active or the backup ones). A pick and a change take O(log n), a pick O(k log n) when k servers are full. */
export class HaproxyRoundRobin {
  private readonly positions = new Positions()
  private readonly sets = [new Queue(this.positions), new Queue(this.positions), new Queue(this.positions)]
  private initial = 0
  private entries = 0
  /** A pick has been made since the group was empty. */
  private started = false
  private nextWeight = 0
  private currentWeight = 0
  private currentPosition = 0
  /** Full servers that a pick has taken out. */
  private readonly passed: SlotId[] = []

  /** Servers that are usable. */
  count = 0

  /** The server becomes usable, with a weight from 1 to 256. */
  add(slot: SlotId, weight: number): void {
    const { positions } = this
    positions.reserve(slot + 1)
    const effective = weight * WEIGHT_SCALE
    positions.effective[slot] = effective
    positions.next[slot] = 0
    positions.rest[slot] = 0
    this.nextWeight += effective
    this.count++
    if (!this.started) {
      this.restart()
      this.queueByWeight(slot, this.initial)
      return
    }
    positions.next[slot] = this.currentPosition + Math.floor((this.nextWeight + this.currentWeight - this.currentPosition) / effective)
    this.queue(slot)
  }

  /** The server becomes unusable. */
  remove(slot: SlotId): void {
    this.dequeue(slot)
    this.nextWeight -= this.positions.effective[slot]
    if (--this.count === 0) this.started = false
    if (!this.started) this.restart()
  }

  /** The next server that is not full; NONE when all are. */
  pick(full: (slot: SlotId) => boolean): SlotId {
    const { passed } = this
    passed.length = 0
    this.started = true
    let switched = false
    let slot = NONE
    for (;;) {
      if (this.currentWeight === 0) this.currentPosition = this.currentWeight = this.nextWeight
      slot = this.first()
      if (slot === NONE) {
        if (switched) break
        switched = true
        this.swap()
        continue
      }
      this.advance(slot)
      this.dequeue(slot)
      this.currentPosition++
      if (!full(slot)) break
      passed.push(slot)
    }
    if (slot !== NONE) this.queue(slot)
    // taken out last, put back first; behind a switch of the sets their positions are lost
    for (let i = passed.length - 1; i >= 0; i--) {
      if (switched) this.queueByWeight(passed[i], this.initial)
      else this.queue(passed[i])
    }
    return slot
  }

  /** For `explain balance`. */
  explain(slot: SlotId): Readonly<Record<string, number>> {
    return { position: this.currentPosition, next: this.positions.next[slot] }
  }

  private restart(): void {
    this.currentPosition = this.currentWeight = this.nextWeight
  }

  private swap(): void {
    this.initial = 1 - this.initial
    this.restart()
  }

  private first(): SlotId {
    const { positions } = this
    const waiting = this.sets[CURRENT].first(NONE)
    if (waiting !== NONE && positions.next[waiting] <= this.currentPosition) return waiting
    const slot = this.sets[this.initial].first(NONE)
    if (slot === NONE) return waiting
    positions.next[slot] = 0
    positions.rest[slot] = 0
    return slot
  }

  private advance(slot: SlotId): void {
    const { next, rest, effective } = this.positions
    const weight = effective[slot]
    if (next[slot] === 0) next[slot] = this.currentPosition
    next[slot] += Math.floor(this.nextWeight / weight)
    rest[slot] += this.nextWeight % weight
    if (rest[slot] >= weight) {
      rest[slot] -= weight
      next[slot]++
    }
  }

  private queue(slot: SlotId): void {
    const { next, rest, effective, key } = this.positions
    if (next[slot] >= 2 * this.currentWeight || next[slot] >= this.currentWeight + this.nextWeight) {
      next[slot] -= this.currentWeight
      this.queueByWeight(slot, 1 - this.initial)
      return
    }
    key[slot] = MAX_HAPROXY_WEIGHT * next[slot] + Math.floor((MAX_EFFECTIVE + rest[slot] - effective[slot]) / WEIGHT_SCALE)
    this.insert(slot, CURRENT)
  }

  private queueByWeight(slot: SlotId, set: number): void {
    this.positions.key[slot] = MAX_EFFECTIVE - this.positions.effective[slot]
    this.insert(slot, set)
  }

  private insert(slot: SlotId, set: number): void {
    this.positions.entry[slot] = this.entries++
    this.positions.set[slot] = set
    this.sets[set].add(slot)
  }

  private dequeue(slot: SlotId): void {
    const set = this.positions.set[slot]
    if (set === NONE) return
    this.sets[set].remove(slot)
    this.positions.set[slot] = NONE
  }
}

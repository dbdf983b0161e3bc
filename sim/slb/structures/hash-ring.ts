/** Key to backend by consistent hashing: backends have points on a circle, and a key belongs to the next point. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { hash32 } from './hash.ts'
import type { KeyMap } from './key-map.ts'
import type { BackendSet } from './slots.ts'

const MIN_ARCS = 256
/** 2^32 / MIN_ARCS is 2^24. */
const MAX_SHIFT = 24

/** The points on the circle; those of one arc are linked in order of hash. */
class Points extends ColumnTable {
  readonly hash = this.column(Float64Array)
  readonly owner = this.column(Int32Array)
  readonly next = this.column(Int32Array)
}

/**
 * Each backend has `points` points, a lighter one fewer in proportion to the heaviest (at least one). When one leaves, its arcs go to the points behind them and
 * no other key moves.
 * The plain form is a sorted array, in which a change of the set moves everything behind it. Here the circle is divided into about as many equal arcs as there are
 * points, each with a short sorted list: O(points of one backend) per change, O(1) per key.
 * Source: Karger et al. 1997, Consistent hashing and random trees; 160 points per backend as in nginx (hash ... consistent) and ketama.
 */
export class RingMap implements KeyMap {
  private readonly slots: BackendSet
  private readonly pointsPerBackend: number
  private maxWeight = 0
  /** Backends of that weight. */
  private atMaxWeight = 0
  /** By arc: its first point. */
  private head = new Int32Array(MIN_ARCS).fill(NONE)
  /** An arc is the hash shifted right by this. */
  private shift = MAX_SHIFT
  private readonly points = new Points(MIN_ARCS)
  /** First of the unused rows of `points`, linked by `next`. */
  private free = NONE
  /** Rows of `points` ever used. */
  private high = 0
  private size = 0

  /** `points`: of a backend of the largest weight. */
  constructor(slots: BackendSet, points: number) {
    this.slots = slots
    this.pointsPerBackend = points
  }

  add(slot: SlotId, weight: number): void {
    if (weight > this.maxWeight) this.rebuild(weight)
    else {
      if (weight === this.maxWeight) this.atMaxWeight++
      this.addPoints(slot, weight)
    }
  }

  remove(slot: SlotId, weight: number): void {
    const count = this.pointsOf(weight)
    for (let j = 0; j < count; j++) this.removePoint(hash32(slot, j + 1), slot)
    if (weight === this.maxWeight && --this.atMaxWeight === 0) {
      const { slots } = this
      let maxWeight = 0
      for (let i = 0; i < slots.count; i++) maxWeight = Math.max(maxWeight, slots.weight[slots.candidate(i, NONE, slots.count)])
      this.rebuild(maxWeight)
    } else if (this.size * 8 < this.head.length && this.head.length > MIN_ARCS) this.divide(this.shift + 2)
  }

  find(key: number, exclude: SlotId): SlotId {
    const { hash, owner, next } = this.points
    const at = hash32(key, 0)
    let arc = at >>> this.shift
    let point = this.head[arc]
    while (point !== NONE && hash[point] < at) point = next[point]
    for (;;) {
      while (point === NONE) {
        arc = (arc + 1) % this.head.length
        point = this.head[arc]
      }
      if (owner[point] !== exclude) return owner[point]
      point = next[point]
    }
  }

  private pointsOf(weight: number): number {
    return pointsOf(weight, this.maxWeight, this.pointsPerBackend)
  }

  private addPoints(slot: SlotId, weight: number): void {
    const count = this.pointsOf(weight)
    for (let j = 0; j < count; j++) this.addPoint(hash32(slot, j + 1), slot)
  }

  /** Adds all points again, for another largest weight. */
  private rebuild(maxWeight: number): void {
    const { slots } = this
    this.maxWeight = maxWeight
    this.atMaxWeight = 0
    this.head = new Int32Array(MIN_ARCS).fill(NONE)
    this.shift = MAX_SHIFT
    this.free = NONE
    this.high = 0
    this.size = 0
    for (let i = 0; i < slots.count; i++) {
      const slot = slots.candidate(i, NONE, slots.count)
      if (slots.weight[slot] === maxWeight) this.atMaxWeight++
      this.addPoints(slot, slots.weight[slot])
    }
  }

  private addPoint(hash: number, slot: SlotId): void {
    if (this.size === this.head.length) this.divide(this.shift - 1)
    const { points } = this
    let point = this.free
    if (point !== NONE) this.free = points.next[point]
    else {
      point = this.high++
      points.reserve(point + 1)
    }
    points.hash[point] = hash
    points.owner[point] = slot
    this.link(point)
    this.size++
  }

  /** In order of hash, then of slot: the order does not depend on the order of addition. */
  private link(point: number): void {
    const { head } = this
    const { hash, owner, next } = this.points
    const arc = hash[point] >>> this.shift
    let before = NONE
    let after = head[arc]
    while (after !== NONE && (hash[after] < hash[point] || (hash[after] === hash[point] && owner[after] < owner[point]))) {
      before = after
      after = next[after]
    }
    next[point] = after
    if (before === NONE) head[arc] = point
    else next[before] = point
  }

  private removePoint(hash: number, slot: SlotId): void {
    const { head } = this
    const { hash: at, owner, next } = this.points
    const arc = hash >>> this.shift
    let before = NONE
    let point = head[arc]
    while (at[point] !== hash || owner[point] !== slot) {
      before = point
      point = next[point]
    }
    if (before === NONE) head[arc] = next[point]
    else next[before] = next[point]
    next[point] = this.free
    this.free = point
    this.size--
  }

  /** Divides the circle into 2^(32 - shift) arcs. */
  private divide(shift: number): void {
    const old = this.head
    this.shift = shift
    this.head = new Int32Array(1 << (32 - shift)).fill(NONE)
    for (let arc = 0; arc < old.length; arc++) {
      for (let point = old[arc]; point !== NONE;) {
        const after = this.points.next[point]
        this.link(point)
        point = after
      }
    }
  }
}

/** Points of a backend when one of the largest weight has `points`. */
export function pointsOf(weight: number, maxWeight: number, points: number): number {
  return Math.max(1, Math.round((points * weight) / maxWeight))
}

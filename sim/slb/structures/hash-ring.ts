/** Key to backend by consistent hashing: backends have points on a circle, and a key belongs to the next point. */
import { grown } from '../../common/table.ts'
import { hash32 } from './hash.ts'
import type { KeyMap } from '../members/source-hash.ts'
import type { Slots } from './slots.ts'

const NONE = -1
const FEWEST = 256
/** 2^32 over FEWEST is 2^24. */
const WIDEST = 24

/**
 * Each backend has `points` points, a lighter one fewer in proportion to the heaviest (at least one). When one leaves, its arcs go to
 * those behind them and no other key moves.
 * Plainly it is a sorted array, in which a change of the set moves all that stand behind. Here the circle is cut into about as many equal
 * arcs as there are points, each with a short sorted list: O(points of one backend) a change, O(1) a key.
 * Source: Karger et al. 1997, Consistent hashing and random trees; 160 points a backend as in nginx (hash ... consistent) and ketama.
 */
export class RingMap implements KeyMap {
  private readonly slots: Slots
  private readonly points: number
  private heaviest = 0
  /** Backends as heavy as the heaviest. */
  private atHeaviest = 0

  // by arc
  private head = new Int32Array(FEWEST).fill(NONE)
  private shift = WIDEST
  // by point
  private hash = new Float64Array(FEWEST)
  private owner = new Int32Array(FEWEST)
  private next = new Int32Array(FEWEST)
  private free = NONE
  private high = 0
  private size = 0

  constructor(slots: Slots, points: number) {
    this.slots = slots
    this.points = points
  }

  add(slot: number, weight: number): void {
    if (weight > this.heaviest) this.rebuild(weight)
    else {
      if (weight === this.heaviest) this.atHeaviest++
      this.place(slot, weight)
    }
  }

  remove(slot: number, weight: number): void {
    const count = this.pointsOf(weight)
    for (let j = 0; j < count; j++) this.take(hash32(slot, j + 1), slot)
    if (weight === this.heaviest && --this.atHeaviest === 0) {
      let heaviest = 0
      for (let i = 0; i < this.slots.count; i++)
        heaviest = Math.max(heaviest, this.slots.weight[this.slots.candidate(i, NONE, this.slots.count)])
      this.rebuild(heaviest)
    } else if (this.size * 8 < this.head.length && this.head.length > FEWEST) this.cut(this.shift + 2)
  }

  find(key: number, exclude: number): number {
    const at = hash32(key, 0)
    let arc = at >>> this.shift
    let point = this.head[arc]
    while (point !== NONE && this.hash[point] < at) point = this.next[point]
    for (;;) {
      while (point === NONE) {
        arc = (arc + 1) % this.head.length
        point = this.head[arc]
      }
      if (this.owner[point] !== exclude) return this.owner[point]
      point = this.next[point]
    }
  }

  private pointsOf(weight: number): number {
    return pointsOf(weight, this.heaviest, this.points)
  }

  private place(slot: number, weight: number): void {
    const count = this.pointsOf(weight)
    for (let j = 0; j < count; j++) this.put(hash32(slot, j + 1), slot)
  }

  /** All anew, for a new heaviest weight. */
  private rebuild(heaviest: number): void {
    const { slots } = this
    this.heaviest = heaviest
    this.atHeaviest = 0
    this.head = new Int32Array(FEWEST).fill(NONE)
    this.shift = WIDEST
    this.free = NONE
    this.high = 0
    this.size = 0
    for (let i = 0; i < slots.count; i++) {
      const slot = slots.candidate(i, NONE, slots.count)
      if (slots.weight[slot] === heaviest) this.atHeaviest++
      this.place(slot, slots.weight[slot])
    }
  }

  private put(hash: number, slot: number): void {
    if (this.size === this.head.length) this.cut(this.shift - 1)
    let point = this.free
    if (point !== NONE) this.free = this.next[point]
    else {
      point = this.high++
      if (point === this.hash.length) {
        this.hash = grown(this.hash, 2 * point)
        this.owner = grown(this.owner, 2 * point)
        this.next = grown(this.next, 2 * point)
      }
    }
    this.hash[point] = hash
    this.owner[point] = slot
    this.link(point)
    this.size++
  }

  /** In order of hash, and of slot where two are the same: the order does not depend on who came first. */
  private link(point: number): void {
    const { hash, owner, next, head } = this
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

  private take(hash: number, slot: number): void {
    const { next, head } = this
    const arc = hash >>> this.shift
    let before = NONE
    let point = head[arc]
    while (this.hash[point] !== hash || this.owner[point] !== slot) {
      before = point
      point = next[point]
    }
    if (before === NONE) head[arc] = next[point]
    else next[before] = next[point]
    next[point] = this.free
    this.free = point
    this.size--
  }

  /** Cuts the circle into 2^(32 - shift) arcs. */
  private cut(shift: number): void {
    const old = this.head
    this.shift = shift
    this.head = new Int32Array(1 << (32 - shift)).fill(NONE)
    for (let arc = 0; arc < old.length; arc++) {
      for (let point = old[arc]; point !== NONE;) {
        const after = this.next[point]
        this.link(point)
        point = after
      }
    }
  }
}

/** Points of a backend beside one of the heaviest weight. */
export function pointsOf(weight: number, heaviest: number, points: number): number {
  return Math.max(1, Math.round((points * weight) / heaviest))
}

/** Earliest deadline first: each backend is due at times 1 / weight apart, and the one that is due first is picked. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { SlotHeap } from './slot-heap.ts'
import { INITIAL_SLOTS } from './slots.ts'

class Dues extends ColumnTable {
  readonly weight = this.column(Float64Array)
  /** See the subclasses. */
  readonly due = this.column(Float64Array)
  /** Among equal deadlines the lowest rank is first. */
  readonly rank = this.column(Float64Array)

  constructor() {
    super(INITIAL_SLOTS)
  }
}

/** Backends by deadline. A pick takes O(log n). */
export abstract class Deadlines extends SlotHeap {
  protected readonly dues = new Dues()
  private takes = 0

  /** Due `turns` / weight after the start. `rank` decides among backends that are due at the same time until their next pick. */
  insert(slot: SlotId, weight: number, rank: number, turns = 1): void {
    const { dues } = this
    dues.reserve(slot + 1)
    dues.weight[slot] = weight
    dues.due[slot] = this.dueAfter(turns, weight)
    dues.rank[slot] = rank
    this.takes = Math.max(this.takes, rank + 1)
    this.add(slot)
  }

  /** The backend is picked: its next deadline is `turns` / weight later. Among equal deadlines the one that got its deadline first is first. */
  take(slot: SlotId, turns = 1): void {
    this.advance(slot, turns)
    this.dues.rank[slot] = this.takes++
    this.moved(slot)
  }

  /**
   * Whether the backend is due no later than every other: a possible next pick where ties are broken otherwise.
   * @param rounding relative difference of deadlines that counts as none
   */
  isNext(slot: SlotId, rounding = 0): boolean {
    const first = this.first(NONE)
    return first !== NONE && this.compare(slot, first) <= rounding * this.dues.due[slot] * this.dues.weight[first]
  }

  /** When the backend is due. */
  abstract deadlineOf(slot: SlotId): number

  protected before(a: SlotId, b: SlotId): boolean {
    const difference = this.compare(a, b)
    return difference < 0 || (difference === 0 && this.dues.rank[a] < this.dues.rank[b])
  }

  /** Below 0 when a is due before b, 0 when at the same time. */
  protected abstract compare(a: SlotId, b: SlotId): number
  protected abstract dueAfter(turns: number, weight: number): number
  protected abstract advance(slot: SlotId, turns: number): void
}

/**
 * Deadlines are kept as multiples of 1 / weight and compared by cross multiplication: exact for whole weights and turns, as in Envoy 1.40, below 2^53 of
 * turns times weight.
 */
export class ExactDeadlines extends Deadlines {
  deadlineOf(slot: SlotId): number {
    return this.dues.due[slot] / this.dues.weight[slot]
  }

  protected compare(a: SlotId, b: SlotId): number {
    const { due, weight } = this.dues
    return due[a] * weight[b] - due[b] * weight[a]
  }

  protected dueAfter(turns: number): number {
    return turns
  }

  protected advance(slot: SlotId, turns: number): void {
    this.dues.due[slot] += turns
  }
}

/** Deadlines are sums of 1 / weight in floating point, as in Traefik: rounding can order what would be due at the same time. */
export class SummedDeadlines extends Deadlines {
  deadlineOf(slot: SlotId): number {
    return this.dues.due[slot]
  }

  protected compare(a: SlotId, b: SlotId): number {
    return this.dues.due[a] - this.dues.due[b]
  }

  protected dueAfter(turns: number, weight: number): number {
    return turns / weight
  }

  protected advance(slot: SlotId, turns: number): void {
    this.dues.due[slot] += turns / this.dues.weight[slot]
  }
}

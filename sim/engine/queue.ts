/**
 * The event queue: a binary heap on typed arrays that compares time, then a running number, so that equal times leave in the
 * order they came. Cancel and reschedule by handle are O(log n). Nothing is allocated per event.
 *
 * What is not plain here, and what it buys (bench/queue.ts measures the whole):
 * - an entry is two doubles side by side, (time, tag) with tag = number * 2^22 + slot: one cache line instead of three, and the
 *   tie-break is one more comparison that is predicted;
 * - numbers run from 2^30 to 2^31, so a tag lies in [2^52, 2^53), where a double's low word is the integer's low word: the slot
 *   is read through a view of words, without arithmetic on doubles (`tag % 2^22` would be a call to C's fmod);
 * - pop leaves the root empty and the next push fills it with one sift down: the usual event schedules its successor;
 * - in a heap that fits the cache the smaller child is chosen by arithmetic, as a branch would be mispredicted half the time;
 *   in a larger one the branch is better, since its speculation is what fetches the next level;
 * - times travel to the sifts through `carried`: a float64 argument of a call that V8 does not inline is boxed on the heap.
 */
import { A, B, GENERATION_MASK, GENERATION_STEP, HEADER_MASK, MAX_PENDING, PLACE, RECORD_SHIFT, SLOT_MASK, refuseHandle, refuseTime } from './events.ts'

/** Running numbers: see above. Before the last one is used, the pending events are numbered anew. */
const FIRST_NUMBER = 1_073_741_824
const LAST_NUMBER = 2_147_483_647

/** Entries up to which the child is chosen by arithmetic (measured). */
const SMALL = 1 << 17

/** Which half of a double is its low word. */
const LOW = new Uint32Array(new Float64Array([4_503_599_627_370_497]).buffer)[0] === 1 ? 0 : 1

/** The places in `carried`. */
const TIME = 0
const TAG = 1
const NOW = 2
const LIMIT = 3

export interface EventQueueOptions {
  /** Room at the start; it doubles when needed. */
  readonly capacity?: number
  /** The first running number, 2^30 to 2^31 - 1: tests set it close to the end to see events numbered anew. */
  readonly firstNumber?: number
}

export class EventQueue {
  /** One record per slot (events.ts). */
  private records: Int32Array
  /** Free slots as a stack: the slot just popped is still in the cache when the next push takes it. */
  private free: Int32Array
  private freeCount = 0
  /** Slots ever taken; those from here on are untouched. */
  private top = 0
  /** The heap: (time, tag) per entry, and the same memory as words. */
  private entries: Float64Array
  private words: Int32Array
  /** Entries in the heap, an empty root included. */
  private count = 0
  /**
   * True after a pop: the entry at the root is gone, but still written there. It comes before every pending entry (nothing is
   * pushed before it), so the heap is in order around it, and moves and cancels need not fill it first.
   */
  private hole = false
  private number: number
  /** Time and tag on their way into the heap, the clock, and the limit. */
  private readonly carried = new Float64Array(4)

  constructor(options: EventQueueOptions = {}) {
    const capacity = options.capacity ?? 1024
    if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_PENDING)) {
      throw new RangeError(`event queue capacity: ${capacity}; accepted: a whole number from 1 to ${MAX_PENDING}`)
    }
    const number = options.firstNumber ?? FIRST_NUMBER
    if (!(Number.isInteger(number) && number >= FIRST_NUMBER && number <= LAST_NUMBER)) {
      throw new RangeError(`first running number: ${number}; accepted: a whole number from ${FIRST_NUMBER} to ${LAST_NUMBER}`)
    }
    this.number = number
    this.records = new Int32Array(capacity << RECORD_SHIFT)
    this.free = new Int32Array(capacity)
    this.entries = new Float64Array(2 * capacity)
    this.words = new Int32Array(this.entries.buffer)
    this.carried[LIMIT] = Infinity
  }

  /** Pending events. */
  get size(): number {
    return this.hole ? this.count - 1 : this.count
  }

  /** Time of the event popped last; nothing may be pushed before it. */
  get time(): number {
    return this.carried[NOW]
  }

  /** Events later than this stay in the queue. */
  get limit(): number {
    return this.carried[LIMIT]
  }
  set limit(time: number) {
    this.carried[LIMIT] = time
  }

  /** Adds an event and returns its handle. NaN and times before `time` are refused. Kind below 64, a and b below 2^31. */
  push(time: number, kind: number, a: number, b: number): number {
    if (!(time >= this.carried[NOW])) refuseTime(time, this.carried[NOW])
    this.carried[TIME] = time
    return this.enter(kind, a, b)
  }

  /**
   * Takes the earliest event out and returns its slot, or -1 when there is none up to `limit`; `time` is then its time. Its
   * kind, a and b may be read until the next push; its handle is stale already.
   */
  pop(): number {
    if (this.hole) this.fillFromEnd()
    if (this.count === 0) return -1
    const time = this.entries[0]
    if (time > this.carried[LIMIT]) return -1
    this.carried[NOW] = time
    this.hole = true
    const slot = this.words[2 + LOW] & SLOT_MASK
    this.release(slot)
    return slot
  }

  kind(slot: number): number {
    return this.records[slot << RECORD_SHIFT] & SLOT_MASK
  }
  a(slot: number): number {
    return this.records[(slot << RECORD_SHIFT) + A]
  }
  b(slot: number): number {
    return this.records[(slot << RECORD_SHIFT) + B]
  }

  /** Changes the argument `a` of a pending event. */
  setA(slot: number, a: number): void {
    this.records[(slot << RECORD_SHIFT) + A] = a
  }

  /** Gives the event another time; among equal times it is then the last. The handle stays valid. */
  move(handle: number, time: number): void {
    if (!(time >= this.carried[NOW])) refuseTime(time, this.carried[NOW])
    this.carried[TIME] = time
    this.reenter(handle)
  }

  /** Takes the event out; its handle is stale from then on. */
  cancel(handle: number): void {
    const slot = this.find(handle)
    if (slot < 0) refuseHandle(handle)
    this.remove(this.records[(slot << RECORD_SHIFT) + PLACE])
    this.release(slot)
  }

  pending(handle: number): boolean {
    return this.find(handle) >= 0
  }

  /** The time a pending event is set for. */
  timeOf(handle: number): number {
    const slot = this.find(handle)
    if (slot < 0) refuseHandle(handle)
    return this.entries[this.records[(slot << RECORD_SHIFT) + PLACE]]
  }

  /** The slot of a pending event, -1 when the handle is stale or never was one. */
  find(handle: number): number {
    const slot = handle & SLOT_MASK
    if (handle < 0 || slot >= this.top) return -1
    // A free slot keeps its next generation, which no handle has been given yet, unless 512 events have passed.
    return (this.records[slot << RECORD_SHIFT] & GENERATION_MASK) === (handle & GENERATION_MASK) ? slot : -1
  }

  private enter(kind: number, a: number, b: number): number {
    let slot: number
    if (this.freeCount > 0) {
      slot = this.free[--this.freeCount]
    } else {
      if (this.top === this.free.length) this.grow()
      slot = this.top++
    }
    const records = this.records
    const record = slot << RECORD_SHIFT
    const generation = records[record] & GENERATION_MASK
    records[record] = generation | kind
    records[record + A] = a
    records[record + B] = b
    this.tag(slot)
    if (this.hole) {
      this.hole = false
      this.sink(0, slot)
    } else {
      this.rise(2 * this.count++, slot)
    }
    return generation | slot
  }

  private reenter(handle: number): void {
    const slot = this.find(handle)
    if (slot < 0) refuseHandle(handle)
    this.tag(slot)
    const at = this.records[(slot << RECORD_SHIFT) + PLACE]
    // With an equal time the new number is the larger one: the event can only sink.
    if (this.carried[TIME] < this.entries[at]) this.rise(at, slot)
    else this.sink(at, slot)
  }

  /** Writes the next running number and the slot to the carried tag. */
  private tag(slot: number): void {
    if (this.number >= LAST_NUMBER) this.renumber()
    this.carried[TAG] = this.number++ * MAX_PENDING + slot
  }

  private release(slot: number): void {
    const record = slot << RECORD_SHIFT
    this.records[record] = (this.records[record] + GENERATION_STEP) & HEADER_MASK
    this.free[this.freeCount++] = slot
  }

  /** Takes the entry at offset `at` out: the last one moves there, and up or down from there. */
  private remove(at: number): void {
    const last = 2 * --this.count
    if (at === last) return
    const mover = this.carry(last)
    const entries = this.entries
    const time = this.carried[TIME]
    const parent = ((at - 2) >> 2) << 1
    if (at > 0 && (time < entries[parent] || (time === entries[parent] && this.carried[TAG] < entries[parent + 1]))) this.rise(at, mover)
    else this.sink(at, mover)
  }

  /** Fills the empty root with the last entry. */
  private fillFromEnd(): void {
    this.hole = false
    const last = 2 * --this.count
    if (last > 0) this.sink(0, this.carry(last))
  }

  /** Picks the entry at offset `at` up; returns its slot. */
  private carry(at: number): number {
    this.carried[TIME] = this.entries[at]
    this.carried[TAG] = this.entries[at + 1]
    return this.words[2 * at + 2 + LOW] & SLOT_MASK
  }

  /** Places the carried entry at offset `at` or above. */
  private rise(at: number, slot: number): void {
    const entries = this.entries
    const words = this.words
    const records = this.records
    const time = this.carried[TIME]
    const tag = this.carried[TAG]
    while (at > 0) {
      const parent = ((at - 2) >> 2) << 1
      const parentTime = entries[parent]
      const parentTag = entries[parent + 1]
      if (parentTime < time || (parentTime === time && parentTag < tag)) break
      entries[at] = parentTime
      entries[at + 1] = parentTag
      records[((words[2 * parent + 2 + LOW] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
      at = parent
    }
    entries[at] = time
    entries[at + 1] = tag
    records[(slot << RECORD_SHIFT) + PLACE] = at
  }

  /** Places the carried entry at offset `at` or below. */
  private sink(at: number, slot: number): void {
    if (this.count < SMALL) this.sinkInCache(at, slot)
    else this.sinkInMemory(at, slot)
  }

  private sinkInCache(at: number, slot: number): void {
    const entries = this.entries
    const words = this.words
    const records = this.records
    const end = 2 * this.count
    const time = this.carried[TIME]
    const tag = this.carried[TAG]
    let left = 2 * at + 2
    while (left < end) {
      let child = left
      if (left + 2 < end) {
        const leftTime = entries[left]
        const rightTime = entries[left + 2]
        if (rightTime === leftTime) child = entries[left + 3] < entries[left + 1] ? left + 2 : left
        else child = left + (Number(rightTime < leftTime) << 1)
      }
      const childTime = entries[child]
      const childTag = entries[child + 1]
      if (time < childTime || (time === childTime && tag < childTag)) break
      entries[at] = childTime
      entries[at + 1] = childTag
      records[((words[2 * child + 2 + LOW] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
      at = child
      left = 2 * at + 2
    }
    entries[at] = time
    entries[at + 1] = tag
    records[(slot << RECORD_SHIFT) + PLACE] = at
  }

  private sinkInMemory(at: number, slot: number): void {
    const entries = this.entries
    const words = this.words
    const records = this.records
    const end = 2 * this.count
    const time = this.carried[TIME]
    const tag = this.carried[TAG]
    let child = 2 * at + 2
    while (child < end) {
      let childTime = entries[child]
      if (child + 2 < end) {
        const rightTime = entries[child + 2]
        if (rightTime < childTime || (rightTime === childTime && entries[child + 3] < entries[child + 1])) {
          child += 2
          childTime = rightTime
        }
      }
      const childTag = entries[child + 1]
      if (time < childTime || (time === childTime && tag < childTag)) break
      entries[at] = childTime
      entries[at + 1] = childTag
      records[((words[2 * child + 2 + LOW] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
      at = child
      child = 2 * at + 2
    }
    entries[at] = time
    entries[at + 1] = tag
    records[(slot << RECORD_SHIFT) + PLACE] = at
  }

  /** Numbers the pending events anew in the order of their old numbers: O(n log n), once in 2^30 events. */
  private renumber(): void {
    const time = this.carried[TIME]
    if (this.hole) this.fillFromEnd()
    const tags = new Float64Array(this.count)
    for (let i = 0; i < this.count; i++) tags[i] = this.entries[2 * i + 1]
    tags.sort()
    const low = new Int32Array(tags.buffer)
    for (let i = 0; i < this.count; i++) {
      const slot = low[2 * i + LOW] & SLOT_MASK
      this.entries[this.records[(slot << RECORD_SHIFT) + PLACE] + 1] = (FIRST_NUMBER + i) * MAX_PENDING + slot
    }
    this.number = FIRST_NUMBER + this.count
    this.carried[TIME] = time
  }

  private grow(): void {
    const capacity = Math.min(2 * this.free.length, MAX_PENDING)
    if (capacity === this.free.length) {
      throw new RangeError(`pending events: more than ${MAX_PENDING}; accepted: arrivals streamed one at a time, periodic work as one event per cohort`)
    }
    const { records, entries } = this
    this.records = new Int32Array(capacity << RECORD_SHIFT)
    this.records.set(records)
    this.entries = new Float64Array(2 * capacity)
    this.entries.set(entries)
    this.words = new Int32Array(this.entries.buffer)
    this.free = new Int32Array(capacity)
  }
}

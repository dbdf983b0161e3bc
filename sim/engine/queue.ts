/**
 * The event queue: a binary heap on typed arrays, ordered by time and then by a running number, so that events of equal times
 * leave in the order in which they were pushed. Cancel and reschedule by handle are O(log n). Nothing is allocated per event.
 *
 * Optimisations, and what each one gains (bench/queue.ts measures the whole queue):
 * - an entry is two doubles side by side, (time, tag) with tag = number * 2^22 + slot: one cache line instead of three, and the
 *   tie-break is one more well-predicted comparison;
 * - numbers run from 2^30 to 2^31, so a tag lies in [2^52, 2^53), where a double's low word is the integer's low word: the slot
 *   is read through a view of words, without arithmetic on doubles (`tag % 2^22` would be a call to C's fmod);
 * - an event's kind, arguments and heap position are one record of 16 bytes, which never straddles a cache line: one cache miss
 *   where columns cost four;
 * - pop leaves the root empty and the next push fills it with one sift down: most events schedule a successor;
 * - in a heap that fits the cache the smaller child is chosen by arithmetic, as a branch would be mispredicted half the time;
 *   in a larger heap a branch is faster, because its speculative execution prefetches the next level;
 * - a float64 argument of a call that V8 does not inline is boxed on the heap: `push` is therefore small enough to be inlined,
 *   times are passed on in `carried`, and `settle` is one function that is too long to be inlined (two short ones were inlined).
 */
import type { EventHandle, Time } from '../common/ids.ts'
import { KINDS, MAX_PENDING, refuseHandle, refuseKind, refuseTime } from './events.ts'

// Constants of the hot paths, NONE (-1) among them, are written here and not imported: an import is a load from another module at
// each use (5 %).

const SLOTS = 4_194_304
const SLOT_MASK = SLOTS - 1

/** Range of the running numbers, see above. After the last one the pending events are renumbered. */
const FIRST_NUMBER = 1_073_741_824
const LAST_NUMBER = 2_147_483_647

/**
 * A record: kind and generation of the slot, a, b, and the heap position of its entry. A handle is slot + generation * 2^22,
 * 31 bits, a small integer, never an object. The generation of a slot increases when the slot is reused, so that a stale handle
 * is refused. It wraps around after 512 events of one slot: an owner must forget its handle when the event fires.
 */
const RECORD_SHIFT = 2
const A = 1
const B = 2
const PLACE = 3
const KIND_LIMIT = 1024
/** Value of the kind field in the record of a free slot. */
const FREE = SLOT_MASK
const GENERATION_STEP = 0x400000
const GENERATION_MASK = 0x7fc00000

/** Offset of the end of a heap of 2^17 entries: below it the child is chosen by arithmetic (measured). */
const IN_CACHE = 262_144

/** Which word of a double is the low one. */
const LOW = new Uint32Array(new Float64Array([4_503_599_627_370_497]).buffer)[0] === 1 ? 0 : 1
/** Offset from an entry to the low word of its tag, in words. */
const TAG_WORD = 2 + LOW

/** Places of time and tag in `carried`. */
const TIME = 0
const TAG = 1

/** Options of an event queue. */
export interface EventQueueOptions {
  /** Events that fit before the first growth; doubles when needed. */
  readonly capacity?: number
  /** The first running number, 2^30 to 2^31 - 1: tests set it close to the end to provoke a renumbering. */
  readonly firstNumber?: number
}

export class EventQueue {
  /** Time of the event popped last, or a later one set by the owner; nothing may be pushed before it. */
  time: Time = 0
  /** Events later than this stay in the queue. */
  limit: Time = Infinity
  private records: Int32Array
  /** The heap: (time, tag) per entry, and the same memory as words. */
  private entries: Float64Array
  private words: Int32Array
  /** Entries in the heap, including an empty root. */
  private count = 0
  /**
   * True after a pop: the event at the root has left, but its entry and its slot are kept for the next push. That entry sorts
   * before every pending one (nothing is pushed before it), so the heap order holds around it: moves and cancels need not fill it.
   */
  private hole = false
  private number: number
  /** Time and tag of the entry that is being inserted. */
  private readonly carried = new Float64Array(2)
  /** Free slots as a stack, and the number of slots ever used. */
  private free: Int32Array
  private freeCount = 0
  private top = 0

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
  }

  /** Number of pending events. */
  get size(): number {
    return this.hole ? this.count - 1 : this.count
  }

  /** Adds an event, kind below 1024, a and b whole numbers of 32 bits; returns its handle. NaN and times before `time` are refused. */
  push(time: Time, kind: number, a: number, b: number): EventHandle {
    if (!(time >= this.time)) refuseTime(time, this.time)
    this.carried[TIME] = time
    return this.enter(kind, a, b)
  }

  /**
   * Removes the earliest event and returns its slot, or NONE when no event is due by `limit`. `time` becomes the event's time. Its
   * kind, a and b may be read until the next push; its handle is stale at once.
   */
  pop(): number {
    if (this.hole) this.fillRoot()
    if (this.count === 0) return -1
    const time = this.entries[0]
    if (time > this.limit) return -1
    this.time = time
    this.hole = true
    return this.words[TAG_WORD] & SLOT_MASK
  }

  /** Time of the earliest pending event, Infinity when there is none. */
  get next(): Time {
    const { entries, count } = this
    if (!this.hole) return count > 0 ? entries[0] : Infinity
    if (count <= 2) return count === 2 ? entries[2] : Infinity
    return Math.min(entries[2], entries[4])
  }

  /** Kind and arguments of the event in a slot. */
  kind(slot: number): number {
    return this.records[slot << RECORD_SHIFT] & SLOT_MASK
  }
  a(slot: number): number {
    return this.records[(slot << RECORD_SHIFT) + A]
  }
  b(slot: number): number {
    return this.records[(slot << RECORD_SHIFT) + B]
  }

  /** The slot of a handle that is known to be pending. */
  slotOf(handle: EventHandle): number {
    return handle & SLOT_MASK
  }

  /** Reschedules the event; among equal times it is then the last. The handle stays valid. */
  move(handle: EventHandle, time: Time): void {
    if (!(time >= this.time)) refuseTime(time, this.time)
    this.carried[TIME] = time
    this.reenter(handle)
  }

  /** Removes the event; its handle is stale from then on. */
  cancel(handle: EventHandle): void {
    const slot = this.find(handle)
    if (slot < 0) refuseHandle(handle)
    const at = this.records[(slot << RECORD_SHIFT) + PLACE]
    const last = 2 * --this.count
    this.release(slot)
    if (at < last) this.settle(at, this.carry(last))
  }

  /** Whether the handle names an event that has neither fired nor been cancelled. */
  pending(handle: EventHandle): boolean {
    return this.find(handle) >= 0
  }

  /** The time a pending event is scheduled for. */
  timeOf(handle: EventHandle): Time {
    const slot = this.find(handle)
    if (slot < 0) refuseHandle(handle)
    return this.entries[this.records[(slot << RECORD_SHIFT) + PLACE]]
  }

  /** The slot of a pending event; NONE when the handle is stale or was never issued. */
  find(handle: EventHandle): number {
    const slot = handle & SLOT_MASK
    if (handle < 0 || slot >= this.top) return -1
    const header = this.records[slot << RECORD_SHIFT]
    if ((header & GENERATION_MASK) !== (handle & GENERATION_MASK) || (header & FREE) === FREE) return -1
    return this.hole && slot === (this.words[TAG_WORD] & SLOT_MASK) ? -1 : slot
  }

  private enter(kind: number, a: number, b: number): EventHandle {
    if (kind >>> 0 >= KIND_LIMIT) refuseKind(kind, KINDS)
    const slot = this.hole ? this.words[TAG_WORD] & SLOT_MASK : this.take()
    const record = slot << RECORD_SHIFT
    const records = this.records
    const generation = (records[record] + GENERATION_STEP) & GENERATION_MASK
    records[record] = generation | kind
    records[record + A] = a
    records[record + B] = b
    if (this.number === LAST_NUMBER) this.renumber()
    this.carried[TAG] = this.number++ * SLOTS + slot
    this.settle(this.hole ? 0 : 2 * this.count++, slot)
    this.hole = false
    return generation | slot
  }

  private reenter(handle: EventHandle): void {
    const slot = this.find(handle)
    if (slot < 0) refuseHandle(handle)
    if (this.number === LAST_NUMBER) this.renumber()
    this.carried[TAG] = this.number++ * SLOTS + slot
    this.settle(this.records[(slot << RECORD_SHIFT) + PLACE], slot)
  }

  private take(): number {
    if (this.freeCount > 0) return this.free[--this.freeCount]
    if (this.top === this.free.length) this.grow()
    return this.top++
  }

  private release(slot: number): void {
    this.records[slot << RECORD_SHIFT] |= FREE
    this.free[this.freeCount++] = slot
  }

  /** Fills the empty root with the last entry. */
  private fillRoot(): void {
    this.release(this.words[TAG_WORD] & SLOT_MASK)
    this.hole = false
    const last = 2 * --this.count
    if (last > 0) this.settle(0, this.carry(last))
  }

  /** Loads the entry at offset `at` into `carried`; returns its slot. */
  private carry(at: number): number {
    this.carried[TIME] = this.entries[at]
    this.carried[TAG] = this.entries[at + 1]
    return this.words[2 * at + TAG_WORD] & SLOT_MASK
  }

  /** Inserts the carried entry, whose slot is given, at offset `at`, or as far above or below as the heap order requires. */
  private settle(at: number, slot: number): void {
    const entries = this.entries
    const words = this.words
    const records = this.records
    const time = this.carried[TIME]
    const tag = this.carried[TAG]
    while (at > 0) {
      const parent = ((at - 2) >> 2) << 1
      const parentTime = entries[parent]
      const parentTag = entries[parent + 1]
      if (parentTime <= time && (parentTime < time || parentTag < tag)) break
      entries[at] = parentTime
      entries[at + 1] = parentTag
      records[((words[2 * parent + TAG_WORD] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
      at = parent
    }
    const end = 2 * this.count
    let left = 2 * at + 2
    // The same loop twice: the smaller child is chosen by arithmetic in a heap that fits the cache, else by a branch.
    if (end < IN_CACHE) {
      while (left + 2 < end) {
        const leftTime = entries[left]
        const rightTime = entries[left + 2]
        let child = left
        child += Number(rightTime < leftTime) << 1
        if (rightTime === leftTime && entries[left + 3] < entries[left + 1]) child = left + 2
        const childTime = entries[child]
        const childTag = entries[child + 1]
        if (time <= childTime && (time < childTime || tag < childTag)) break
        entries[at] = childTime
        entries[at + 1] = childTag
        records[((words[2 * child + TAG_WORD] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
        at = child
        left = 2 * at + 2
      }
    } else {
      while (left + 2 < end) {
        const leftTime = entries[left]
        const rightTime = entries[left + 2]
        let child = left
        if (rightTime < leftTime) child += 2
        if (rightTime === leftTime && entries[left + 3] < entries[left + 1]) child = left + 2
        const childTime = entries[child]
        const childTag = entries[child + 1]
        if (time <= childTime && (time < childTime || tag < childTag)) break
        entries[at] = childTime
        entries[at + 1] = childTag
        records[((words[2 * child + TAG_WORD] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
        at = child
        left = 2 * at + 2
      }
    }
    if (left + 2 === end && (entries[left] < time || (entries[left] === time && entries[left + 1] < tag))) {
      // An only child: the last entry of the heap.
      entries[at] = entries[left]
      entries[at + 1] = entries[left + 1]
      records[((words[2 * left + TAG_WORD] & SLOT_MASK) << RECORD_SHIFT) + PLACE] = at
      at = left
    }
    entries[at] = time
    entries[at + 1] = tag
    records[(slot << RECORD_SHIFT) + PLACE] = at
  }

  /** Renumbers the entries in the order of their old numbers: O(n log n), once in 2^30 events. */
  private renumber(): void {
    const tags = new Float64Array(this.count)
    for (let i = 0; i < this.count; i++) tags[i] = this.entries[2 * i + 1]
    tags.sort()
    const words = new Int32Array(tags.buffer)
    const places = new Int32Array(this.count)
    for (let i = 0; i < this.count; i++) places[i] = this.records[((words[2 * i + LOW] & SLOT_MASK) << RECORD_SHIFT) + PLACE]
    for (let i = 0; i < this.count; i++) this.entries[places[i] + 1] = (FIRST_NUMBER + i) * SLOTS + (words[2 * i + LOW] & SLOT_MASK)
    this.number = FIRST_NUMBER + this.count
  }

  private grow(): void {
    const capacity = Math.min(2 * this.free.length, MAX_PENDING)
    if (capacity === this.free.length) {
      throw new RangeError(
        `pending events: more than ${MAX_PENDING}; accepted: arrivals streamed one at a time, periodic work as one event per cohort`,
      )
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

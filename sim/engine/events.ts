/**
 * What a pending event is: a record of four whole numbers in one Int32Array, and the handle that names it.
 *
 * Plainly it would be an object { kind, a, b }, or a column for each of the four. A record of 16 bytes never straddles a cache
 * line, so an event costs one miss where columns cost four (at 1e6 pending: 400 against 520 ns per pop + push).
 *
 * | word | holds                                                        |
 * |------|--------------------------------------------------------------|
 * | 0    | kind (bits 0 to 21) and generation of the slot (bits 22 to 30) |
 * | 1, 2 | the event's arguments a and b                                |
 * | 3    | where its entry stands in the heap                           |
 */

/** 22 bits of slot: so many events may be pending at once. */
export const SLOT_BITS = 22
export const MAX_PENDING = 1 << SLOT_BITS
export const SLOT_MASK = MAX_PENDING - 1

/** Shift from a slot to its record, and the words of the record. */
export const RECORD_SHIFT = 2
export const A = 1
export const B = 2
export const PLACE = 3

/**
 * A handle is slot + generation * 2^22: 31 bits, a small integer, never an object. The generation of a slot moves on when its
 * event fires or is cancelled, so that a stale handle is refused. After 512 events of one slot the generation comes round
 * again: an owner forgets its handle when the event fires.
 */
export const GENERATION_STEP = 1 << SLOT_BITS
export const GENERATION_MASK = 0x7fffffff & ~SLOT_MASK
export const HEADER_MASK = 0x7fffffff

/** No event: what a column of handles is filled with. */
export const NO_EVENT = -1

/** Kinds are whole numbers from 0 to 62 for callers; the last one carries closures (simulator.ts). */
export const KINDS = 64

export function refuseTime(time: number, now: number): never {
  if (Number.isNaN(time)) throw new RangeError(`event time: NaN; accepted: a time from now (${now}) on`)
  throw new RangeError(`event in the past: ${time} is before now, ${now}`)
}

export function refuseHandle(handle: number): never {
  throw new RangeError(`event handle: ${handle} is not pending (it has fired, was cancelled, or never was one); accepted: a handle for which pending() holds`)
}

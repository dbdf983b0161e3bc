/** Limits of the event queue, and the errors for arguments beyond them. */
import type { EventHandle, Time } from '../common/ids.ts'

/** Events that may be pending at once: a slot has 22 bits. */
export const MAX_PENDING = 4_194_304

/** Kinds are whole numbers below this; the last one is reserved for closures (simulator.ts). */
export const KINDS = 1024

/** Throws a RangeError for a time that is before `now` or NaN. */
export function refuseTime(time: Time, now: Time): never {
  if (time < now) throw new RangeError(`event in the past: ${time} is before now, ${now}`)
  throw new RangeError(`event time: ${time}; accepted: whole microseconds from now (${now}) on`)
}

/** Throws a RangeError for a handle that is not pending. */
export function refuseHandle(handle: EventHandle): never {
  throw new RangeError(
    `event handle: ${handle} is not pending (it has fired, was cancelled, or never was one); accepted: one for which pending() holds`,
  )
}

/** Throws a RangeError for a kind outside 0 to `kinds` - 1. */
export function refuseKind(kind: number, kinds: number): never {
  throw new RangeError(`event kind: ${kind}; accepted: whole numbers from 0 to ${kinds - 1}`)
}

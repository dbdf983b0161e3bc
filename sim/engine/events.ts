/** What callers and the queue agree on about events: how many, which kinds, and what is refused. */

/** 22 bits of slot: so many events may be pending at once. */
export const MAX_PENDING = 4_194_304

/** Kinds are whole numbers below this; the last one carries closures (simulator.ts). */
export const KINDS = 64

/** No event: what a column of handles is filled with. */
export const NO_EVENT = -1

export function refuseTime(time: number, now: number): never {
  if (time < now) throw new RangeError(`event in the past: ${time} is before now, ${now}`)
  throw new RangeError(`event time: ${time}; accepted: whole microseconds from now (${now}) on`)
}

export function refuseHandle(handle: number): never {
  throw new RangeError(
    `event handle: ${handle} is not pending (it has fired, was cancelled, or never was one); accepted: one for which pending() holds`,
  )
}

export function refuseKind(kind: number, kinds: number): never {
  throw new RangeError(`event kind: ${kind}; accepted: whole numbers from 0 to ${kinds - 1}`)
}

/** Dates and times as traces write them. */

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/

/**
 * Microseconds since 1970 of a text like 2014-04-10 00:04:00 or 2023-11-16T18:17:03.9799600Z; undefined when it is none. Without a zone every
 * day has 24 hours: a local time that is put forward or back in the night looks like a gap or like rows out of order, and is reported so.
 */
export function instantOf(text: string): number | undefined {
  const parts = INSTANT.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number)
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(time)
  // The 31st of April is no first of May, and 24:00 no next day.
  const exists =
    year >= 1000 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    minute < 60 &&
    second < 60
  const fraction = Math.round(Number(`0.${parts[7] ?? '0'}`) * 1e6)
  return exists ? time * 1000 + fraction : undefined
}

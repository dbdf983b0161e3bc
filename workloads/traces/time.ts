/** Dates and times in traces. */

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/

/**
 * Microseconds since 1970 of a text such as 2014-04-10 00:04:00 or 2023-11-16T18:17:03.9799600Z; undefined for other texts. Without a zone
 * every day has 24 hours: a change of daylight saving time appears as a gap or as rows out of order, and is reported as such.
 */
export function instantOf(text: string): number | undefined {
  const parts = INSTANT.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number)
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(time)
  // Date.UTC turns the 31st of April into the first of May, and 24:00 into the next day; both are refused.
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

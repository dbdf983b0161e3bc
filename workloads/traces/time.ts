/** Dates, times and epochs in traces. */

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

/** Units of a number that counts from 1970, with microseconds per unit. */
export const EPOCH_UNITS = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 } as const

export type EpochUnit = keyof typeof EPOCH_UNITS

/** 1973-03-03 and 2255-03-14 [s]. Smaller numbers could count from anything; later times are 2^53 µs or more. */
const FIRST_EPOCH = 1e8
const LAST_EPOCH = 9e9
const EPOCH = /^\d+(\.\d+)?$/

/**
 * The unit of a number of seconds, milliseconds, microseconds or nanoseconds since 1970; undefined for a number outside of the years 1973 to 2255 in
 * each of them. Within these years the four ranges do not overlap, so the unit is certain.
 */
export function epochUnit(text: string): EpochUnit | undefined {
  if (!EPOCH.test(text)) return undefined
  const value = Number(text) * 1e6
  return (Object.keys(EPOCH_UNITS) as EpochUnit[]).find((unit) => {
    const seconds = (value * EPOCH_UNITS[unit]) / 1e12
    return seconds >= FIRST_EPOCH && seconds < LAST_EPOCH
  })
}

/** What `Instants` accepts. */
export const INSTANTS = 'a date and time such as 2014-04-10 00:04:00, or an epoch in s, ms, us or ns (1709251200, 1709251200000)'

/** The times of a file, all dates or all epochs of one unit. */
export class Instants {
  private form = ''

  /** Microseconds since 1970; undefined for another text, or for another form than that of the first time. */
  of(text: string): number | undefined {
    const unit = epochUnit(text)
    const form = unit ?? 'date'
    if (this.form === '') this.form = form
    if (form !== this.form) return undefined
    return unit === undefined ? instantOf(text) : Math.round(Number(text) * EPOCH_UNITS[unit])
  }

  /** What is accepted after the first time. */
  get accepted(): string {
    if (this.form === '') return INSTANTS
    return this.form === 'date' ? 'a date and time such as 2014-04-10 00:04:00' : `an epoch in ${this.form}, as in the first row`
  }
}

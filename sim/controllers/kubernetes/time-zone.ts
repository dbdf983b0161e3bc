/**
 * Local time in a time zone, from the data of the JavaScript engine (ICU): which offset holds at an instant, and which instant a local
 * time means. Instants and local times are whole seconds since 1970-01-01 00:00.
 */

const FIELDS = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

/** Offsets are remembered per quarter of an hour: since 1973 all zones change theirs at whole quarters. */
const QUARTER = 900
/** Most offsets that a zone remembers. */
const REMEMBERED = 10_000

/** A time zone by its IANA name. */
export class TimeZone {
  readonly name: string
  /** Null for UTC, whose offset is 0. */
  private readonly format: Intl.DateTimeFormat | null
  private readonly offsets = new Map<number, number>()

  /** Throws a RangeError for a name that is no time zone. */
  constructor(name: string) {
    this.name = name
    try {
      // Newer engines accept offsets such as +01:00; Kubernetes and older engines do not.
      if (!/^[A-Za-z]/.test(name)) throw new RangeError(name)
      this.format = name === 'UTC' ? null : new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone: name })
    } catch {
      throw new RangeError(`${JSON.stringify(name)} is no time zone; accepted: a name of the IANA database, such as Europe/Berlin`)
    }
  }

  /** Seconds that local time is ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    if (this.format === null) return 0
    const quarter = Math.floor(instant / QUARTER)
    let offset = this.offsets.get(quarter)
    if (offset === undefined) {
      offset = this.computed(this.format, quarter * QUARTER)
      if (this.offsets.size >= REMEMBERED) this.offsets.clear()
      this.offsets.set(quarter, offset)
    }
    return offset
  }

  /**
   * The instant of a local time. Local times that are skipped or repeated when clocks change are read as Go's time.Date reads them: the
   * offset at the instant that the local time would be in UTC is tried first; where it does not hold, the one that holds there is taken.
   */
  instantOf(local: number): number {
    return local - this.offsetAt(local - this.offsetAt(local))
  }

  private computed(format: Intl.DateTimeFormat, instant: number): number {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
    for (const { type, value } of format.formatToParts(instant * 1000)) parts[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - instant
  }
}

export const UTC = new TimeZone('UTC')

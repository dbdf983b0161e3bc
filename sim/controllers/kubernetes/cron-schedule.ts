/**
 * Cron schedules exactly as Kubernetes reads them. Source: github.com/robfig/cron v3.0.1, ParseStandard, spec.go, constantdelay.go.
 *
 * Three libraries were tried (croner 11.0.1, cron-parser 5.10.6, cron-schedule 6.0.0). All accept 7 for Sunday, which Kubernetes refuses;
 * each refuses something that Kubernetes accepts (@every, 5/20, ?, empty items of a list); those with time zones start a slot that is
 * skipped when clocks go forward and start one only once that is repeated. So the rules are written here.
 */
import { parseFields, type CronFields } from './cron-fields.ts'
import { UTC, type TimeZone } from './time-zone.ts'

/** When a CronJob is due. Instants are seconds since 1970-01-01 00:00 UTC. */
export interface CronSchedule {
  /** The first slot after an instant, which need not be whole; Infinity when there is none within five years. */
  next(after: number): number
}

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/** Reads a schedule: five fields, a descriptor such as @hourly, or @every and a duration. Throws a RangeError that says what is accepted. */
export function parseCron(text: string, zone: TimeZone = UTC): CronSchedule {
  const shown = JSON.stringify(text)
  if (text.includes('TZ')) throw new RangeError(`schedule ${shown} sets TZ; accepted: the time zone in the field timeZone`)
  if (text.startsWith('@every ')) return every(text.slice('@every '.length))
  const fields = text.startsWith('@') ? DESCRIPTORS.get(text) : text
  if (fields === undefined) {
    throw new RangeError(`schedule ${shown} is not known; accepted: ${[...DESCRIPTORS.keys()].join(', ')}, @every 1h30m, or five fields`)
  }
  return new FieldSchedule(parseFields(fields), zone)
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }

/** Slots at a constant distance from the last one: whole seconds, at least one. */
function every(text: string): CronSchedule {
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)]
  const matched = parts.map(([part]) => part).join('')
  const unsigned = text.replace(/^[+-]/, '')
  if (unsigned !== '0' && (matched === '' || matched !== unsigned)) {
    throw new RangeError(`duration ${JSON.stringify(text)} is not known; accepted: numbers with units, such as 1h30m or 90s`)
  }
  const seconds = text.startsWith('-') ? 0 : parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit], 0)
  const delay = Math.max(1, Math.floor(seconds + 1e-10))
  return { next: (after) => Math.floor(after) + delay }
}

/** Years in which a slot is looked for. */
const YEARS = 5
const DAY = 86_400
const HOUR = 3600
const MINUTE = 60

/**
 * Searches from the largest field to the smallest. Hours and minutes advance in real time, days and months in local time: a local time that
 * is skipped when clocks go forward has no slot, one that is repeated has two.
 */
class FieldSchedule implements CronSchedule {
  private readonly fields: CronFields
  private readonly zone: TimeZone
  private readonly never: boolean

  constructor(fields: CronFields, zone: TimeZone) {
    this.fields = fields
    this.zone = zone
    this.never = [fields.minute, fields.hour, fields.month].some(({ values }) => !values.includes(true))
  }

  next(after: number): number {
    if (this.never) return Infinity
    const search = new Search(Math.floor(after) + 1, this.zone)
    const last = search.local.getUTCFullYear() + YEARS
    while (search.local.getUTCFullYear() <= last) {
      if (this.toMonth(search) && this.toDay(search) && this.toHour(search) && this.toMinute(search) && search.toWholeMinute())
        return search.at
    }
    return Infinity
  }

  /** The following move to the next match of one field. False: a larger field has changed as well, the search starts again. */
  private toMonth(search: Search): boolean {
    const { values } = this.fields.month
    while (!values[search.local.getUTCMonth() + 1]) {
      search.reset(1)
      search.addDate(1, 0)
      if (search.local.getUTCMonth() === 0) return false
    }
    return true
  }

  private toDay(search: Search): boolean {
    while (!this.matchesDay(search.local)) {
      search.reset(search.local.getUTCDate())
      const before = search.at
      search.addDate(0, 1)
      // A whole day was skipped at the date line (Apia, 30 December 2011); the original never returns.
      if (search.at <= before) search.add(DAY)
      // Midnight does not exist where clocks go forward at midnight.
      const hour = search.local.getUTCHours()
      if (hour > 12) search.add((24 - hour) * HOUR)
      else if (hour > 0) search.add(-hour * HOUR)
      if (search.local.getUTCDate() === 1) return false
    }
    return true
  }

  private matchesDay(local: Date): boolean {
    const { day, weekday } = this.fields
    const byMonth = day.values[local.getUTCDate()]
    const byWeek = weekday.values[local.getUTCDay()]
    return day.star || weekday.star ? byMonth && byWeek : byMonth || byWeek
  }

  private toHour(search: Search): boolean {
    const { values } = this.fields.hour
    while (!values[search.local.getUTCHours()]) {
      search.reset(search.local.getUTCDate(), search.local.getUTCHours())
      search.add(HOUR)
      if (search.local.getUTCHours() === 0) return false
    }
    return true
  }

  private toMinute(search: Search): boolean {
    const { values } = this.fields.minute
    while (!values[search.local.getUTCMinutes()]) {
      search.truncate()
      search.add(MINUTE)
      if (search.local.getUTCMinutes() === 0) return false
    }
    return true
  }
}

/** An instant that moves forward, and its local time. */
class Search {
  at: number
  /** The local time, in the UTC fields of a Date. */
  local: Date
  private readonly zone: TimeZone
  /** Whether a field was increased already: the smaller fields were set to their beginning then. */
  private moved = false

  constructor(at: number, zone: TimeZone) {
    this.zone = zone
    this.at = at
    this.local = this.localOf(at)
  }

  add(seconds: number): void {
    this.to(this.at + seconds)
  }

  addDate(months: number, days: number): void {
    const { local } = this
    const [hour, minute, second] = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()]
    this.toLocal(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months, local.getUTCDate() + days, hour, minute, second))
  }

  /** Before the first increase: to the beginning of an hour of a day of the current month. */
  reset(day: number, hour = 0): void {
    if (this.moved) return
    this.moved = true
    this.toLocal(Date.UTC(this.local.getUTCFullYear(), this.local.getUTCMonth(), day, hour))
  }

  /** Before the first increase: to the beginning of the minute. */
  truncate(): void {
    if (this.moved) return
    this.moved = true
    this.to(Math.floor(this.at / MINUTE) * MINUTE)
  }

  /** False: the second was not 0 and the next minute has begun. */
  toWholeMinute(): boolean {
    const second = this.local.getUTCSeconds()
    if (second === 0) return true
    this.truncate()
    this.to(this.at + MINUTE - this.local.getUTCSeconds())
    return false
  }

  private toLocal(milliseconds: number): void {
    this.to(this.zone.instantOf(milliseconds / 1000))
  }

  private to(at: number): void {
    this.at = at
    this.local = this.localOf(at)
  }

  private localOf(at: number): Date {
    return new Date((at + this.zone.offsetAt(at)) * 1000)
  }
}

/** The five fields of a cron line: which numbers each matches. Source: github.com/robfig/cron v3.0.1, parser.go. */

/** What a field may hold. */
interface Bounds {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names of min, min + 1, and so on. */
  readonly names: readonly string[]
}

/** The numbers that a field matches. */
export interface Matches {
  /** By number, from 0. */
  readonly values: readonly boolean[]
  /** Written as * or ?, without a step above 1: then days of the month and of the week must both match, otherwise one of them. */
  readonly star: boolean
}

/** What the fields of a line match. */
export interface CronFields {
  readonly minute: Matches
  readonly hour: Matches
  readonly day: Matches
  readonly month: Matches
  readonly weekday: Matches
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const BOUNDS: readonly Bounds[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 6, names: WEEKDAYS },
]

/** Reads five fields. Throws a RangeError that names the field, what was found, and what is accepted. */
export function parseFields(text: string): CronFields {
  const fields = text.split(/\s+/).filter((one) => one !== '')
  if (fields.length !== BOUNDS.length) {
    const accepted = BOUNDS.map(({ name }) => name).join(', ')
    throw new RangeError(`schedule ${JSON.stringify(text)} has ${fields.length} fields; accepted: 5 (${accepted}), or @hourly and the like`)
  }
  const [minute, hour, day, month, weekday] = BOUNDS.map((bounds, i) => parseField(fields[i], bounds))
  return { minute, hour, day, month, weekday }
}

function parseField(text: string, bounds: Bounds): Matches {
  const values = new Array<boolean>(bounds.max + 1).fill(false)
  let star = false
  for (const item of text.split(',').filter((one) => one !== '')) {
    const { start, end, step } = parseRange(item, bounds)
    for (let i = start; i <= end; i += step) values[i] = true
    if (/^[*?]/.test(item) && step === 1) star = true
  }
  return { values, star }
}

function parseRange(text: string, bounds: Bounds): { start: number; end: number; step: number } {
  const { min, max } = bounds
  const [range, stepText, ...moreSteps] = text.split('/')
  const [low, high, ...moreBounds] = range.split('-')
  if (moreSteps.length > 0) refuse(text, bounds, 'more than one step')
  const step = stepText === undefined ? 1 : numberOf(stepText, text, bounds)
  if (step === 0) refuse(text, bounds, 'step 0')
  // As in the original, whatever follows a hyphen after * is ignored.
  if (low === '*' || low === '?') return { start: min, end: max, step }
  if (moreBounds.length > 0) refuse(text, bounds, 'more than one hyphen')
  const start = valueOf(low, text, bounds)
  const only = stepText === undefined ? start : max
  const end = high === undefined ? only : valueOf(high, text, bounds)
  if (start < min) refuse(text, bounds, `${start} is below ${min}`)
  if (end > max) refuse(text, bounds, `${end} is above ${max}`)
  if (start > end) refuse(text, bounds, `${start} is above ${end}`)
  return { start, end, step }
}

function valueOf(value: string, text: string, bounds: Bounds): number {
  const named = bounds.names.indexOf(value.toLowerCase())
  return named >= 0 ? bounds.min + named : numberOf(value, text, bounds)
}

function numberOf(digits: string, text: string, bounds: Bounds): number {
  return /^\+?\d+$/.test(digits) ? Number(digits) : refuse(text, bounds, `${JSON.stringify(digits)} is no number`)
}

function refuse(text: string, { name, min, max, names }: Bounds, problem: string): never {
  const named = names.length > 0 ? `, ${names[0]} to ${names.at(-1)}` : ''
  throw new RangeError(
    `${name} ${JSON.stringify(text)}: ${problem}; accepted: ${min} to ${max}${named}, *, ranges 1-3, steps */2, lists 1,4`,
  )
}

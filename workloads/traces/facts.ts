/** A summary of a trace, computed in one pass with a fixed amount of memory: counts, rate over time, distributions of gaps, durations and sizes. */
import type { RowFormat } from './format.ts'
import { isKind, openRows } from './formats.ts'
import { Spread } from './spread.ts'
import { TimeBins } from './timeline-bins.ts'
import type { PodRows, RateRows, RequestRows, TraceKind, TraceShape, UsageRows, WorkflowRow, WorkflowRows } from './trace.ts'

/** The distribution of one quantity. */
export interface Spreading {
  readonly name: string
  readonly unit: string
  /** Number of values; for usage, the measured time [s]. */
  readonly count: number
  readonly mean: number
  /** Variance over squared mean. */
  readonly cv2: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /** The distribution function: [value, share of values at or below it]. */
  readonly steps: readonly (readonly [number, number])[]
}

/** The summary of a trace. */
export interface TraceFacts {
  readonly file: string
  readonly format: string
  readonly kind: TraceKind
  readonly rows: number
  /** First arrival, and last arrival or end of the last interval [s from the start of the trace]. */
  readonly from: number
  readonly until: number
  readonly rate: {
    /** What is counted: requests, jobs or workflows; for usage, the unit. */
    readonly of: string
    readonly mean: number
    /** Highest over mean of the bins. */
    readonly peakToMean: number
    /** Width of a bin [s]. */
    readonly width: number
    /** Rate per second, or level, of each bin from the start of the trace. */
    readonly bins: readonly number[]
  }
  readonly spreads: readonly Spreading[]
  /** The most frequent pod requests with their shares, at most eight. */
  readonly shapes: readonly { readonly shape: string; readonly share: number }[]
  /** Other counts. */
  readonly counts: readonly { readonly what: string; readonly value: number }[]
  readonly notes: readonly string[]
}

/** The part of the trace that is summarised [µs]. */
export interface Part {
  readonly from: number
  readonly until: number
}

const WHOLE: Part = { from: 0, until: Infinity }
const MICROSECOND = 1e-6
/** Most distinct identities that are counted, since each takes memory. */
const MAX_IDENTITIES = 8_000_000
const MAX_SHAPES = 8
const STEPS = 200

/** Summarises a trace. Throws a TraceError at the first wrong row. */
export function factsOf(format: RowFormat, file: string, part: Part = WHOLE): TraceFacts {
  const found = new Findings(part)
  const rows = openRows(format, file)
  if (isKind(format, 'pods')) pods(rows as PodRows, found)
  else if (isKind(format, 'requests')) requests(rows as RequestRows, found)
  else if (isKind(format, 'rates')) rates(rows as RateRows, found)
  else if (isKind(format, 'usage')) usage(rows as UsageRows, found)
  else workflows(rows as WorkflowRows, found)
  return found.facts(file, format, rows.notes())
}

/** What is collected while the rows are read. */
class Findings {
  readonly part: Part
  rows = 0
  of = ''
  /** The first width of bins is the length of an interval, or a second. */
  bins: TimeBins | undefined
  readonly gaps = new Spread(MICROSECOND)
  readonly spreads: Spreading[] = []
  readonly shapes = new Map<string, number>()
  readonly counts: { what: string; value: number }[] = []
  first = Infinity
  last = 0
  total = 0
  private previous = -1

  constructor(part: Part) {
    this.part = part
  }

  has(time: number): boolean {
    return time >= this.part.from && time < this.part.until
  }

  /** An arrival; the pods of a job arrive together and count once. */
  arrival(time: number): void {
    this.rows++
    this.total++
    if (time < this.first) this.first = time
    if (time > this.last) this.last = time
    if (this.previous >= 0) this.gaps.add((time - this.previous) / 1e6)
    this.previous = time
    this.bins ??= new TimeBins(1e6)
    this.bins.add(time - this.first, 1)
  }

  interval(from: number, to: number, amount: number): void {
    this.rows++
    this.total += amount
    if (from < this.first) this.first = from
    if (to > this.last) this.last = to
    this.bins ??= new TimeBins(to - from)
    this.bins.spread(from, to, amount)
  }

  add(name: string, unit: string, spread: Spread): void {
    if (spread.weight === 0) return
    const { mean, cv2 } = spread
    this.spreads.push({
      name,
      unit,
      count: spread.weight,
      mean,
      cv2,
      p50: spread.quantile(0.5),
      p90: spread.quantile(0.9),
      p99: spread.quantile(0.99),
      max: spread.max,
      steps: spread.steps(STEPS),
    })
  }

  facts(file: string, { name, kind }: RowFormat, notes: readonly string[]): TraceFacts {
    const { bins, first, last } = this
    const width = bins?.width ?? 1e6
    const inBins = bins?.values ?? []
    const span = last - Math.min(first, last)
    const perSecond = inBins.map((amount) => (amount * 1e6) / width)
    const mean = span > 0 ? (this.total * 1e6) / span : NaN
    // Over the mean of the bins and not of the span: with few rows the span ends within a bin, and the peak could be below the mean.
    const peak = perSecond.reduce((max, value) => Math.max(max, value), 0)
    const level = perSecond.reduce((sum, value) => sum + value, 0) / perSecond.length
    const all = [...this.shapes.values()].reduce((sum, count) => sum + count, 0)
    return {
      file,
      format: name,
      kind,
      rows: this.rows,
      from: this.rows === 0 ? 0 : first / 1e6,
      until: last / 1e6,
      rate: { of: this.of, mean, peakToMean: level > 0 ? peak / level : NaN, width: width / 1e6, bins: perSecond },
      spreads: this.spreads,
      shapes: [...this.shapes]
        .sort((a, b) => b[1] - a[1])
        .slice(0, MAX_SHAPES)
        .map(([shape, count]) => ({ shape, share: count / all })),
      counts: this.counts,
      notes,
    }
  }
}

function pods(rows: PodRows, found: Findings): void {
  found.of = 'jobs'
  const durations = new Spread(MICROSECOND)
  const tasks = new Spread(1)
  const usages = new Spread(1e-6)
  const tenants = new Set<number>()
  let never = 0
  let endless = 0
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (!found.has(row.arrival)) continue
    found.arrival(row.arrival)
    if (row.duration < 0) never++
    else if (row.duration === Infinity) endless++
    else durations.add(row.duration / 1e6)
    tasks.add(row.tasks)
    if (row.usage >= 0) usages.add(row.usage)
    tenants.add(row.tenant)
    const shape = shapeText(rows.shapes[row.shape])
    found.shapes.set(shape, (found.shapes.get(shape) ?? 0) + 1)
  }
  found.add('gap', 's', found.gaps)
  found.add('duration', 's', durations)
  if (tasks.max > 1) found.add('tasks of a job', '', tasks)
  found.add('CPU used over request', '', usages)
  if (never > 0) found.counts.push({ what: 'never ran', value: never })
  if (endless > 0) found.counts.push({ what: 'without a recorded end', value: endless })
  if (tenants.size > 1) found.counts.push({ what: 'tenants', value: tenants.size })
}

function shapeText({ cpu, memory, gpus, gpuMilli, gpuModels }: TraceShape): string {
  const parts = [cpu === 1000 ? '1 core' : `${cpu / 1000} cores`]
  if (memory > 0) parts.push(`${Math.round((memory / 1_073_741_824) * 100) / 100} GiB`)
  if (gpus > 0) parts.push(gpuMilli < 1000 ? `${gpuMilli / 1000} of a GPU` : `${gpus} GPU`)
  if (gpuModels.length > 0) parts.push(gpuModels.join('|'))
  return parts.join(', ')
}

function requests(rows: RequestRows, found: Findings): void {
  found.of = 'requests'
  const sizes = rows.sizeNames.map((name) => new Spread(name.endsWith('_s') ? MICROSECOND : 1))
  const keys = new Identities()
  const blocks = new Identities()
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (!found.has(row.arrival)) continue
    found.arrival(row.arrival)
    for (let i = 0; i < sizes.length; i++) sizes[i].add(row.sizes[i])
    if (row.key >= 0) keys.add(row.key)
    for (const block of row.blocks) blocks.add(block)
  }
  found.add('gap', 's', found.gaps)
  rows.sizeNames.forEach((name, i) => found.add(name, '', sizes[i]))
  if (keys.total > 0) found.counts.push({ what: keys.full ? 'keys (at least)' : 'keys', value: keys.distinct })
  if (blocks.total > 0) {
    found.counts.push({ what: 'prefix blocks', value: blocks.total })
    if (!blocks.full) found.counts.push({ what: 'share of repeated blocks', value: 1 - blocks.distinct / blocks.total })
  }
}

/** Counts identities, and distinct ones up to a limit. */
class Identities {
  total = 0
  full = false
  private readonly known = new Set<number>()

  add(identity: number): void {
    this.total++
    if (this.known.size < MAX_IDENTITIES) this.known.add(identity)
    else this.full ||= !this.known.has(identity)
  }

  get distinct(): number {
    return this.known.size
  }
}

function rates(rows: RateRows, found: Findings): void {
  found.of = 'requests'
  const counts = new Spread(1)
  let length = 0
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (!found.has(row.arrival)) continue
    found.interval(row.arrival, row.arrival + row.length, row.count)
    counts.add(row.count)
    length = row.length
  }
  found.add(`count in ${length / 1e6} s`, '', counts)
  if (counts.mean > 0) {
    found.counts.push({ what: 'total', value: found.total })
    found.counts.push({ what: `peak-to-mean of ${length / 1e6} s`, value: counts.max / counts.mean })
  }
}

function usage(rows: UsageRows, found: Findings): void {
  found.of = rows.unit === '' ? 'level' : rows.unit
  const values = new Spread(1e-3)
  const series = new Set<number>()
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (!found.has(row.arrival)) continue
    found.interval(row.arrival, row.arrival + row.length, (row.value * row.length) / 1e6)
    values.add(row.value, row.length / 1e6)
    series.add(row.series)
  }
  found.add('value', rows.unit, values)
  found.counts.push({ what: 'series', value: series.size })
}

function workflows(rows: WorkflowRows, found: Findings): void {
  found.of = 'workflows'
  const tasks = new Spread(1)
  const durations = new Spread(MICROSECOND)
  const critical = new Spread(MICROSECOND)
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (!found.has(row.arrival)) continue
    found.arrival(row.arrival)
    tasks.add(row.duration.length)
    for (const duration of row.duration) durations.add(duration / 1e6)
    critical.add(criticalPath(row) / 1e6)
    for (const shape of row.shape) {
      const text = shapeText(rows.shapes[shape])
      found.shapes.set(text, (found.shapes.get(text) ?? 0) + 1)
    }
  }
  found.add('gap', 's', found.gaps)
  found.add('tasks of a workflow', '', tasks)
  found.add('duration of a task', 's', durations)
  found.add('critical path', 's', critical)
  found.counts.push({ what: 'tasks', value: tasks.weight * tasks.mean })
}

/** The longest chain of durations; parents are before their children. */
function criticalPath({ duration, parents }: WorkflowRow): number {
  const ends: number[] = []
  let longest = 0
  for (let task = 0; task < duration.length; task++) {
    let start = 0
    for (const parent of parents[task]) start = Math.max(start, ends[parent])
    ends.push(start + duration[task])
    longest = Math.max(longest, ends[task])
  }
  return longest
}

/**
 * Reads a runs.csv of this version or an older one into columns. Strict: a cell that does not fit its heading is an error with its
 * position, since a comparison of partly read numbers would be wrong.
 */
import { askedQuantile, METRICS, metricById } from '../../sim/index.ts'
import type { MetricDefinition, RunResult } from '../../sim/index.ts'
import type { Study, StudyRun, Variant } from '../study.ts'
import { CellReader } from './cells.ts'
import type { CsvPlace } from './cells.ts'
import { metricHeading } from './runs.ts'

/** An error in a runs.csv, with its position. */
export class RunsError extends Error {
  override readonly name = 'RunsError'
  readonly place: CsvPlace

  constructor(file: string, place: CsvPlace, message: string) {
    super(`${file}:${place.line}:${place.column}: ${message}`)
    this.place = place
  }
}

/** The columns of a runs.csv. */
export interface RunsTable {
  readonly axes: readonly string[]
  /** In the order of the file; the first is the baseline. */
  readonly variants: readonly { readonly label: string; readonly values: readonly string[] }[]
  readonly rows: number
  /** Row of `variants`, by row of the table; likewise below. */
  readonly variant: Int32Array
  readonly replication: Int32Array
  readonly seed: readonly string[]
  readonly id: readonly string[]
  readonly events: Float64Array
  /** The metrics in the order of the file, and their values by row; NaN is an empty cell. */
  readonly metrics: readonly MetricDefinition[]
  readonly values: readonly Float64Array[]
  /** Headings of metrics that this version does not know and leaves out. */
  readonly ignored: readonly string[]
}

/** Reads a runs.csv. `file` is its name in errors. Throws a RunsError. */
export function readRuns(text: string, file = 'runs.csv'): RunsTable {
  const refuse = (place: CsvPlace, message: string): never => {
    throw new RunsError(file, place, message)
  }
  const cells = new CellReader(text, refuse)
  if (cells.done) refuse({ line: 1, column: 1 }, 'found an empty file; accepted: the header and rows of a runs.csv')
  const header = readHeader(cells, refuse)
  const rows = readRows(cells, header, refuse)
  if (rows.length === 0) refuse({ line: 2, column: 1 }, 'found no run; accepted: a row per run below the header')
  return rows.table(header)
}

type Refuse = (place: CsvPlace, message: string) => never

/** The columns between the axes and the metrics. */
const KEYS = ['variant', 'replication', 'seed', 'id']
const EVENTS = 'events'

interface Header {
  readonly axes: readonly string[]
  readonly width: number
  /** Column of each metric. */
  readonly metrics: readonly { readonly metric: MetricDefinition; readonly column: number }[]
  readonly ignored: readonly string[]
}

function readHeader(cells: CellReader, refuse: Refuse): Header {
  const names: string[] = []
  const places: CsvPlace[] = []
  do {
    cells.next()
    names.push(unescaped(cells.cell))
    places.push(cells.place)
  } while (!cells.ends)
  // An axis may have any name, also `variant`: the keys are the last occurrence of these four names in sequence.
  let keys = -1
  for (let i = 0; i + KEYS.length <= names.length; i++) if (KEYS.every((key, k) => names[i + k] === key)) keys = i
  if (keys < 0)
    refuse(
      places[0],
      `found the columns ${names.slice(0, 6).map(quoted).join(', ')}; accepted: one per axis, then ${KEYS.join(', ')}, then the metrics`,
    )
  const axes = names.slice(0, keys)
  axes.forEach((axis, i) => {
    if (axes.indexOf(axis) < i) refuse(places[i], `found the axis ${quoted(axis)} a second time; accepted: each once`)
  })
  if (names[names.length - 1] !== EVENTS)
    refuse(places[names.length - 1], `found ${quoted(names[names.length - 1])} as the last column; accepted: ${EVENTS}`)
  const byHeading = new Map(METRICS.map((metric) => [metricHeading(metric), metric]))
  const metrics: { metric: MetricDefinition; column: number }[] = []
  const ignored: string[] = []
  for (let column = keys + KEYS.length; column < names.length - 1; column++) {
    const metric = byHeading.get(names[column]) ?? quantileOf(names[column])
    const bare = METRICS.find(({ id }) => names[column] === id || names[column].startsWith(`${id} [`))
    if (metric === undefined && bare !== undefined)
      refuse(places[column], `found ${quoted(names[column])}; accepted: ${quoted(metricHeading(bare))}, the unit being part of it`)
    if (names.indexOf(names[column], keys + KEYS.length) < column)
      refuse(places[column], `found the column ${quoted(names[column])} a second time; accepted: each once`)
    if (metric === undefined) ignored.push(names[column])
    else metrics.push({ metric, column })
  }
  return { axes, width: names.length, metrics, ignored }
}

/** A quantile of the latency that no standard metric has, from its heading "latency-p95 [ms]". */
function quantileOf(heading: string): MetricDefinition | undefined {
  const metric = metricById(heading.split(' ')[0])
  return metric !== undefined && !Number.isNaN(askedQuantile(metric.id)) && metricHeading(metric) === heading ? metric : undefined
}

/** As a JSON string, cut to 60 characters. */
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** Removes the apostrophe that csv.ts puts before formulas. */
const unescaped = (text: string): string => (/^'[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? text.slice(1) : text)

class Rows {
  length = 0
  private readonly variants: { label: string; values: string[] }[] = []
  private readonly byKey = new Map<string, number>()
  private readonly byLabel = new Map<string, number>()
  private readonly variant: number[] = []
  private readonly replication: number[] = []
  private readonly seed: string[] = []
  private readonly id: string[] = []
  private readonly events: number[] = []
  private readonly values: number[][]

  constructor(metrics: number) {
    this.values = Array.from({ length: metrics }, () => [])
  }

  /** The row of a variant, added if new; a clash when the same values had another label before, or the same label other values. */
  variantOf(values: readonly string[], label: string): number | { readonly clash: string } {
    const key = values.length === 0 ? label : values.map((value) => `${value.length}:${value}`).join('')
    const known = this.byKey.get(key)
    if (known !== undefined) return this.variants[known].label === label ? known : { clash: this.variants[known].label }
    if (this.byLabel.has(label)) return { clash: label }
    const row = this.variants.push({ label, values: [...values] }) - 1
    this.byKey.set(key, row)
    this.byLabel.set(label, row)
    return row
  }

  add(variant: number, replication: number, seed: string, id: string, events: number, metrics: Float64Array): void {
    this.variant.push(variant)
    this.replication.push(replication)
    this.seed.push(seed)
    this.id.push(id)
    this.events.push(events)
    for (let i = 0; i < metrics.length; i++) this.values[i].push(metrics[i])
    this.length++
  }

  table({ axes, metrics, ignored }: Header): RunsTable {
    return {
      axes,
      variants: this.variants,
      rows: this.length,
      variant: Int32Array.from(this.variant),
      replication: Int32Array.from(this.replication),
      seed: this.seed,
      id: this.id,
      events: Float64Array.from(this.events),
      metrics: metrics.map(({ metric }) => metric),
      values: this.values.map((list) => Float64Array.from(list)),
      ignored,
    }
  }
}

/** Higher replication numbers are refused: memory is allocated up to the highest. */
const MAX_REPLICATIONS = 1_000_000

function readRows(cells: CellReader, { axes, width, metrics }: Header, refuse: Refuse): Rows {
  const rows = new Rows(metrics.length)
  const keys = axes.length
  const placeOf = new Int32Array(width).fill(-1)
  metrics.forEach(({ column }, i) => (placeOf[column] = i))
  const found = new Float64Array(metrics.length)
  const values = new Array<string>(keys)
  const seen = new Set<number>()
  while (!cells.done) {
    let variant = 0
    let replication = 0
    let seed = ''
    let id = ''
    let events = 0
    for (let column = 0; column < width; column++) {
      cells.next()
      const { cell } = cells
      if (cells.ends !== (column === width - 1))
        refuse(
          cells.place,
          `found ${cells.ends ? `a row of ${column + 1} cells` : 'a cell too many'}; accepted: ${width} cells, one per column`,
        )
      if (column < keys) values[column] = unescaped(cell)
      else if (column === keys) {
        const row = rows.variantOf(values, unescaped(cell))
        if (typeof row === 'number') variant = row
        else
          refuse(
            cells.place,
            `found the variant ${quoted(cell)} with axis values that do not belong to it (${quoted(row.clash)} before); accepted: one label per combination of axis values`,
          )
      } else if (column === keys + 1) {
        replication = /^\d{1,7}$/.test(cell) ? Number(cell) : MAX_REPLICATIONS
        if (replication >= MAX_REPLICATIONS)
          refuse(cells.place, `found ${quoted(cell)} as replication; accepted: a whole number from 0 to ${MAX_REPLICATIONS - 1}`)
        const key = variant * MAX_REPLICATIONS + replication
        if (seen.has(key)) refuse(cells.place, `found replication ${replication} of this variant a second time; accepted: each once`)
        seen.add(key)
      } else if (column === keys + 2) seed = unescaped(cell)
      else if (column === keys + 3) id = unescaped(cell)
      else if (column === width - 1) events = numberOf(cells, refuse)
      else if (placeOf[column] >= 0) found[placeOf[column]] = cell === '' ? NaN : numberOf(cells, refuse)
    }
    rows.add(variant, replication, seed, id, events, found)
  }
  return rows
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

function numberOf(cells: CellReader, refuse: Refuse): number {
  const value = NUMBER.test(cells.cell) ? Number(cells.cell) : NaN
  if (Number.isFinite(value)) return value
  return refuse(cells.place, `found ${quoted(cells.cell)}; accepted: a number such as 12.5 or 1e-3`)
}

const NO_REQUESTS = { buckets: new Int32Array(0), counts: new Float64Array(0), sum: 0 }
const NO_SERIES = { rows: 0, columns: [] }

/** The parts of a study that a runs.csv lacks. */
export type StudyAround = Pick<Study, 'name' | 'question' | 'primary' | 'margins' | 'notes' | 'reproduce'> &
  Partial<Pick<Study, 'setup' | 'replications' | 'warmup'>>

/** The table as a study to summarise, without the histograms, series and refusal reasons that the file lacks. */
export function studyOfRuns(table: RunsTable, around: StudyAround): Study {
  const { axes, metrics, values } = table
  const variants = table.variants.map(({ label, values: own }): Variant => ({
    label,
    values: own,
    short: own.length === 0 ? label : own.join(' · '),
  }))
  const runs = Array.from({ length: table.rows }, (_, row): StudyRun => {
    const own: Record<string, number | null> = {}
    for (let i = 0; i < metrics.length; i++) own[metrics[i].id] = Number.isNaN(values[i][row]) ? null : values[i][row]
    const result: RunResult = {
      metrics: own,
      refused: {},
      latency: NO_REQUESTS,
      latencyByService: {},
      series: NO_SERIES,
      events: table.events[row],
      notes: [],
    }
    return { variant: table.variant[row], replication: table.replication[row], seed: table.seed[row], id: table.id[row], result }
  })
  const named = axes.map((name, axis) => ({ name, values: [...new Set(variants.map((variant) => variant.values[axis]))] }))
  const quantiles = metrics.flatMap(({ id }) => (Number.isNaN(askedQuantile(id)) ? [] : [id]))
  return { ...around, ...(quantiles.length === 0 ? {} : { quantiles }), axes: named, variants, runs }
}

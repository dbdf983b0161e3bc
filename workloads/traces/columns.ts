/**
 * A format for any table: a map says which column has the time, the requests, the sizes. Its name is the map itself as text, so that a plan names it
 * like any other format and a worker finds it by its name.
 */
import { TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import type { Lines } from './lines.ts'
import { OrderedRows } from './order.ts'
import { counts } from './rates.ts'
import { sampledRows, type Samples } from './samples.ts'
import { Table, type TraceRow } from './table.ts'
import { epochUnit, EPOCH_UNITS, Instants } from './time.ts'
import {
  Interner,
  podRow,
  requestRow,
  type PodRows,
  type RateRows,
  type RequestRows,
  type TraceRows,
  type TraceShape,
  type UsageRows,
} from './trace.ts'
import { MAX_LISTED, refuseLonger } from './listed.ts'

/** Microseconds per unit of time. */
export const TIME_UNITS = { ...EPOCH_UNITS, m: 60e6, h: 3600e6, d: 86_400e6 } as const
/** Millicores per unit of CPU. */
export const CPU_UNITS = { cores: 1000, millicores: 1 } as const
/** Bytes per unit of memory. */
export const MEMORY_UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1_048_576, GiB: 1_073_741_824 } as const

/** Which column has what. Absent: the table does not have it. */
export interface ColumnMap {
  readonly time: string
  /** Unit of the time; absent: a date, or an epoch whose unit its size tells. */
  readonly unit?: keyof typeof TIME_UNITS
  /** Absent: comma, semicolon or tab, as the header has it. */
  readonly separator?: string
  /** Rates: arrivals in the interval that begins at the time. */
  readonly count?: string
  /** Usage: a level, and the name of its series. */
  readonly level?: string
  readonly series?: string
  /** Requests: numbers that give the work of a request, and what makes two requests benefit from the same server. */
  readonly sizes?: readonly string[]
  readonly key?: string
  /** Pods: run time, or its end as a time; requests; number of equal pods. */
  readonly duration?: string
  readonly durationUnit?: keyof typeof TIME_UNITS
  readonly end?: string
  readonly cpu?: string
  readonly cpuUnit?: keyof typeof CPU_UNITS
  readonly memory?: string
  readonly memoryUnit?: keyof typeof MEMORY_UNITS
  readonly gpus?: string
  readonly tasks?: string
  readonly tenant?: string
  readonly priority?: string
}

/** The keys of each kind of rows, beside time, unit and separator. */
const KEYS = {
  rates: ['count'],
  usage: ['level', 'series'],
  requests: ['sizes', 'key'],
  pods: ['duration', 'durationUnit', 'end', 'cpu', 'cpuUnit', 'memory', 'memoryUnit', 'gpus', 'tasks', 'tenant', 'priority'],
} as const satisfies Readonly<Record<string, readonly (keyof ColumnMap)[]>>

type Kind = keyof typeof KEYS

/** Begins the names of these formats. */
export const COLUMNS = 'columns'

/** The name of the format of a map: the word `columns` and the map as JSON. */
export const columnsName = (map: ColumnMap): string => `${COLUMNS} ${JSON.stringify(map)}`

/** The kind of rows that a map describes, or a problem as a sentence. */
export function columnsKind(map: ColumnMap): { readonly kind: Kind } | { readonly problem: string } {
  const kinds = (Object.keys(KEYS) as Kind[]).filter((kind) => KEYS[kind].some((key) => map[key] !== undefined))
  const [kind = 'requests'] = kinds
  const wrong = (problem: string): { readonly problem: string } => ({ problem })
  if (kinds.length > 1) {
    const keys = kinds.map((one) => KEYS[one].find((key) => map[key] !== undefined))
    return wrong(
      `${keys.join(' with ')}, which belong to different tables; accepted: ${Object.values(KEYS)
        .map((some) => some.join(', '))
        .join('; or ')}`,
    )
  }
  if (map.separator !== undefined && map.separator.length !== 1)
    return wrong('a separator that is not one character; accepted: one character, such as ; or \\t')
  if (kind === 'usage' && map.level === undefined) return wrong('a series without a level; accepted: level, the column of the values')
  if (kind === 'pods' && (map.duration === undefined) === (map.end === undefined))
    return wrong('both duration and end, or neither; accepted: one of the two')
  if (kind === 'pods' && map.cpu === undefined && map.memory === undefined && map.gpus === undefined)
    return wrong('pods without a request; accepted: at least one of cpu, memory, gpus')
  for (const [unit, of] of [
    ['durationUnit', 'duration'],
    ['cpuUnit', 'cpu'],
    ['memoryUnit', 'memory'],
  ] as const)
    if (map[unit] !== undefined && map[of] === undefined) return wrong(`${unit} without ${of}; accepted: both`)
  return { kind }
}

const known = new Map<string, RowFormat>()

/** The format with such a name; undefined for other names. */
export function columnsFormat(name: string): RowFormat | undefined {
  if (!name.startsWith(`${COLUMNS} `)) return undefined
  let format = known.get(name)
  if (format === undefined) known.set(name, (format = formatOf(name, JSON.parse(name.slice(COLUMNS.length + 1)) as ColumnMap)))
  return format
}

function formatOf(name: string, map: ColumnMap): RowFormat {
  const found = columnsKind(map)
  if ('problem' in found) throw new RangeError(`columns: found ${found.problem}`)
  const { kind } = found
  const named = [
    map.time,
    map.count,
    map.level,
    map.series,
    ...(map.sizes ?? []),
    map.key,
    map.duration,
    map.end,
    map.cpu,
    map.memory,
    map.gpus,
  ]
  const columns = [...new Set([...named, map.tasks, map.tenant, map.priority].filter((column) => column !== undefined))]
  const opens = {
    rates: (table: Mapped): RateRows =>
      counts(
        table.table,
        () => table.time(map.time),
        () => table.row.amount(table.at(map.count), MAX),
      ),
    usage: (table: Mapped): UsageRows => usage(table, map),
    requests: (table: Mapped): RequestRows => requests(table, map),
    pods: (table: Mapped): PodRows => pods(table, map),
  } as const
  const title = { rates: 'counts per interval', usage: 'levels over time', requests: 'requests', pods: 'pods' }[kind]
  return {
    name,
    kind,
    title: `${title} of a table whose columns are mapped`,
    columns,
    source: 'the user',
    fits: () => false,
    open: (lines) => opens[kind](new Mapped(lines, columns, map)),
  }
}

/** Largest number of a cell. */
const MAX = 1e15

/** A table of which columns are found by their names in the map. */
class Mapped {
  readonly table: Table
  readonly row: TraceRow
  /** Whether times count from 1970 and thus from the first row. */
  epoch = false
  private readonly columns: readonly string[]
  private readonly unit: ColumnMap['unit']
  private readonly instants = new Instants()

  constructor(lines: Lines, columns: readonly string[], { unit, separator }: ColumnMap) {
    this.columns = columns
    this.unit = unit
    this.table = new Table(lines, { separator: separator ?? '' }, columns)
    this.row = this.table.row
  }

  get file(): string {
    return this.table.file
  }

  at(column: string | undefined): number {
    return this.columns.indexOf(column ?? '')
  }

  /** A time [µs]. With a unit a number of this unit; without one a date or an epoch. */
  time(column: string): number {
    const at = this.at(column)
    const { row, unit } = this
    if (unit !== undefined) {
      const time = Math.round(row.amount(at, Number.MAX_SAFE_INTEGER) * TIME_UNITS[unit])
      if (!Number.isSafeInteger(time)) row.refuse(at, `less than 2^53 µs, in ${unit}`)
      this.epoch ||= time >= FIRST_EPOCH
      return time
    }
    this.epoch = true
    const { accepted } = this.instants
    const time = this.instants.of(row.text(at))
    if (time !== undefined) return time
    const isNumber = /^\d+(\.\d+)?$/.test(row.text(at)) && epochUnit(row.text(at)) === undefined
    return row.refuse(
      at,
      isNumber ? `${accepted}; or columns.unit, the unit of these numbers: ${Object.keys(TIME_UNITS).join(', ')}` : accepted,
    )
  }
}

/** 1973-03-03 [µs]. */
const FIRST_EPOCH = 1e14

/** Epochs count from the first row; other times are those of the file. */
function fromFirst<Row extends { arrival: number }>(rows: TraceRows<Row>, mapped: Mapped): TraceRows<Row> {
  let zero = -1
  return {
    file: rows.file,
    next() {
      const row = rows.next()
      if (row === undefined) return undefined
      if (zero < 0) zero = mapped.epoch ? row.arrival : 0
      row.arrival -= zero
      return row
    },
    notes: () => rows.notes(),
  }
}

function usage(mapped: Mapped, { time, level, series }: ColumnMap): UsageRows {
  const { table, row, file } = mapped
  const all = new Interner<Samples>()
  let rows = 0
  let zero = Infinity
  while (table.next()) {
    if (rows++ === MAX_LISTED) refuseLonger(file, row.line, 'the length of a sample is the usual gap between two')
    const name = series === undefined ? 'value' : row.name(mapped.at(series))
    const samples = all.values[all.number(name, () => ({ name, line: [], time: [], value: [] }))]
    const at = mapped.time(time)
    if (at <= (samples.time.at(-1) ?? -1)) row.refuse(mapped.at(time), 'a time after that of the row before of the same series')
    zero = Math.min(zero, at)
    samples.line.push(row.line)
    samples.time.push(at)
    samples.value.push(row.amount(mapped.at(level), MAX))
  }
  const from = mapped.epoch ? zero : 0
  const moved = all.values.map((samples) => ({ ...samples, time: samples.time.map((at) => at - from) }))
  return sampledRows(file, '', moved)
}

function requests(mapped: Mapped, { time, sizes = [], key }: ColumnMap): RequestRows {
  const { table, row } = mapped
  const keys = new Interner<null>()
  const ordered = new OrderedRows(
    mapped.file,
    {
      make: requestRow,
      read(into) {
        if (!table.next()) return false
        into.line = row.line
        into.arrival = mapped.time(time)
        sizes.forEach((size, i) => (into.sizes[i] = row.amount(mapped.at(size), MAX)))
        if (key !== undefined) into.key = keys.number(row.text(mapped.at(key)), () => null)
        return true
      },
    },
    time,
  )
  return Object.assign(fromFirst(ordered, mapped), { sizeNames: sizes })
}

const MAX_GPUS = 8
const MAX_TASKS = 16_777_216

function pods(mapped: Mapped, map: ColumnMap): PodRows {
  const { table, row } = mapped
  const shapes = new Interner<TraceShape>()
  const tenants = new Interner<string>()
  const { time, tasks, tenant, priority } = map
  const ordered = new OrderedRows(
    mapped.file,
    {
      make: podRow,
      read(into) {
        if (!table.next()) return false
        into.line = row.line
        into.arrival = mapped.time(time)
        into.duration = durationOf(mapped, map, into.arrival)
        into.shape = shapeOf(mapped, map, shapes)
        if (tasks !== undefined) into.tasks = row.whole(mapped.at(tasks), MAX_TASKS, 1)
        const name = tenant === undefined ? '' : row.text(mapped.at(tenant))
        into.tenant = tenants.number(name, () => name)
        if (priority !== undefined) into.priority = row.whole(mapped.at(priority), 2_147_483_647)
        return true
      },
    },
    time,
  )
  return Object.assign(fromFirst(ordered, mapped), { shapes: shapes.values, tenants: tenants.values })
}

/** An empty cell is a run time that was not recorded: such a pod runs for ever. */
function durationOf(mapped: Mapped, { duration, durationUnit, end }: ColumnMap, arrival: number): number {
  const { row } = mapped
  const at = mapped.at(duration ?? end)
  if (row.text(at) === '') return Infinity
  if (duration !== undefined) return Math.round(row.amount(at, MAX) * TIME_UNITS[durationUnit ?? 's'])
  const ended = mapped.time(end as string)
  return ended >= arrival ? ended - arrival : row.refuse(at, 'a time at or after that of the row')
}

function shapeOf(mapped: Mapped, { cpu, cpuUnit, memory, memoryUnit, gpus }: ColumnMap, shapes: Interner<TraceShape>): number {
  const { row, file } = mapped
  const amount = (column: string | undefined, unit: number): number => {
    if (column === undefined) return 0
    const value = Math.round(row.amount(mapped.at(column), MAX) * unit)
    if (Number.isSafeInteger(value)) return value
    throw new TraceError(
      { file, line: row.line, column },
      `${value}, which is 2^53 or more in the unit that is counted`,
      'a smaller amount',
    )
  }
  const millicores = amount(cpu, CPU_UNITS[cpuUnit ?? 'cores'])
  const bytes = amount(memory, MEMORY_UNITS[memoryUnit ?? 'B'])
  const devices = gpus === undefined ? 0 : row.whole(mapped.at(gpus), MAX_GPUS)
  return shapes.number(`${millicores} ${bytes} ${devices}`, () => ({
    cpu: millicores,
    memory: bytes,
    gpus: devices,
    gpuMilli: devices === 0 ? 0 : 1000,
    gpuModels: [],
  }))
}

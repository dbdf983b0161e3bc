/**
 * The Standard Workload Format, version 2.2: eighteen numbers per line, -1 for unknown values; comments start with a semicolon. A job of p
 * processors becomes p pods of one core, which start together (`rigid` of jobs, on by default for this format). Source: Chapin et al. 1999, Benchmarks and Standards for the Evaluation of Parallel Job Schedulers, JSSPP;
 * definition: D. Feitelson, Parallel Workloads Archive.
 */
import type { RowFormat } from './format.ts'
import type { Lines } from './lines.ts'
import { shown, TraceError } from './error.ts'
import { OrderedRows } from './order.ts'
import { Interner, podRow, type PodRow, type TraceShape } from './trace.ts'

export const SWF_COLUMNS = [
  'job',
  'submit_s',
  'wait_s',
  'run_s',
  'processors',
  'cpu_s',
  'used_memory_kb',
  'requested_processors',
  'requested_s',
  'requested_memory_kb',
  'status',
  'user',
  'group',
  'executable',
  'queue',
  'partition',
  'preceding_job',
  'think_s',
] as const
const AT = { job: 0, submit: 1, run: 3, processors: 4, cpu: 5, used: 6, requested: 7, time: 8, memory: 9, status: 10, user: 11 } as const

const NUMBER = /^-?\d+(\.\d+)?$/
const MAX_PROCESSORS = 16_777_216
/** 2^43 KB, so that bytes stay below 2^53. */
const MAX_KILOBYTES = 8_796_093_022_207
const KIBIBYTE = 1024
/** Status values of the parts of a checkpointed job, which also has a line for the whole job. */
const PARTS = [2, 3, 4]

/** A header of eighteen words is none. */
const isJob = (cells: readonly string[]): boolean => cells.length === SWF_COLUMNS.length && NUMBER.test(cells[0])

export const swf: RowFormat<'pods'> = {
  name: 'swf',
  kind: 'pods',
  title: 'jobs of parallel machines in the Standard Workload Format',
  columns: SWF_COLUMNS,
  source: 'Chapin et al. 1999, JSSPP; Feitelson, Parallel Workloads Archive',
  fits: (line) => line.startsWith(';') || isJob(numbersOf(line)),
  open(lines) {
    const shapes = new Interner<TraceShape>()
    const users = new Interner<string>()
    const left = { parts: 0, idle: 0 }
    let visited = false
    const read = (into: PodRow): boolean => {
      for (let text = lines.next(); text !== undefined; text = lines.next()) {
        if (text.startsWith(';') || text.trim() === '') continue
        visited = true
        const job = new Job(numbersOf(text), lines)
        if (job.fill(into, shapes, users, left)) return true
      }
      if (!visited) throw new TraceError({ file: lines.file, line: lines.line + 1 }, 'no job', 'at least one line of eighteen numbers')
      return false
    }
    const rows = new OrderedRows(lines.file, { make: podRow, read, notes: () => notesOf(left) }, 'submit_s')
    return Object.assign(rows, { shapes: shapes.values, tenants: users.values })
  },
}

/** Lines that are left out. */
interface Left {
  parts: number
  idle: number
}

function notesOf({ parts, idle }: Left): string[] {
  const notes: string[] = []
  if (parts > 0) notes.push(`${parts} lines are parts of jobs that also have a line for the whole job (status 2, 3 or 4) and are left out`)
  if (idle > 0) notes.push(`${idle} jobs without a number of processors are left out`)
  return notes
}

function numbersOf(text: string): string[] {
  return text.trim().split(/\s+/)
}

/** A line, whose numbers are checked as they are read. */
class Job {
  private readonly cells: readonly string[]
  private readonly place: Lines

  constructor(cells: readonly string[], place: Lines) {
    this.cells = cells
    this.place = place
    if (cells.length === SWF_COLUMNS.length) return
    throw new TraceError(
      { file: place.file, line: place.line },
      `${cells.length} numbers`,
      `eighteen numbers, as in the Standard Workload Format`,
    )
  }

  /** False when the line is a part of a job, or a job without processors; it is then counted in `left`. */
  fill(into: PodRow, shapes: Interner<TraceShape>, users: Interner<string>, left: Left): boolean {
    this.number(AT.job, Number.MAX_SAFE_INTEGER)
    const submit = this.seconds(AT.submit)
    if (submit < 0) this.refuse(AT.submit, 'seconds from 0')
    const run = this.seconds(AT.run)
    const allocated = this.whole(AT.processors, MAX_PROCESSORS)
    const requested = this.whole(AT.requested, MAX_PROCESSORS)
    const kilobytes = this.number(AT.memory, MAX_KILOBYTES)
    const used = this.number(AT.used, MAX_KILOBYTES)
    const worked = this.seconds(AT.cpu)
    const status = this.whole(AT.status, 5)
    const user = this.whole(AT.user, Number.MAX_SAFE_INTEGER)
    if (PARTS.includes(status)) {
      left.parts++
      return false
    }
    const processors = allocated > 0 ? allocated : requested
    if (processors <= 0) {
      left.idle++
      return false
    }
    const memory = Math.round((kilobytes > 0 ? kilobytes : Math.max(0, used)) * KIBIBYTE)
    const tenant = user < 0 ? '' : `user-${user}`
    into.line = this.place.line
    into.arrival = submit
    into.duration = run
    into.requested = this.seconds(AT.time)
    into.tasks = processors
    into.tenant = users.number(tenant, () => tenant)
    into.usage = run > 0 && worked >= 0 ? worked / run : -1
    into.shape = shapes.number(String(memory), () => ({ cpu: 1000, memory, gpus: 0, gpuMilli: 0, gpuModels: [] }))
    return true
  }

  /** A number from 0, or -1. */
  private number(column: number, max: number): number {
    const text = this.cells[column]
    const value = Number(text)
    if (!NUMBER.test(text) || !(value <= max) || (value < 0 && value !== -1)) this.refuse(column, `a number from 0 to ${max}, or -1`)
    return value
  }

  private whole(column: number, max: number): number {
    const value = this.number(column, max)
    if (!Number.isInteger(value)) this.refuse(column, `a whole number from 0 to ${max}, or -1`)
    return value
  }

  /** Whole microseconds; -1 when unknown. */
  private seconds(column: number): number {
    const value = this.number(column, 9e9)
    return value < 0 ? -1 : Math.round(value * 1e6)
  }

  private refuse(column: number, accepted: string): never {
    const { file, line } = this.place
    throw new TraceError({ file, line, column: SWF_COLUMNS[column] }, shown(this.cells[column]), accepted)
  }
}

/** The surf format: batch jobs of one node each, with submission, duration, cores and memory. Source: SURF Lisa 2022, through OpenDC (AtLarge Research). */
import { hasColumns, type RowFormat } from './format.ts'
import { OrderedRows } from './order.ts'
import { Table } from './table.ts'
import { Interner, podRow, type TraceShape } from './trace.ts'

const COLUMNS = ['id', 'submit_s', 'duration_s', 'cpu_count', 'mem_mb']
const AT = { id: 0, submit: 1, duration: 2, cores: 3, memory: 4 } as const
const MAX_CORES = 1e6
/** 2^33 MB, so that bytes stay below 2^53. */
const MAX_MEGABYTES = 8_589_934_591
const MEGABYTE = 1_000_000

export const surf: RowFormat<'pods'> = {
  name: 'surf',
  kind: 'pods',
  title: 'batch jobs: submission, duration, cores, memory',
  columns: COLUMNS,
  source: 'SURF Lisa 2022, through OpenDC',
  fits: (line) => hasColumns(line, COLUMNS),
  open(lines) {
    const table = new Table(lines, COLUMNS)
    const { row } = table
    const shapes = new Interner<TraceShape>()
    const rows = new OrderedRows(
      lines.file,
      {
        make: podRow,
        read(into) {
          if (!table.next()) return false
          row.name(AT.id)
          into.line = row.line
          into.arrival = row.seconds(AT.submit)
          into.duration = row.seconds(AT.duration)
          const cpu = row.whole(AT.cores, MAX_CORES) * 1000
          const memory = row.whole(AT.memory, MAX_MEGABYTES) * MEGABYTE
          into.shape = shapes.number(`${cpu} ${memory}`, () => ({ cpu, memory, gpus: 0, gpuMilli: 0, gpuModels: [] }))
          return true
        },
      },
      'submit_s',
    )
    return Object.assign(rows, { shapes: shapes.values, tenants: [''] })
  },
}

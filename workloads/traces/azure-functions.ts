/**
 * The azure-functions format: invocations of serverless functions, in the order of their ends. A request arrives at end - duration; its key
 * is the function, since later invocations of it find a warm instance. Source: Zhang et al. 2021, Faster and Cheaper Serverless Computing on Harvested Resources, SOSP;
 * Azure Functions Invocation Trace 2021.
 */
import { hasColumns, type RowFormat } from './format.ts'
import { OrderedRows } from './order.ts'
import { Table } from './table.ts'
import { Interner, requestRow } from './trace.ts'

const COLUMNS = ['app', 'func', 'end_timestamp', 'duration']
const AT = { app: 0, func: 1, end: 2, duration: 3 } as const

export const azureFunctions: RowFormat<'requests'> = {
  name: 'azure-functions',
  kind: 'requests',
  title: 'invocations of serverless functions: which one, and how long it ran',
  columns: COLUMNS,
  source: 'Zhang et al. 2021, SOSP; Azure Functions Invocation Trace 2021',
  fits: (line) => hasColumns(line, COLUMNS),
  open(lines) {
    const table = new Table(lines, COLUMNS)
    const { row } = table
    const functions = new Interner<null>()
    const rows = new OrderedRows(
      lines.file,
      {
        make: requestRow,
        read(into) {
          if (!table.next()) return false
          const end = row.seconds(AT.end)
          const duration = row.seconds(AT.duration)
          into.line = row.line
          // An invocation that was running when the recording began arrives at time zero.
          into.arrival = Math.max(0, end - duration)
          into.sizes[0] = duration / 1e6
          into.key = functions.number(`${row.name(AT.app)} ${row.name(AT.func)}`, () => null)
          return true
        },
      },
      'end_timestamp',
    )
    return Object.assign(rows, { sizeNames: ['duration_s'] })
  },
}

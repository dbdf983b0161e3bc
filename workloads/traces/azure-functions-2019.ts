/**
 * The azure-functions-2019 format: invocations of each function per minute of a day, a row per function. A row is a series; a run gets their sum, since
 * requests of one service do not differ by function. The durations of functions are in another file of the data set (function-durations.ts): the work
 * of the service may be theirs. Source: Shahrad et al. 2020, Serverless in the Wild, USENIX ATC; Azure Public Dataset, Azure Functions Trace 2019.
 */
import { TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { cellsOf } from './lines.ts'
import type { UsageRow } from './trace.ts'

const KEYS = ['HashOwner', 'HashApp', 'HashFunction', 'Trigger'] as const
const FUNCTION = 2
const MINUTE = 60e6
const MOST = 1e9
const WHOLE = /^\d+$/

export const azureFunctions2019: RowFormat<'usage'> = {
  name: 'azure-functions-2019',
  kind: 'usage',
  title: 'invocations of serverless functions per minute, function by function',
  columns: [...KEYS, '1', '… (a column per minute)'],
  source: 'Shahrad et al. 2020, USENIX ATC; Azure Functions Trace 2019',
  fits: (line) => line.startsWith(`${KEYS.join(',')},1`),
  open(lines) {
    const { file } = lines
    const header = cellsOf(lines.next() ?? '', file, 1)
    const minutes = header.length - KEYS.length
    const right = KEYS.every((key, i) => header[i] === key) && header.slice(KEYS.length).every((name, i) => name === String(i + 1))
    if (!right || minutes < 1)
      throw new TraceError({ file, line: 1 }, 'another header', `a header with the columns ${KEYS.join(', ')}, 1, 2, … (minutes in order)`)
    const series: string[] = []
    const into: UsageRow = { line: 0, arrival: 0, length: MINUTE, series: -1, value: 0 }
    let cells: readonly string[] = []
    let minute = minutes
    return {
      file,
      series,
      unit: 'requests/s',
      next() {
        if (minute === minutes) {
          let text = lines.next()
          while (text === '') text = lines.next()
          if (text === undefined) {
            if (series.length === 0) throw new TraceError({ file, line: lines.line + 1 }, 'no row after the header', 'at least one row')
            return undefined
          }
          cells = cellsOf(text, file, lines.line)
          if (cells.length !== header.length)
            throw new TraceError({ file, line: lines.line }, `${cells.length} cells`, `${header.length} cells, as in the header`)
          into.series = series.push(cells[FUNCTION]) - 1
          into.line = lines.line
          minute = 0
        }
        const text = cells[KEYS.length + minute]
        if (!WHOLE.test(text) || Number(text) > MOST)
          throw new TraceError(
            { file, line: lines.line, column: header[KEYS.length + minute] },
            text === '' ? 'an empty cell' : JSON.stringify(text.slice(0, 40)),
            `a whole number from 0 to ${MOST}`,
          )
        into.arrival = minute * MINUTE
        into.value = Number(text) / 60
        minute++
        return into
      },
      notes: () => [],
    }
  },
}

/**
 * The prometheus format: a query of Prometheus as Grafana exports it to CSV, a column with the time and a column per series. A run takes a value for
 * requests per second and gets the sum of the series. Empty cells, `null`, `undefined` and `NaN` were not measured. Source: Grafana documentation, Inspect a panel, Download CSV.
 */
import { TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { cellsOf, type Lines } from './lines.ts'
import { MAX_LISTED, refuseLonger } from './listed.ts'
import { sampledRows, type Samples } from './samples.ts'
import { separatorOf } from './table.ts'
import { INSTANTS, Instants } from './time.ts'
import type { UsageRows } from './trace.ts'

const TIME = /^"?time"?\s*[,;\t]/i
const UNMEASURED = ['', 'null', 'undefined', 'NaN']
const NUMBER = /^\d+(\.\d+)?(e[+-]?\d+)?$/i
const MAX_VALUE = 1e12

export const prometheus: RowFormat<'usage'> = {
  name: 'prometheus',
  kind: 'usage',
  title: 'series of Prometheus, as Grafana exports them: requests per second over time',
  columns: ['Time', '… (a column per series)'],
  source: 'Grafana, Inspect a panel, Download CSV',
  fits: (line) => TIME.test(line),
  open,
}

function open(lines: Lines): UsageRows {
  const { file } = lines
  const first = lines.next() ?? ''
  const separator = separatorOf(first)
  const header = cellsOf(first, file, 1, separator)
  if (!TIME.test(first) || header.length < 2)
    throw new TraceError({ file, line: 1 }, 'another header', 'a header with the column Time and at least one series')
  const all = header.slice(1).map((name): Samples => ({ name, line: [], time: [], value: [] }))
  const instants = new Instants()
  let start = 0
  let before = -1
  let rows = 0
  for (let text = lines.next(); text !== undefined; text = lines.next()) {
    if (text === '') continue
    const { line } = lines
    const cells = cellsOf(text, file, line, separator)
    if (cells.length !== header.length)
      throw new TraceError({ file, line }, `${cells.length} cells`, `${header.length} cells, as in the header`)
    const accepted = rows === 0 ? INSTANTS : instants.accepted
    const instant = instants.of(cells[0])
    const refuse = (column: string, found: string, sentence: string): never => {
      throw new TraceError({ file, line, column }, found === '' ? 'an empty cell' : JSON.stringify(found.slice(0, 40)), sentence)
    }
    if (instant === undefined) refuse(header[0], cells[0], accepted)
    if (rows++ === 0) start = instant as number
    const time = (instant as number) - start
    if (time <= before) refuse(header[0], cells[0], 'a time after that of the row before')
    if (rows > MAX_LISTED) refuseLonger(file, line, 'its series are beside each other')
    before = time
    all.forEach((samples, i) => {
      const cell = cells[i + 1].trim()
      if (UNMEASURED.includes(cell)) return
      if (!NUMBER.test(cell) || Number(cell) > MAX_VALUE) refuse(header[i + 1], cell, `a number from 0 to ${MAX_VALUE}, or an empty cell`)
      samples.line.push(line)
      samples.time.push(time)
      samples.value.push(Number(cell))
    })
  }
  if (rows === 0) throw new TraceError({ file, line: lines.line + 1 }, 'no row after the header', 'at least one row')
  return sampledRows(file, 'requests/s', all)
}

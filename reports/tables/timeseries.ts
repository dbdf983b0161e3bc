/**
 * timeseries.csv: the samples of every run, one row per variant, replication and time. Above MAX_ROWS rows in total, every k-th sample of
 * each run is kept, with the smallest k that fits. Samples are true values; means would hide peaks.
 */
import type { Table } from '../../sim/index.ts'
import { withUnit } from '../format.ts'
import type { Study } from '../study.ts'
import { csvOf } from './csv.ts'
import type { Cell, Rows } from './csv.ts'

/** Maximum of rows of the file. */
export const MAX_ROWS = 200_000

/** The k of "every k-th sample is kept"; 1 keeps all. */
export function timeseriesStride(study: Study, maxRows = MAX_ROWS): number {
  let stride = 1
  const kept = (): number => study.runs.reduce((sum, run) => sum + Math.ceil(run.result.series.rows / stride), 0)
  while (kept() > maxRows && study.runs.some((run) => run.result.series.rows > stride)) stride++
  return stride
}

/** The table. */
export function timeseriesRows(study: Study, maxRows = MAX_ROWS): Rows {
  const stride = timeseriesStride(study, maxRows)
  const heads = seriesHeads(study)
  const rows: Cell[][] = []
  for (const { variant, replication, result } of study.runs) {
    const columns = heads.map(({ name }) => result.series.columns.find((column) => column.name === name)?.values)
    for (let row = 0; row < result.series.rows; row += stride) {
      rows.push([study.variants[variant].label, replication, ...columns.map((values) => values?.[row] ?? null)])
    }
  }
  return { header: ['variant', 'replication', ...heads.map(({ name, unit }) => withUnit(name, unit))], rows }
}

/** The columns that any run has, time first: variants may differ in their columns. */
function seriesHeads(study: Study): Table['columns'] {
  const heads = new Map<string, Table['columns'][number]>()
  for (const { result } of study.runs)
    for (const column of result.series.columns) if (!heads.has(column.name)) heads.set(column.name, column)
  return [...heads.values()].sort((a, b) => Number(b.role === 'time') - Number(a.role === 'time'))
}

/** timeseries.csv as text. */
export const timeseriesCsv = (study: Study, maxRows = MAX_ROWS): string => csvOf(timeseriesRows(study, maxRows))

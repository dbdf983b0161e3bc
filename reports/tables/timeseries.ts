/**
 * timeseries.csv: the samples of every run as they are, one row per variant, replication and time. Above MOST_ROWS rows in all, every
 * k-th sample of each run is kept, with the smallest k that fits: values that the run really had, where a mean would hide peaks.
 */
import type { Table } from '../../sim/index.ts'
import { withUnit } from '../format.ts'
import type { Study } from '../study.ts'
import { csvOf } from './csv.ts'
import type { Cell, Rows } from './csv.ts'

export const MOST_ROWS = 200_000

/** Every how many samples one is kept; 1 keeps all. */
export function timeseriesStride(study: Study, mostRows = MOST_ROWS): number {
  let stride = 1
  const kept = (): number => study.runs.reduce((sum, run) => sum + Math.ceil(run.result.series.rows / stride), 0)
  while (kept() > mostRows && study.runs.some((run) => run.result.series.rows > stride)) stride++
  return stride
}

export function timeseriesRows(study: Study, mostRows = MOST_ROWS): Rows {
  const stride = timeseriesStride(study, mostRows)
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

/** The columns that any run has, time first: variants may differ in what they sample. */
function seriesHeads(study: Study): Table['columns'] {
  const heads = new Map<string, Table['columns'][number]>()
  for (const { result } of study.runs)
    for (const column of result.series.columns) if (!heads.has(column.name)) heads.set(column.name, column)
  return [...heads.values()].sort((a, b) => Number(b.role === 'time') - Number(a.role === 'time'))
}

export const timeseriesCsv = (study: Study, mostRows = MOST_ROWS): string => csvOf(timeseriesRows(study, mostRows))

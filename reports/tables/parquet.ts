/**
 * The same tables as Parquet, for those who read them with DuckDB, pandas or Spark. The writer is an optional peer: it is loaded when it is
 * asked for, and whoever has not installed it learns how. A column of numbers is DOUBLE, null where the CSV has an empty cell; any other is a string.
 */
import type * as hyparquet from 'hyparquet-writer'
import { summarise } from '../summary.ts'
import type { Study } from '../study.ts'
import type { Cell, Rows } from './csv.ts'
import { effectsRows } from './effects.ts'
import { PARQUET_TABLES } from './parquet-files.ts'
import { runsRows } from './runs.ts'
import { summaryRows } from './summary.ts'
import { timeseriesRows } from './timeseries.ts'

/** The writer is not there. */
export class MissingWriter extends Error {
  constructor() {
    super('found no hyparquet-writer; accepted: npm install hyparquet-writer, and the same call again')
    this.name = 'MissingWriter'
  }
}

type Writer = Pick<typeof hyparquet, 'parquetWriteBuffer'>

/** Throws a MissingWriter before anything is run, when it is called early. */
export async function parquetWriter(load: () => Promise<Writer> = () => import('hyparquet-writer')): Promise<Writer> {
  try {
    return await load()
  } catch {
    throw new MissingWriter()
  }
}

/** Names and contents of the files. */
export function parquetTables(study: Study, writer: Writer): ReadonlyMap<string, Uint8Array> {
  const summary = summarise(study)
  const tables: Readonly<Record<(typeof PARQUET_TABLES)[number], Rows>> = {
    runs: runsRows(study),
    summary: summaryRows(summary),
    effects: effectsRows(summary),
    timeseries: timeseriesRows(study),
  }
  return new Map(PARQUET_TABLES.map((name) => [`${name}.parquet`, parquetOf(tables[name], writer)]))
}

function parquetOf({ header, rows }: Rows, writer: Writer): Uint8Array {
  const columnData = header.map((name, column) => {
    const cells = rows.map((row) => row[column])
    const numbers = cells.every((cell) => typeof cell !== 'string')
    return numbers
      ? { name, type: 'DOUBLE' as const, nullable: true, data: cells.map((cell) => (cell === null || Number.isNaN(cell) ? null : cell)) }
      : { name, type: 'STRING' as const, nullable: true, data: cells.map(textOf) }
  })
  return new Uint8Array(writer.parquetWriteBuffer({ columnData }))
}

/** A seed may be a number in one study and a word in another; in one column it is text. */
const textOf = (cell: Cell): string | null => (cell === null ? null : String(cell))

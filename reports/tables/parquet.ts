/**
 * The tables as Parquet, for DuckDB, pandas or Spark. The writer (hyparquet-writer) is an optional peer dependency that is loaded on demand.
 * A column of numbers is DOUBLE, null where the CSV has an empty cell; any other column is a string.
 */
import { summarise } from '../summary/summary.ts'
import type { Study } from '../study.ts'
import type { Cell, Rows } from './csv.ts'
import { effectsRows } from './effects.ts'
import { runsRows } from './runs.ts'
import { servicesRows } from './services.ts'
import { summaryRows } from './summary.ts'
import { timeseriesRows } from './timeseries.ts'

const TABLES = ['runs', 'summary', 'services', 'effects', 'timeseries'] as const

/** Names of the files that `--parquet` writes. */
export const PARQUET_FILES: readonly string[] = TABLES.map((name) => `${name}.parquet`)

/** What is used of hyparquet-writer; its own types are not named, since users may not have installed it. */
export interface ParquetWriter {
  /** The bytes of a file with these columns. */
  parquetWriteBuffer(options: { readonly columnData: ParquetColumn[] }): ArrayBuffer
}

/** A column to write: `data` has one value per row. */
export type ParquetColumn =
  | { readonly name: string; readonly type: 'DOUBLE'; readonly nullable: true; readonly data: (number | null)[] }
  | { readonly name: string; readonly type: 'STRING'; readonly nullable: true; readonly data: (string | null)[] }

/** hyparquet-writer is not installed. */
export class MissingWriter extends Error {
  constructor() {
    super('found no hyparquet-writer; accepted: npm install hyparquet-writer, then repeat the command')
    this.name = 'MissingWriter'
  }
}

/** Loads the writer. Throws a MissingWriter; call it before a long run, so that the run is not lost. */
export async function parquetWriter(load: () => Promise<ParquetWriter> = () => import('hyparquet-writer')): Promise<ParquetWriter> {
  try {
    return await load()
  } catch {
    throw new MissingWriter()
  }
}

/** Names and contents of the Parquet files; services.parquet only where services.csv is written. */
export function parquetTables(study: Study, writer: ParquetWriter): ReadonlyMap<string, Uint8Array> {
  const summary = summarise(study)
  const tables: Readonly<Record<(typeof TABLES)[number], Rows>> = {
    runs: runsRows(study),
    summary: summaryRows(summary),
    services: servicesRows(study),
    effects: effectsRows(summary),
    timeseries: timeseriesRows(study),
  }
  const written = TABLES.filter((name) => name !== 'services' || tables.services.rows.length > 0)
  return new Map(written.map((name) => [`${name}.parquet`, parquetOf(tables[name], writer)]))
}

function parquetOf({ header, rows }: Rows, writer: ParquetWriter): Uint8Array {
  const columnData = header.map((name, column): ParquetColumn => {
    const cells = rows.map((row) => row[column])
    const numbers = cells.every((cell) => typeof cell !== 'string')
    return numbers
      ? { name, type: 'DOUBLE', nullable: true, data: cells.map((cell) => (cell === null || Number.isNaN(cell) ? null : cell)) }
      : { name, type: 'STRING', nullable: true, data: cells.map(textOf) }
  })
  return new Uint8Array(writer.parquetWriteBuffer({ columnData }))
}

/** Seeds may be numbers or strings; in one column all are strings. */
const textOf = (cell: Cell): string | null => (cell === null ? null : String(cell))

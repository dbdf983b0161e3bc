import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { METRICS } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { Cell } from './csv.ts'
import { MissingWriter, parquetTables, parquetWriter } from './parquet.ts'
import { runsRows } from './runs.ts'

const study = fixtureStudy()

async function read(name: string): Promise<Record<string, unknown>[]> {
  const bytes = parquetTables(study, await parquetWriter()).get(name)!
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  return (await parquetReadObjects({ file })) as Record<string, unknown>[]
}

describe('tables as Parquet, read back by another reader', () => {
  it('runs: every cell as in the CSV, no value is null', async () => {
    const rows = await read('runs.parquet')
    const { header, rows: cells } = runsRows(study)
    expect(rows).toHaveLength(cells.length)
    const seen = (cell: Cell, name: string): Cell => {
      if (cell === null || Number.isNaN(cell)) return null
      return typeof cell === 'number' && typeof rows[0][name] === 'string' ? String(cell) : cell
    }
    rows.forEach((row, i) =>
      expect(header.map((name) => row[name] ?? null)).toEqual(cells[i].map((cell, column) => seen(cell, header[column]))),
    )
    for (const { id, unit } of METRICS) expect(typeof (rows[0][`${id} [${unit}]`] ?? 0), id).toBe('number')
  })

  it('the others are there, with text as text and numbers as numbers', async () => {
    const [summary] = await read('summary.parquet')
    expect(typeof summary['variant']).toBe('string')
    expect(typeof summary['mean']).toBe('number')
    expect((await read('timeseries.parquet')).length).toBeGreaterThan(0)
    expect(Array.isArray(await read('effects.parquet'))).toBe(true)
  })

  it('without the writer it says what to install', async () => {
    await expect(parquetWriter(() => Promise.reject(new Error('not found')))).rejects.toThrow(MissingWriter)
  })
})

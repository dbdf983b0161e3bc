import { describe, expect, test } from 'vitest'
import { sparkline, sparksOf } from './sparkline.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { Table } from '../../sim/index.ts'

describe('sparkline', () => {
  test('0 to 8 in eighths: the top of the scale is the full block', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], 0, 8)).toBe('▁▂▃▄▅▆▇██')
  })
  test('nothing where there is no value, and all low on a scale of no height', () => {
    expect(sparkline([NaN, 5, NaN], 0, 10)).toBe(' ▅ ')
    expect(sparkline([5, 5], 5, 5)).toBe('▁▁')
  })
})

describe('sparklines of a study', () => {
  const series = (values: number[]): Table => ({
    rows: values.length,
    columns: [
      { name: 'time', label: 'time', unit: 's', role: 'time', values: Float64Array.from(values, (_, i) => 10 * (i - 1)) },
      { name: 'nodes', label: 'nodes', unit: 'nodes', role: 'metric', values: Float64Array.from(values) },
    ],
  })
  const study = (rows: number[][]) => {
    const empty = fixtureStudy({ variants: 2, replications: rows.length / 2, empty: true })
    return { ...empty, runs: empty.runs.map((run, i) => ({ ...run, result: { ...run.result, series: series(rows[i]) } })) }
  }

  test('means over replications and over cells of equal time, one scale for all variants; ageing (time <= 0) is left out', () => {
    // Variant 0: replications 0 0 2 4 and 2 4 6 8 after the two samples up to time zero: means 1 2 4 6, in two cells 1.5 and 5; variant 1: 9 and 9.
    const rows = [
      [99, 99, 0, 0, 2, 4],
      [99, 99, 2, 4, 6, 8],
      [99, 99, 9, 9, 9, 9],
      [99, 99, 9, 9, 9, 9],
    ]
    expect(sparksOf(study(rows), ['nodes'], 2)).toEqual([{ heading: 'nodes [nodes], 1.50 to 9.00', lines: ['▁▄', '██'] }])
    expect(sparksOf(study(rows), ['nodes', 'absent'], 4)[0].lines).toEqual(['▁▂▄▆', '████'].map((line) => line))
  })
  test('a constant is described in the heading; no samples, no lines', () => {
    expect(
      sparksOf(
        study([
          [3, 3, 3],
          [3, 3, 3],
        ]),
        ['nodes'],
        9,
      ),
    ).toEqual([{ heading: 'nodes [nodes]: always 3.00', lines: [] }])
    expect(sparksOf(fixtureStudy({ variants: 2, empty: true }), ['nodes'], 9)).toEqual([])
  })
})

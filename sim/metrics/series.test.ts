import { expect, it } from 'vitest'
import { Series } from './series.ts'

const heads = [
  { name: 'time', label: 'time', unit: 's', role: 'time' },
  { name: 'nodes', label: 'nodes', unit: 'nodes', role: 'metric', better: 'lower' },
] as const

it('keeps rows through growth and hands them out as a table', () => {
  const series = new Series(heads)
  const row = new Float64Array(2)
  for (let i = 0; i < 1000; i++) {
    row[0] = i
    row[1] = 2 * i
    series.append(row)
  }
  const table = series.table()
  expect(table.rows).toBe(1000)
  expect(table.columns.map(({ values, ...head }) => [head, values.length])).toEqual([
    [heads[0], 1000],
    [heads[1], 1000],
  ])
  expect(table.columns[1].values[999]).toBe(1998)
  row[1] = 7
  series.append(row)
  expect(table.columns[1].values.length).toBe(1000)
})

it('refuses a row of another width', () => {
  expect(() => new Series(heads).append([1])).toThrow('row of a series: 1 numbers; accepted: 2, one per column')
})

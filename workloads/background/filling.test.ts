import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { streams } from '../streams.fixture.ts'
import { OPENB_PODS } from '../traces/openb.ts'
import { filledRows } from './filling.ts'
import { openBackground } from './open.ts'
import type { TraceBackground } from './spec.ts'

const HOUR = 3600e6
const capacity = { cpu: 1, memory: 1, gpu: 6_212_000 }
const random = (seed: number) => streams(seed)('filling')

describe('rows that fill a share', () => {
  const shape = Int32Array.from([0, 0, 1, 2])
  const amounts = [10, 30, 0]

  test('more than the list: all rows in random order, then drawn ones until the next would exceed the demand', () => {
    const rows = filledRows(shape, amounts, 125, random(1))
    expect([...rows.slice(0, 4).sort()]).toEqual([0, 0, 1, 2])
    const sum = rows.reduce((total, row) => total + amounts[row], 0)
    expect(sum).toBeLessThanOrEqual(125)
    expect(sum).toBeGreaterThan(125 - 30)
  })

  test('less than the list: rows are left out; the first rows are those of a larger demand', () => {
    const all = filledRows(shape, amounts, 50, random(2))
    const some = filledRows(shape, amounts, 20, random(2))
    expect([...some]).toEqual([...all.slice(0, some.length)])
    expect(some.reduce((total, row) => total + amounts[row], 0)).toBeLessThanOrEqual(20)
  })

  test('each order of two rows is as frequent: 500 of 1,000, within 4 standard deviations', () => {
    let first = 0
    for (let seed = 0; seed < 1000; seed++) first += filledRows(Int32Array.from([0, 1]), [1, 1], 2, random(seed))[0]
    expect(Math.abs(first - 500)).toBeLessThan(4 * Math.sqrt(250))
  })
})

test('openb to 130 %: every row of the list, evenly over the time, for ever; the mix is that of the list', () => {
  const spec: TraceBackground = {
    kind: 'trace',
    format: 'openb',
    name: 'openb',
    path: fileURLToPath(new URL('../data/openb-gpu-2023', import.meta.url)),
    pods: OPENB_PODS,
    inflate: null,
    fill: { resource: 'gpu', share: 1.3, over: HOUR },
    speedUp: 1,
    from: 0,
    usage: 0.6,
    limited: false,
  }
  const source = openBackground(spec, capacity, streams(1))
  const shapes: number[] = []
  let last = -1
  for (let time = source.next(); time < Infinity; time = source.next()) {
    expect(time).toBeGreaterThan(last)
    expect(source.duration).toBe(Infinity)
    last = time
    shapes.push(source.shape)
  }
  expect(last).toBeLessThan(HOUR)
  expect(last).toBeGreaterThan(0.999 * HOUR)
  const gpu = shapes.reduce((sum, shape) => sum + source.shapes[shape].gpus * source.shapes[shape].gpuMilli, 0)
  expect(gpu).toBeLessThanOrEqual(1.3 * 6_212_000)
  expect(gpu).toBeGreaterThan(1.3 * 6_212_000 - 8000)
  expect(Array.from(source.mix!).reduce((sum, count) => sum + count, 0)).toBe(8152)
})

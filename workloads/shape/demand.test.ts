import { describe, expect, test } from 'vitest'
import type { PodTrace } from '../traces/trace.ts'
import { demandOf, podShape, rateFor, scaledShape } from './demand.ts'
import { cutNotes, measuredRows, rowsOf, shapedStarts, type Shaping } from './rows.ts'
import { cumulated, placeOf } from './weights.ts'
import { streams } from '../streams.fixture.ts'

const shape = { cpu: 2000, memory: 300, gpus: 1, gpuMilli: 460, gpuModels: ['T4'] }

/** Rows as [created, scheduled, deleted] in seconds. */
function trace(rows: readonly (readonly [number, number, number])[]): PodTrace {
  const column = (place: 0 | 1 | 2): Float64Array => Float64Array.from(rows, (row) => (row[place] < 0 ? -1 : row[place] * 1e6))
  const zeros = new Uint8Array(rows.length)
  return {
    file: 'some.csv',
    length: rows.length,
    shapes: rows.map(() => shape),
    shape: Int32Array.from(rows.keys()),
    created: column(0),
    scheduled: column(1),
    deleted: column(2),
    qos: zeros,
    qosNames: [''],
    phase: zeros,
    phaseNames: [''],
  }
}

describe('rows', () => {
  // created, scheduled, deleted: waited 30 s and worked 10; never scheduled; worked 50; worked not at all.
  const some = trace([
    [100, 130, 140],
    [110, -1, 500],
    [90, 90, 140],
    [120, 120, 120],
  ])

  const shape = (shaping: Partial<Shaping>) => {
    const rows = measuredRows(some)
    const all = { bootstrap: null, steps: [], ...shaping }
    return { ...rowsOf(rows, shapedStarts(rows.start, all, streams(1))), notes: [...rows.notes, ...cutNotes(rows.start, all)] }
  }

  test("a pod's work is deletion - scheduled, not deletion - creation; order is that of creation", () => {
    const rows = shape({})
    expect([...rows.shape]).toEqual([2, 0, 3])
    expect([...rows.start]).toEqual([90e6, 100e6, 120e6])
    expect([...rows.duration]).toEqual([50e6, 10e6, 1])
    expect(rows.notes).toEqual([
      '1 of 4 rows were never scheduled in the recorded cluster and are left out: they have no measured run time',
    ])
  })

  test('cut: rows outside are left out and counted, time zero is there', () => {
    const rows = shape({ steps: [{ kind: 'cut', from: 95e6, until: 120e6 }] })
    expect([...rows.start]).toEqual([5e6])
    expect(rows.notes.slice(1)).toEqual([
      '1 of 3 rows were created before 95 s and are left out',
      '1 of 3 rows were created from 120 s on and are left out',
    ])
  })

  test('speedUp divides gaps and durations, so occupancy stays', () => {
    const rows = shape({ steps: [{ kind: 'speedUp', by: 10 }] })
    expect([...rows.start]).toEqual([9e6, 10e6, 12e6])
    expect([...rows.duration]).toEqual([5e6, 1e6, 1])
  })

  test('rows created at one instant keep the order of the file', () => {
    const rows = measuredRows(
      trace([
        [7, 7, 8],
        [5, 5, 9],
        [7, 7, 9],
        [5, 6, 9],
      ]),
    )
    expect([...rows.shape]).toEqual([1, 3, 0, 2])
  })
})

test('scale multiplies CPU and memory, rounded, never down to nothing; devices stay', () => {
  expect(scaledShape(shape, 0.5)).toEqual({ ...shape, cpu: 1000, memory: 150 })
  expect(scaledShape(shape, 1e-9)).toMatchObject({ cpu: 1, memory: 1, gpuMilli: 460 })
  expect(scaledShape({ ...shape, memory: 0 }, 3)).toMatchObject({ cpu: 6000, memory: 0 })
})

test("Little's law: 60 % of 1,000 cores, pods of 4 cores for 50 s: 600 / (4 * 50) = 3 a second", () => {
  expect(rateFor(0.6, 1000, 4 * 50)).toBeCloseTo(3, 12)
})

test('a pod asks for what the row says; limited sets the limit to the request', () => {
  expect(podShape(shape, 1.5, false)).toMatchObject({ ...shape, usage: 1.5, limit: 0 })
  expect(podShape(shape, 0.5, true)).toMatchObject({ usage: 0.5, limit: 2000 })
  expect([demandOf(shape, 'cpu'), demandOf(shape, 'memory'), demandOf(shape, 'gpu')]).toEqual([2000, 300, 460])
  expect(demandOf({ ...shape, gpus: 8, gpuMilli: 1000 }, 'gpu')).toBe(8000)
})

test('places are met in proportion to their weights, those of weight 0 never', () => {
  const sums = cumulated([0, 1, 0, 3, 0])
  expect([0, 0.2499, 0.25, 0.9999].map((u) => placeOf(sums, u))).toEqual([1, 1, 3, 3])
})

/** The laws of shaping, for any recording. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { streams } from '../streams.fixture.ts'
import { RowTimeline, shaped, shapeProblems, type ShapeStep } from './timeline.ts'

interface Met {
  readonly row: number
  readonly start: number
}

const random = (seed = 1) => streams(seed)('shape')
const starts = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 40 }).map((times) => Float64Array.from(times).sort())

function met(recording: Float64Array, steps: readonly ShapeStep[], seed = 1): { rows: Met[]; span: number; speed: number; scale: number } {
  const { timeline, base } = shaped(new RowTimeline(recording), steps, random(seed))
  const rows: Met[] = []
  for (let start = timeline.next(); start < Infinity; start = timeline.next()) rows.push({ row: base.row, start })
  return { rows, span: timeline.span, speed: timeline.speed, scale: timeline.scale }
}

const step: fc.Arbitrary<ShapeStep> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), from: fc.nat(500_000), until: fc.option(fc.integer({ min: 500_001, max: 2_000_000 })) }),
  fc.record({ kind: fc.constant('sample' as const), share: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('scale' as const), by: fc.double({ min: 0.1, max: 10, noNaN: true }) }),
  fc.record({ kind: fc.constant('speedUp' as const), by: fc.double({ min: 0.1, max: 10, noNaN: true }) }),
  fc.record({ kind: fc.constant('repeat' as const), times: fc.integer({ min: 1, max: 4 }) }),
)

describe('laws', () => {
  test('whatever the steps, starts are whole, in order, from 0 and within the span', () => {
    fc.assert(
      fc.property(starts, fc.array(step, { maxLength: 5 }), (recording, steps) => {
        const { rows, span } = met(recording, steps)
        rows.forEach(({ start }, i) => {
          expect(Number.isSafeInteger(start) && start >= (i === 0 ? 0 : rows[i - 1].start)).toBe(true)
          // A start at the very end of a fast recording rounds up to it.
          expect(start).toBeLessThanOrEqual(span)
        })
      }),
      { numRuns: 2000 },
    )
  })
  test('no step: the recording; repeat 1, speedUp 1 and sample 1 change nothing', () => {
    fc.assert(
      fc.property(starts, (recording) => {
        const plain = met(recording, []).rows
        expect(plain).toEqual([...recording].map((start, row) => ({ row, start })))
        expect(
          met(recording, [
            { kind: 'repeat', times: 1 },
            { kind: 'speedUp', by: 1 },
            { kind: 'sample', share: 1 },
            { kind: 'cut', from: 0, until: null },
          ]).rows,
        ).toEqual(plain)
      }),
    )
  })
  test('cut then cut is one cut: [a, b) of [c, d) is [a + c, min(b + c, d))', () => {
    fc.assert(
      fc.property(
        starts,
        fc.nat(400_000),
        fc.nat(400_000),
        fc.integer({ min: 1, max: 500_000 }),
        fc.integer({ min: 1, max: 500_000 }),
        (recording, c, a, lengthOuter, lengthInner) => {
          const twice = met(recording, [
            { kind: 'cut', from: c, until: c + lengthOuter },
            { kind: 'cut', from: a, until: a + lengthInner },
          ]).rows
          const until = Math.min(a + lengthInner + c, c + lengthOuter)
          const once = a + c < until ? met(recording, [{ kind: 'cut', from: a + c, until }]).rows : []
          expect(twice).toEqual(once)
        },
      ),
    )
  })
  test('a cut of a repetition: the k-th pass is the recording, k spans later', () => {
    fc.assert(
      fc.property(starts, fc.integer({ min: 1, max: 5 }), fc.nat(4), (recording, times, pass) => {
        const { span } = new RowTimeline(recording)
        const from = pass * span
        const part = met(recording, [
          { kind: 'repeat', times },
          { kind: 'cut', from, until: from + span },
        ]).rows
        expect(part).toEqual(pass < times ? met(recording, []).rows : [])
      }),
    )
  })
  test('repeat a then b is repeat a · b', () => {
    fc.assert(
      fc.property(starts, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (recording, a, b) => {
        const [nested, flat] = [
          met(recording, [
            { kind: 'repeat', times: a },
            { kind: 'repeat', times: b },
          ]),
          met(recording, [{ kind: 'repeat', times: a * b }]),
        ]
        expect(nested).toEqual(flat)
      }),
    )
  })
  test('a repetition keeps the rate: n rows over n mean gaps', () => {
    const even = Float64Array.from([0, 10, 20, 30])
    expect(met(even, [{ kind: 'repeat', times: 2 }]).rows.map(({ start }) => start)).toEqual([0, 10, 20, 30, 40, 50, 60, 70])
  })
  test('speed-up keeps the occupancy: starts, span and durations are divided alike', () => {
    fc.assert(
      fc.property(starts, fc.integer({ min: 1, max: 100 }), (recording, by) => {
        const fast = met(recording, [{ kind: 'speedUp', by }])
        expect(fast.rows.map(({ row }) => row)).toEqual(met(recording, []).rows.map(({ row }) => row))
        expect(fast.speed).toBe(by)
        fast.rows.forEach(({ row, start }) => expect(Math.abs(start * by - recording[row])).toBeLessThanOrEqual(by / 2))
      }),
    )
  })
  test('speed and scale multiply; scale moves nothing', () => {
    const { rows, speed, scale } = met(Float64Array.of(1, 2), [
      { kind: 'scale', by: 2 },
      { kind: 'speedUp', by: 1 },
      { kind: 'scale', by: 1.5 },
    ])
    expect([speed, scale]).toEqual([1, 3])
    expect(rows.map(({ start }) => start)).toEqual([1, 2])
  })
  test('a sample keeps a share p: n p rows within 2.6 √(n p (1 - p)), others each time it is drawn', () => {
    const many = Float64Array.from({ length: 10_000 }, (_, i) => i)
    for (const share of [0.1, 0.5]) {
      const { rows } = met(many, [{ kind: 'sample', share }])
      expect(Math.abs(rows.length - 10_000 * share)).toBeLessThan(2.6 * Math.sqrt(10_000 * share * (1 - share)))
      expect(met(many, [{ kind: 'sample', share }]).rows).toEqual(rows)
      expect(met(many, [{ kind: 'sample', share }], 2).rows).not.toEqual(rows)
    }
  })
})

test('steps that have no meaning are refused, a sentence each', () => {
  expect(shapeProblems([{ kind: 'cut', from: 5, until: 5 }])).toEqual(['shape.cut.until: 5; accepted: a time after from, 5'])
  expect(shapeProblems([{ kind: 'cut', from: -1, until: null }])).toEqual(['shape.cut.from: -1; accepted: a time from 0'])
  expect(shapeProblems([{ kind: 'sample', share: 0 }])).toEqual(['shape.sample: 0; accepted: a share above 0, at most 1'])
  expect(shapeProblems([{ kind: 'repeat', times: 1.5 }])).toEqual(['shape.repeat: 1.5; accepted: a whole number from 1'])
  expect(
    shapeProblems([
      { kind: 'scale', by: 0 },
      { kind: 'speedUp', by: Infinity },
    ]),
  ).toEqual(['shape.scale: 0; accepted: a number above 0', 'shape.speedUp: Infinity; accepted: a number above 0'])
  expect(
    shapeProblems([
      { kind: 'repeat', times: 1000 },
      { kind: 'repeat', times: 11 },
    ]),
  ).toEqual(['shape.repeat: 11000 times in all; accepted: at most 10000'])
  expect(
    shapeProblems([
      { kind: 'cut', from: 1, until: null },
      { kind: 'repeat', times: 10_000 },
    ]),
  ).toEqual([])
})

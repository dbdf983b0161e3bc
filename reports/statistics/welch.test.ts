import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import { decide, FLAT } from './contrast.ts'
import { measureUnpaired } from './welch.ts'

const MARGINS = { relative: 0.02, points: 1 }
const misses = metricById('slo-misses') ?? expect.fail()
const cost = metricById('cost') ?? expect.fail()

/** Student 1908, extra hours of sleep. */
const FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
const SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

describe('Welch', () => {
  test("Student's sleep data as two samples: t = 1.8608, 17.776 degrees, p = 0.07939, interval [-0.2054832, 3.3654832] (the example of R's t.test)", () => {
    const found = measureUnpaired(misses, FIRST, SECOND, MARGINS)
    expect(found.mean).toBeCloseTo(1.58, 12)
    expect(found.mean / found.error).toBeCloseTo(1.8608, 4)
    expect(found.degrees).toBeCloseTo(17.776, 3)
    expect(found.p).toBeCloseTo(0.07939, 5)
    expect(found.low).toBeCloseTo(-0.2054832, 6)
    expect(found.high).toBeCloseTo(3.3654832, 6)
  })

  test('the unequal variances of 15 and 15 values: t = 2.46, 24.9 degrees, p = 0.021 (first example of the Wikipedia page on the test)', () => {
    const first = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
    const second = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]
    const found = measureUnpaired(misses, first, second, MARGINS)
    expect(found.mean / found.error).toBeCloseTo(2.46, 2)
    expect(Math.abs(found.degrees - 24.9)).toBeLessThan(0.1)
    expect(found.p).toBeCloseTo(0.021, 3)
  })

  test('ratios are of geometric means: (2, 8) to (4, 16) doubles, and counts may differ', () => {
    expect(decide(measureUnpaired(cost, [2, 8], [4, 16], MARGINS), null).difference).toBeCloseTo(100, 9)
    expect(decide(measureUnpaired(cost, [2, 8], [4, 16, 8], MARGINS), null)).toMatchObject({ pairs: 2, comparison: 'ratio' })
    expect(measureUnpaired(cost, [0, 8], [4, 16], MARGINS)).toMatchObject({ comparison: 'difference', mean: 6 })
  })

  test('one value a side, none, or no spread at all', () => {
    expect(decide(measureUnpaired(misses, [1], [2, 3], MARGINS), null)).toMatchObject({
      difference: 1.5,
      low: NaN,
      verdict: 'inconclusive',
    })
    expect(decide(measureUnpaired(misses, [], [2, 3], MARGINS), null)).toMatchObject({ pairs: 0, verdict: 'inconclusive' })
    const flat = decide(measureUnpaired(misses, [1, 1], [4, 4, 4], MARGINS), null)
    expect(flat).toMatchObject({ verdict: 'worse', reason: FLAT })
    expect(flat.low).toBeLessThan(3)
    expect(flat.high).toBeGreaterThan(3)
    expect(flat.p).toBeGreaterThan(0)
    expect(decide(measureUnpaired(misses, [1, 1, 1], [4, 5, 6], MARGINS), null).low).toBeCloseTo(4 - 4.3027 / Math.sqrt(3), 4)
  })
})

/** Patterns whose clock begins after ageing. */
import { describe, expect, test } from 'vitest'
import { streams } from '../streams.fixture.ts'
import type { OpenTraffic } from '../requests/spec.ts'
import type { Arrivals } from './arrivals.ts'
import { lateArrivals } from './late.ts'
import { openArrivals } from './open-arrivals.ts'

const MINUTE = 60e6
const until = (arrivals: Arrivals, end: number): number[] => {
  const times: number[] = []
  for (let time = arrivals.next(); time < end; time = arrivals.next()) times.push(time)
  return times
}

const clocked: readonly OpenTraffic[] = [
  { pattern: 'step', rate: 4, to: 20, at: 5 * MINUTE, until: null },
  { pattern: 'ramp', rate: 4, to: 20, at: 5 * MINUTE, over: MINUTE },
  { pattern: 'sawtooth', rate: 4, to: 20, period: 7 * MINUTE },
  { pattern: 'flash-crowd', rate: 4, peak: 5, at: 5 * MINUTE, climb: 0, hold: MINUTE, decay: MINUTE },
  { pattern: 'diurnal', rate: 4, amplitude: 0.9, period: 7 * MINUTE, phase: 0 },
  { pattern: 'weekly', rate: 4, amplitude: 0.9, weekend: 0.5, day: 7 * MINUTE, phase: 0, first: 0 },
]

describe.each(clocked)('$pattern', (traffic) => {
  const late = 60 * MINUTE

  test('from its beginning on it is itself, arrival by arrival, later', () => {
    const times = until(lateArrivals(traffic, late, streams(1)), late + 20 * MINUTE)
    expect(times.every((time, i) => Number.isInteger(time) && (i === 0 || time >= times[i - 1]))).toBe(true)
    expect(times.filter((time) => time >= late).map((time) => time - late)).toEqual(
      until(openArrivals(traffic, streams(1)('arrivals')), 20 * MINUTE),
    )
  })

  test('before, as many as its first rate says: λ(0) t within 2.6 standard deviations; the stated rate is that of its beginning', () => {
    const arrivals = lateArrivals(traffic, late, streams(2))
    const first = openArrivals(traffic, streams(2)('arrivals')).rateAt(0)
    expect([arrivals.rateAt(0), arrivals.rateAt(late), arrivals.rateAt(late - 1)]).toEqual([first, first, first])
    const expected = (first * late) / 1e6
    expect(Math.abs(until(arrivals, late).length - expected)).toBeLessThan(2.6 * Math.sqrt(expected))
  })
})

test.each<OpenTraffic>([
  { pattern: 'poisson', rate: 4 },
  {
    pattern: 'mmpp',
    rate: 4,
    modes: [
      { factor: 1, dwell: 1e6 },
      { factor: 9, dwell: 1e6 },
    ],
  },
])('$pattern looks alike at any time and has no clock: nothing is changed', (traffic) =>
  expect(until(lateArrivals(traffic, 60 * MINUTE, streams(1)), 90 * MINUTE)).toEqual(
    until(openArrivals(traffic, streams(1)('arrivals')), 90 * MINUTE),
  ),
)

test('trains come before too: twice the requests in half the trains', () => {
  const trains = { size: { kind: 'constant', value: 4 }, gap: { kind: 'constant', value: 1 } } as const
  const times = until(lateArrivals({ ...clocked[0], trains } as OpenTraffic, 60 * MINUTE, streams(3)), 59 * MINUTE)
  // Trains of 4: standard deviation of the count √(4 · n).
  expect(Math.abs(times.length - 4 * 59 * 60)).toBeLessThan(2.6 * Math.sqrt(4 * 4 * 59 * 60))
  expect(times.filter((time, i) => i > 0 && time - times[i - 1] === 1).length).toBeGreaterThan(0.7 * times.length)
})

import { describe, expect, test } from 'vitest'
import type { TrafficSpec } from '../requests/spec.ts'
import { streams } from '../streams.fixture.ts'
import { openArrivals } from './open-arrivals.ts'
import { kolmogorov, KOLMOGOROV_99, timesUntil, unitExponential } from './theory.fixture.ts'

const SECOND = 1e6
const HOUR = 3600 * SECOND
const poisson: TrafficSpec = { pattern: 'poisson', rate: 100 }
const diurnal: TrafficSpec = { pattern: 'diurnal', rate: 100, amplitude: 0.6, period: HOUR / 6, phase: 0.3 }
const deepest: TrafficSpec = { ...diurnal, amplitude: 1, phase: 0 }
const step: TrafficSpec = { pattern: 'step', rate: 60, to: 240, at: 400 * SECOND, until: 700 * SECOND }
const weekly: TrafficSpec = { pattern: 'weekly', rate: 100, amplitude: 0.5, weekend: 0.4, day: 100 * SECOND, phase: 0.75, first: 3 }
const ramp: TrafficSpec = { pattern: 'ramp', rate: 40, to: 200, at: 300 * SECOND, over: 500 * SECOND }
const sawtooth: TrafficSpec = { pattern: 'sawtooth', rate: 20, to: 220, period: 170 * SECOND }
const falling: TrafficSpec = { pattern: 'sawtooth', rate: 220, to: 0, period: 300 * SECOND }
const crowd: TrafficSpec = {
  pattern: 'flash-crowd',
  rate: 40,
  peak: 6,
  at: 200 * SECOND,
  climb: 60 * SECOND,
  hold: 100 * SECOND,
  decay: 120 * SECOND,
}
const all = { poisson, diurnal, deepest, step, weekly, ramp, sawtooth, falling, crowd }

const open = (traffic: TrafficSpec, seed = 'arrivals') => openArrivals(traffic, streams(seed)('arrivals'))

/** Λ by Simpson's rule over the rate that the source itself states for charts: not the formula that the generator inverts. */
function cumulated(rateAt: (time: number) => number, from: number, to: number, pieces = 64): number {
  const h = (to - from) / pieces
  let sum = rateAt(from) + rateAt(to - 1e-6)
  for (let i = 1; i < pieces; i++) sum += rateAt(from + i * h) * (i % 2 === 1 ? 4 : 2)
  return (sum * h) / 3 / SECOND
}

describe.each(Object.entries(all))('%s', (_, traffic) => {
  const end = 1200 * SECOND
  const source = open(traffic)
  const rateAt = (time: number): number => source.rateAt(time)
  const times = timesUntil(source, end)
  const windows = Array.from({ length: 120 }, (_, i) => ({
    expected: cumulated(rateAt, i * 10 * SECOND, (i + 1) * 10 * SECOND),
    count: 0,
  }))
  for (const time of times) windows[Math.floor(time / (10 * SECOND))].count++

  test('times are whole and never decrease', () => {
    expect(times.every((time, k) => Number.isInteger(time) && time >= (k === 0 ? 0 : times[k - 1]))).toBe(true)
  })

  test('count: Poisson with mean Λ(end), within 2.6 standard deviations', () => {
    const expected = windows.reduce((sum, { expected }) => sum + expected, 0)
    expect(Math.abs(times.length - expected)).toBeLessThan(2.6 * Math.sqrt(expected))
  })

  test('dispersion Σ (n - Λ)² / Λ over 120 windows: χ² with 120 degrees, mean 120, sd √240', () => {
    const chi2 = windows.reduce((sum, { expected, count }) => sum + ((count - expected) * (count - expected)) / expected, 0)
    expect(Math.abs(chi2 - 120)).toBeLessThan(2.6 * Math.sqrt(240))
  })

  test('gaps on the clock of Λ are exponential with mean 1 (KS at 1 %)', () => {
    const gaps = times.slice(1).map((time, k) => cumulated(rateAt, times[k], time, 4))
    // A gap across a jump is cut there by Simpson's rule no better than its length; two gaps of a hundred thousand.
    expect(kolmogorov(gaps, unitExponential)).toBeLessThan(KOLMOGOROV_99)
  })
})

describe('inversion', () => {
  const unitTimes = (count: number): number[] => {
    const source = open({ pattern: 'poisson', rate: 1e-6 })
    return Array.from({ length: count }, () => source.next() / 1e12)
  }

  test.each([0.2, 0.6, 1])('diurnal, amplitude %s: arrival k is where Λ, in closed form, reaches the sum of k unit gaps', (amplitude) => {
    const [rate, period, phase] = [3, 500 * SECOND, 0.85]
    const source = open({ pattern: 'diurnal', rate, amplitude, period, phase })
    const turn = 2 * Math.PI
    const reached = (t: number): number =>
      (rate / SECOND) * (t - ((amplitude * period) / turn) * (Math.cos(turn * (t / period + phase)) - Math.cos(turn * phase)))
    for (const units of unitTimes(20_000)) {
      const time = source.next()
      // Rounded to the nearest µs: Λ half a microsecond earlier is below, half later above (up to 1e-8 of a request in float).
      expect(reached(time - 0.51)).toBeLessThan(units + 1e-8)
      expect(reached(time + 0.51)).toBeGreaterThan(units - 1e-8)
    }
  })

  // Λ in closed form, t in seconds; what the generator inverts is written in other terms.
  const ramped = (t: number): number =>
    t < 300 ? 40 * t : t < 800 ? 12_000 + 40 * (t - 300) + (160 / 500 / 2) * (t - 300) * (t - 300) : 72_000 + 200 * (t - 800)
  const sawn =
    (rate: number, to: number, period: number) =>
    (t: number): number => {
      const [whole, y] = [Math.floor(t / period), t / period - Math.floor(t / period)]
      return (whole * period * (rate + to)) / 2 + period * (rate * y + ((to - rate) * y * y) / 2)
    }
  const crowded = (t: number): number => {
    if (t < 200) return 40 * t
    if (t < 260) return 8000 + 40 * (t - 200) + (200 / 60 / 2) * (t - 200) * (t - 200)
    return t < 360 ? 16_400 + 240 * (t - 260) : 40_400 + 40 * (t - 360) + 200 * 120 * (1 - Math.exp(-(t - 360) / 120))
  }
  test.each<[string, TrafficSpec, (t: number) => number]>([
    ['ramp', ramp, ramped],
    ['sawtooth', sawtooth, sawn(20, 220, 170)],
    ['falling sawtooth', falling, sawn(220, 0, 300)],
    ['flash crowd', crowd, crowded],
  ])('%s: arrival k is where Λ, in closed form, reaches the sum of k unit gaps', (_, traffic, reached) => {
    const source = open(traffic)
    const missed = unitTimes(100_000).filter((units) => {
      const time = source.next() / SECOND
      return !(reached(time - 0.6e-6) - 1e-6 < units && units < reached(time + 0.6e-6) + 1e-6)
    })
    expect(missed).toEqual([])
  })

  test('weekly: a workday holds rate × day × 7 / (5 + 2 weekend), a day of the weekend that times weekend, the week 7 days of the rate; Thursday first', () => {
    const week = timesUntil(open({ ...weekly, rate: 1000 }), 700 * SECOND)
    const counts = Array.from({ length: 7 }, (_, day) => week.filter((time) => Math.floor(time / (100 * SECOND)) === day).length)
    counts.forEach((count, day) => {
      const expected = ((day === 2 || day === 3 ? 0.4 : 1) * 1000 * 100 * 7) / 5.8
      expect(Math.abs(count - expected)).toBeLessThan(3.3 * Math.sqrt(expected))
    })
    expect(Math.abs(week.length - 700_000)).toBeLessThan(3.3 * Math.sqrt(700_000))
  })

  test('a weekly rate of weekend 1 is the diurnal one; with weekend 0 nothing comes then', () => {
    const [flat, plain] = [
      open({ ...weekly, weekend: 1 }),
      open({ pattern: 'diurnal', rate: 100, amplitude: 0.5, period: 100 * SECOND, phase: 0.75 }),
    ]
    for (let k = 0; k < 20_000; k++) expect(Math.abs(flat.next() - plain.next())).toBeLessThanOrEqual(1)
    const none = timesUntil(open({ ...weekly, weekend: 0 }), 1400 * SECOND)
    expect(none.filter((time) => [2, 3].includes(Math.floor(time / (100 * SECOND)) % 7)).length).toBe(0)
    expect(none.length).toBeGreaterThan(130_000)
  })

  test('a flash crowd: peak × rate while it holds, 1 + (peak - 1) / e of it one time constant later; without climb, hold and decay nothing happens', () => {
    const source = open(crowd)
    expect([0, 199, 260, 300, 359].map((t) => source.rateAt(t * SECOND))).toEqual([40, 40, 240, 240, 240])
    expect(source.rateAt(230 * SECOND)).toBeCloseTo(140, 9)
    expect(source.rateAt(480 * SECOND)).toBeCloseTo(40 * (1 + 5 / Math.E), 9)
    const [still, plain] = [open({ ...crowd, climb: 0, hold: 0, decay: 0 }), open({ ...poisson, rate: 40 })]
    for (let k = 0; k < 20_000; k++) expect(Math.abs(still.next() - plain.next())).toBeLessThanOrEqual(1)
  })

  test('a ramp over no time is a step', () => {
    const [ramped, stepped] = [open({ ...ramp, over: 0 }), open({ pattern: 'step', rate: 40, to: 200, at: 300 * SECOND, until: null })]
    for (let k = 0; k < 20_000; k++) expect(Math.abs(ramped.next() - stepped.next())).toBeLessThanOrEqual(1)
  })

  test('a diurnal rate of amplitude 0 is the constant rate', () => {
    const [flat, plain] = [open({ ...diurnal, amplitude: 0 }), open(poisson)]
    for (let k = 0; k < 1000; k++) expect(Math.abs(flat.next() - plain.next())).toBeLessThanOrEqual(1)
  })

  test('the wave has period, phase and height: peak-to-mean 1 + a at a quarter period - phase, 1 - a half a period later', () => {
    const source = open({ ...diurnal, phase: 0.1 })
    const at = (part: number): number => source.rateAt((HOUR / 6) * part)
    expect(at(0.15)).toBeCloseTo(160, 9)
    expect(at(1.15)).toBeCloseTo(160, 9)
    expect(at(0.65)).toBeCloseTo(40, 9)
    expect(at(-0.1)).toBeCloseTo(100, 9)
    // Measured: arrivals in the tenth of a period around the peak, over many periods. The mean of the sine over ± 1/20 turn is sin(π/10) / (π/10).
    const periods = 40
    const times = timesUntil(source, (periods * HOUR) / 6)
    const near = times.filter((time) => Math.abs(((time / (HOUR / 6)) % 1) - 0.15) < 0.05).length
    const expected = ((periods * 600) / 10) * 100 * (1 + (0.6 * Math.sin(Math.PI / 10)) / (Math.PI / 10))
    expect(Math.abs(near - expected)).toBeLessThan(2.6 * Math.sqrt(expected))
  })
})

describe('common random numbers', () => {
  test('twice the rate brings arrival k in half the time', () => {
    const [slow, fast] = [open(poisson), open({ ...poisson, rate: 200 })]
    for (let k = 0; k < 10_000; k++) expect(Math.abs(slow.next() - 2 * fast.next())).toBeLessThanOrEqual(1.5)
  })

  test('a step leaves what comes before it untouched, and shares the rest on the clock of Λ', () => {
    const constant = timesUntil(open({ pattern: 'poisson', rate: 60 }), 1600 * SECOND)
    const stepped = timesUntil(open(step), 700 * SECOND)
    const before = stepped.filter((time) => time < 400 * SECOND)
    expect(before.length).toBeGreaterThan(20_000)
    expect(before).toEqual(constant.slice(0, before.length))
    // From 400 s on 240/s: four times as fast as 60/s. 300 s of it take 1,200 s of the constant rate.
    stepped.slice(before.length).forEach((time, i) => {
      const same = constant[before.length + i]
      expect(Math.abs(time - (400 * SECOND + (same - 400 * SECOND) / 4))).toBeLessThanOrEqual(1.5)
    })
  })
})

describe('constant', () => {
  test('3 a second: k thousand seconds hold 3 k thousand, whatever the rounding', () => {
    const source = open({ pattern: 'constant', rate: 3 })
    expect([source.next(), source.next(), source.next(), source.next()]).toEqual([333_333, 666_667, 1_000_000, 1_333_333])
    for (let k = 5; k < 3_000_000; k++) source.next()
    expect(source.next()).toBe(1e6 * SECOND)
  })
})

describe('rates of zero', () => {
  test.each<[string, TrafficSpec]>([
    ['poisson', { pattern: 'poisson', rate: 0 }],
    ['constant', { pattern: 'constant', rate: 0 }],
    ['diurnal', { ...diurnal, rate: 0 }],
    ['step', { pattern: 'step', rate: 0, to: 0, at: 0, until: null }],
    ['weekly', { ...weekly, rate: 0 }],
    ['ramp', { ...ramp, rate: 0, to: 0 }],
    ['sawtooth', { ...sawtooth, rate: 0, to: 0 }],
    ['flash crowd', { ...crowd, rate: 0 }],
    ['renewal', { pattern: 'renewal', rate: 0, gaps: { kind: 'exponential', mean: 1 } }],
    [
      'mmpp',
      {
        pattern: 'mmpp',
        rate: 0,
        modes: [
          { factor: 1, dwell: 1 },
          { factor: 2, dwell: 1 },
        ],
      },
    ],
    ['on-off', { pattern: 'on-off', rate: 0, sources: 3, alpha: 1.5, on: 1, off: 1 }],
  ])('%s: nothing ever comes', (_, traffic) => {
    const source = open(traffic)
    expect([source.next(), source.next()]).toEqual([Infinity, Infinity])
  })

  test('a step up from nothing starts at the step, a step down to nothing ends there, a gap is crossed', () => {
    const at = 10 * SECOND
    expect(open({ pattern: 'step', rate: 0, to: 100, at, until: null }).next()).toBeGreaterThanOrEqual(at)
    const times = timesUntil(open({ pattern: 'step', rate: 100, to: 0, at, until: null }), Infinity)
    expect(times.length).toBeGreaterThan(800)
    expect(times[times.length - 1]).toBeLessThanOrEqual(at)
    const across = timesUntil(open({ pattern: 'step', rate: 100, to: 0, at, until: 2 * at }), 3 * at)
    expect(across.filter((time) => time > at && time < 2 * at)).toEqual([])
    expect(across.filter((time) => time >= 2 * at).length).toBeGreaterThan(800)
  })
})

describe('a spec without meaning is refused with a sentence', () => {
  test.each<[TrafficSpec, RegExp]>([
    [{ ...poisson, rate: -1 }, /rate of poisson traffic: -1; accepted: a finite number from 0/],
    [{ ...poisson, rate: NaN }, /rate of poisson traffic: NaN/],
    [{ ...diurnal, amplitude: 1.1 }, /amplitude of diurnal traffic: 1\.1; accepted: 0 to 1/],
    [{ ...diurnal, period: 0 }, /period of diurnal traffic: 0; accepted: a finite number above 0/],
    [{ ...diurnal, phase: Infinity }, /phase of diurnal traffic: Infinity/],
    [{ ...step, to: -5 }, /to of step traffic: -5/],
    [{ ...step, at: NaN }, /at of step traffic: NaN/],
    [{ ...weekly, day: 0 }, /day of weekly traffic: 0; accepted: a finite number above 0/],
    [{ ...weekly, weekend: -1 }, /weekend of weekly traffic: -1/],
    [{ ...weekly, first: 7 }, /first of weekly traffic: 7; accepted: 0 \(Monday\) to 6/],
    [{ ...ramp, over: -1 }, /over of ramp traffic: -1/],
    [{ ...sawtooth, period: 0 }, /period of sawtooth traffic: 0; accepted: a finite number above 0/],
    [{ ...crowd, peak: 0.5 }, /peak of flash-crowd traffic: 0.5; accepted: a multiple of the usual rate, from 1/],
    [{ ...crowd, decay: NaN }, /decay of flash-crowd traffic: NaN/],
    [
      { pattern: 'renewal', rate: 1, gaps: { kind: 'normal', mean: 1, sd: 1 } },
      /gaps of renewal traffic: normal; accepted: constant, exponential/,
    ],
    [{ pattern: 'mmpp', rate: 1, modes: [{ factor: 1, dwell: 1 }] }, /modes of mmpp traffic: 1 of them; accepted: at least 2/],
    [
      {
        pattern: 'mmpp',
        rate: 1,
        modes: [
          { factor: 0, dwell: 1e6 },
          { factor: 0, dwell: 1e6 },
        ],
      },
      /factors of mmpp traffic: all 0/,
    ],
    [
      {
        pattern: 'mmpp',
        rate: 1,
        modes: [
          { factor: 1, dwell: 1 },
          { factor: 0, dwell: 1 },
        ],
      },
      /rate of mmpp traffic: 1\/s, but it changes 1000000 times a second; accepted: at least one request per 10000 changes/,
    ],
    [{ pattern: 'on-off', rate: 1, sources: 0, alpha: 1.5, on: 1e6, off: 1e6 }, /sources of on-off traffic: 0/],
    [
      { pattern: 'on-off', rate: 1, sources: 1, alpha: 2, on: 1e6, off: 1e6 },
      /alpha of on-off traffic: 2; accepted: above 1.05 and below 2/,
    ],
    [
      { pattern: 'closed-loop', clients: 1, think: { kind: 'constant', value: 1 } },
      /closed-loop traffic where nothing is answered; accepted: an open pattern/,
    ],
    [
      { ...poisson, trains: { size: { kind: 'exponential', mean: 0 }, gap: { kind: 'constant', value: 1 } } },
      /size of trains: mean of exponential/,
    ],
    [{ ...step, until: 1 }, /until of step traffic: 1 µs; accepted: at or after the step, 400000000 µs/],
  ])('%o', (traffic, message) => {
    expect(() => open(traffic)).toThrow(message)
  })
})

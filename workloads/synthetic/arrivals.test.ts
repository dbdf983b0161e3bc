import { describe, expect, test } from 'vitest'
import type { TrafficSpec } from '../spec.ts'
import { streams } from '../streams.fixture.ts'
import { openArrivals } from './requests.ts'
import { kolmogorov, KOLMOGOROV_99, timesUntil, unitExponential } from './theory.fixture.ts'

const SECOND = 1e6
const HOUR = 3600 * SECOND
const poisson: TrafficSpec = { pattern: 'poisson', rate: 100 }
const diurnal: TrafficSpec = { pattern: 'diurnal', rate: 100, amplitude: 0.6, period: HOUR / 6, phase: 0.3 }
const deepest: TrafficSpec = { ...diurnal, amplitude: 1, phase: 0 }
const step: TrafficSpec = { pattern: 'step', rate: 60, to: 240, at: 400 * SECOND, until: 700 * SECOND }
const all = { poisson, diurnal, deepest, step }

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
    [{ ...poisson, rate: -1 }, /rate of traffic: -1; accepted: a finite number from 0/],
    [{ ...poisson, rate: NaN }, /rate of traffic: NaN/],
    [{ ...diurnal, amplitude: 1.1 }, /amplitude of diurnal traffic: 1\.1; accepted: 0 to 1/],
    [{ ...diurnal, period: 0 }, /period of diurnal traffic: 0; accepted: above 0/],
    [{ ...diurnal, phase: Infinity }, /phase of diurnal traffic: Infinity/],
    [{ ...step, to: -5 }, /to of traffic: -5/],
    [{ ...step, at: NaN }, /at of traffic: NaN/],
    [{ ...step, until: 1 }, /until of step traffic: 1 µs; accepted: at or after the step, 400000000 µs/],
  ])('%o', (traffic, message) => {
    expect(() => open(traffic)).toThrow(message)
  })
})

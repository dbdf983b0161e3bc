import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec, pow } from '../../sim/random/index.ts'
import type { TrafficSpec } from '../requests/spec.ts'
import { streams } from '../streams.fixture.ts'
import { openArrivals } from './open-arrivals.ts'
import { kolmogorov, KOLMOGOROV_99, mean, student, timesUntil } from './theory.fixture.ts'

const SECOND = 1e6
const open = (traffic: TrafficSpec, seed: string) => openArrivals(traffic, streams(seed)('arrivals'))

/** Requests in each window of a run, windows in seconds. */
function counts(traffic: TrafficSpec, seed: string, window: number, windows: number): Float64Array {
  const result = new Float64Array(windows)
  const source = open(traffic, seed)
  const end = window * windows * SECOND
  for (let time = source.next(); time < end; time = source.next()) result[Math.floor(time / (window * SECOND))]++
  return result
}

describe('mmpp', () => {
  // Mean 100/s: 400/s for 5 s on average, 25/s for 20 s.
  const [high, low, dwellHigh, dwellLow] = [400, 25, 5, 20]
  const two: TrafficSpec = {
    pattern: 'mmpp',
    rate: 100,
    modes: [
      { factor: high, dwell: dwellHigh * SECOND },
      { factor: low, dwell: dwellLow * SECOND },
    ],
  }
  const three: TrafficSpec = { pattern: 'mmpp', rate: 80, modes: [10, 20, 210].map((factor) => ({ factor, dwell: 4 * SECOND })) }

  /**
   * Index of dispersion Var N(t) / E N(t) when the covariance of the rate is V e^(-θ t):
   * 1 + 2 V / (λ θ) (1 - (1 - e^(-θ t)) / (θ t)). Two modes: θ = 1/a + 1/b, V = π (1 - π) (high - low)² (Heffes and Lucantoni 1986);
   * n modes of one mean dwell d, each of the others alike: θ = n / ((n - 1) d), V the variance over the modes.
   */
  const dispersion = (rate: number, V: number, theta: number, t: number): number =>
    1 + ((2 * V) / (rate * theta)) * (1 - (1 - Math.exp(-theta * t)) / (theta * t))
  const share = dwellHigh / (dwellHigh + dwellLow)
  const cases = [
    ['two modes', two, 100, share * (1 - share) * (high - low) * (high - low), 1 / dwellHigh + 1 / dwellLow],
    ['three modes', three, 80, (70 * 70 + 60 * 60 + 130 * 130) / 3, 3 / (2 * 4)],
  ] as const

  test.each(cases)(
    '%s: mean rate, and index of dispersion 1 + 2V/λθ (1 - (1 - e^-θt)/θt) of counts in 1, 8 and 64 s, over 100 runs (t at 1 %)',
    (_, traffic, rate, V, theta) => {
      const runs = Array.from({ length: 100 }, (_, run) => counts(traffic, `mmpp ${run}`, 1, 512))
      expect(
        Math.abs(
          student(
            runs.map((run) => run.reduce((sum, n) => sum + n, 0)),
            rate * 512,
          ),
        ),
      ).toBeLessThan(2.6)
      for (const t of [1, 8, 64]) {
        const squares = runs.map((run) => {
          let sum = 0
          for (let from = 0; from < 512; from += t) {
            const n = run.subarray(from, from + t).reduce((all, x) => all + x, 0) - rate * t
            sum += n * n
          }
          return sum / (512 / t)
        })
        const expected = dispersion(rate, V, theta, t) * rate * t
        expect(Math.abs(student(squares, expected)), `${mean(squares)} against ${expected}`).toBeLessThan(2.6)
        // The interval says something: within 15 %.
        expect(Math.abs(mean(squares) / expected - 1)).toBeLessThan(0.15)
      }
    },
  )

  test('twice the rate meets the same modes at the same times: two arrivals where there was one', () => {
    const [once, twice] = [two, { ...two, rate: 200 } as TrafficSpec].map((traffic) => counts(traffic, 'same modes', 10, 200))
    const products = once.map((n, i) => (n - 1000) * (twice[i] / 2 - 1000))
    const squares = once.map((n) => (n - 1000) * (n - 1000))
    expect(mean([...products]) / mean([...squares])).toBeGreaterThan(0.97)
  })
})

describe('on/off sources', () => {
  const SOURCES = 20
  const MEAN = 0.2 // seconds, of both periods
  const RATE = 60
  const WINDOWS = 512
  const RUNS = 60

  /** Mean over windows and runs of (requests - expected)² - expected: the variance that the sources add to Poisson's, by length of the window. */
  function added(
    traffic: TrafficSpec,
    rate: number,
    runs: number,
    lengths: readonly number[],
  ): { readonly mean: number; readonly each: readonly number[] }[] {
    const each = lengths.map((): number[] => [])
    for (let run = 0; run < runs; run++) {
      const seconds = counts(traffic, `on/off ${run}`, 1, WINDOWS)
      lengths.forEach((length, i) => {
        let sum = 0
        for (let from = 0; from < WINDOWS; from += length) {
          const n = seconds.subarray(from, from + length).reduce((all, x) => all + x, 0) - rate * length
          sum += n * n - rate * length
        }
        each[i].push(sum / (WINDOWS / length))
      })
    }
    return each.map((values) => ({ mean: mean(values), each: values }))
  }

  /** Least squares over the logarithms: the variance of counts grows like length^2H. */
  function hurst(lengths: readonly number[], variances: readonly number[]): number {
    const [xs, ys] = [lengths.map(Math.log), variances.map(Math.log)]
    const [x, y] = [mean(xs), mean(ys)]
    return xs.reduce((sum, at, i) => sum + (at - x) * (ys[i] - y), 0) / xs.reduce((sum, at) => sum + (at - x) * (at - x), 0) / 2
  }

  const lengths = [16, 32, 64, 128]
  test.each([1.2, 1.4, 1.6])(
    'variance-time estimate of the Hurst parameter at α = %s: (3 - α) / 2 within 0.06 (at 80 to 640 mean periods the exact slope is still 0.01 to 0.02 above)',
    (alpha) => {
      const traffic: TrafficSpec = { pattern: 'on-off', rate: RATE, sources: SOURCES, alpha, on: MEAN * SECOND, off: MEAN * SECOND }
      const variances = added(traffic, RATE, RUNS, lengths).map((one) => one.mean)
      expect(Math.abs(hurst(lengths, variances) - (3 - alpha) / 2)).toBeLessThan(0.06)
    },
  )

  test('control: Poisson has 0.5 within 0.02, by the same estimate with its own variance left in', () => {
    const variances = added({ pattern: 'poisson', rate: RATE }, RATE, RUNS, lengths).map((one, i) => one.mean + RATE * lengths[i])
    expect(Math.abs(hurst(lengths, variances) - 0.5)).toBeLessThan(0.02)
  })

  test('variance of counts against the exact one of alternating renewal, Σ over sources of each² / 4 · 2 ∫ (T - t) r(t) dt (t at 1 %)', () => {
    // r(t) = E[(-1)^(changes in t)]: for a process that has just changed g = S - dF * g, from a random instant r = 1 - Fe - fe * g (Cox 1962, 7.4).
    const alpha = 1.4
    const step = 0.05 // mean periods
    const n = 64 / step
    const low = (alpha - 1) / alpha
    const survival = (t: number): number => (t <= low ? 1 : pow(low / t, alpha))
    const g = new Float64Array(n + 1)
    const r = new Float64Array(n + 1)
    let fe = 0
    for (let k = 0; k <= n; k++) {
      let changed = 0
      for (let i = 2; i <= k; i++) changed += ((survival((i - 1) * step) - survival(i * step)) * (g[k - i] + g[k - i + 1])) / 2
      const first = 1 - survival(step)
      g[k] = k === 0 ? 1 : (survival(k * step) - changed - (first * g[k - 1]) / 2) / (1 + first / 2)
      let met = 0
      for (let i = 1; i <= k; i++) met += (step * survival((i - 0.5) * step) * (g[k - i] + g[k - i + 1])) / 2
      if (k > 0) fe += step * survival((k - 0.5) * step)
      r[k] = 1 - fe - met
    }
    const exact = (t: number): number => {
      let sum = 0
      for (let i = 0; i < t / step; i++) sum += (step * (t - (i + 0.5) * step) * (r[i] + r[i + 1])) / 2
      return 2 * sum
    }
    const traffic: TrafficSpec = { pattern: 'on-off', rate: RATE, sources: SOURCES, alpha, on: SECOND, off: SECOND }
    const each = (2 * RATE) / SOURCES
    const windows = [1, 8, 64]
    added(traffic, RATE, 100, windows).forEach((found, i) => {
      const expected = ((SOURCES * each * each) / 4) * exact(windows[i])
      expect(Math.abs(student(found.each, expected)), `${found.mean} against ${expected}`).toBeLessThan(2.6)
      expect(Math.abs(found.mean / expected - 1)).toBeLessThan(0.2)
    })
  })

  test('mean rate with periods of different means: on 1 s, off 9 s (t at 1 %, 200 runs)', () => {
    const traffic: TrafficSpec = { pattern: 'on-off', rate: 50, sources: 10, alpha: 1.8, on: SECOND, off: 9 * SECOND }
    const totals = Array.from({ length: 200 }, (_, run) => timesUntil(open(traffic, `mean ${run}`), 60 * SECOND).length)
    expect(Math.abs(student(totals, 3000))).toBeLessThan(2.6)
  })
})

describe('renewal', () => {
  test.each<[string, DistributionSpec]>([
    ['gamma, cv 1.5', { kind: 'gamma', mean: 7, shape: 4 / 9 }],
    ['weibull, shape 0.6', { kind: 'weibull', shape: 0.6, scale: 1 }],
    ['erlang, 4 phases', { kind: 'gamma', mean: 1, shape: 4 }],
  ])(
    '%s: gaps follow the law scaled to the rate (KS at 1 %), and the count is rate × time from the first instant on (t at 1 %)',
    (name, gaps) => {
      // Slow, so that whole microseconds do not show in the smallest gaps.
      const rate = 0.02
      const traffic: TrafficSpec = { pattern: 'renewal', rate, gaps }
      const times = timesUntil(open(traffic, name), (10_000 / rate) * SECOND)
      const law = distribution(gaps)
      expect(
        kolmogorov(
          times.slice(1, 8000).map((time, k) => ((time - times[k]) / SECOND) * rate * law.mean),
          (x) => law.cdf(x),
        ),
      ).toBeLessThan(KOLMOGOROV_99)
      const early = Array.from({ length: 300 }, (_, run) => timesUntil(open(traffic, `${name} ${run}`), (2 / rate) * SECOND).length)
      expect(Math.abs(student(early, 2))).toBeLessThan(2.6)
    },
  )

  test('exponential gaps are Poisson, arrival by arrival', () => {
    const [renewal, poisson] = [
      open({ pattern: 'renewal', rate: 30, gaps: { kind: 'exponential', mean: 5 } }, 'same'),
      open({ pattern: 'poisson', rate: 30 }, 'same'),
    ]
    for (let k = 0; k < 10_000; k++) expect(Math.abs(renewal.next() - poisson.next())).toBeLessThanOrEqual(1)
  })
})

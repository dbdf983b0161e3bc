import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec } from '../../sim/random/index.ts'
import type { TrafficSpec, TrainsSpec } from '../requests/spec.ts'
import { streams } from '../streams.fixture.ts'
import { openArrivals } from './open-arrivals.ts'
import { kolmogorov, KOLMOGOROV_99, mean, student, timesUntil } from './theory.fixture.ts'
import { MAX_TRAIN_LENGTH, meanLength } from './trains.ts'

const SECOND = 1e6
const trains: TrainsSpec = { size: { kind: 'empirical', values: [1, 2, 6] }, gap: { kind: 'exponential', mean: 0.5 * SECOND } }
const open = (traffic: TrafficSpec, seed = 'trains') => openArrivals(traffic, streams(seed)('arrivals'))
const pages: TrafficSpec = { pattern: 'poisson', rate: 60, trains }

describe('trains', () => {
  test.each<[string, DistributionSpec, number]>([
    ['(1 + 2 + 6) / 3', trains.size, 3],
    ['a constant, rounded, halves up', { kind: 'constant', value: 3.5 }, 4],
    ['never below 1', { kind: 'uniform', low: 0, high: 1 }, 1],
    // 0.5 … 5.5 uniformly: 1, 2, 3, 4, 5 alike.
    ['uniform 0.5 to 5.5', { kind: 'uniform', low: 0.5, high: 5.5 }, 3],
    // Σ P(X >= n - 1/2) = 1 + Σ e^(-(n - 1/2)/m), n >= 2: 1 + e^(-1.5/m) / (1 - e^(-1/m)).
    ['exponential, mean 4', { kind: 'exponential', mean: 4 }, 1 + Math.exp(-1.5 / 4) / (1 - Math.exp(-1 / 4))],
    ['cut at 10,000', { kind: 'constant', value: 1e9 }, MAX_TRAIN_LENGTH],
  ])('mean length: %s', (_, size, expected) => {
    expect(Math.abs(meanLength(size) - expected)).toBeLessThan(1e-9 * expected)
  })

  test('the rate counts requests; trains of 1, 2 and 6 come alike, the gaps inside are exponential (t and KS at 1 %)', () => {
    const source = open(pages)
    const by = new Map<number, number[]>()
    let last = 0
    for (let time = source.next(); time < 2000 * SECOND; time = source.next()) {
      expect(time >= last).toBe(true)
      last = time
      const train = source.train ?? -1
      const times = by.get(train)
      if (times === undefined) by.set(train, [time])
      else times.push(time)
    }
    const whole = [...by.values()].slice(0, -100)
    expect(
      Math.abs(
        student(
          whole.map((times) => times.length),
          3,
        ),
      ),
    ).toBeLessThan(2.6)
    expect([...new Set(whole.map((times) => times.length))].sort((a, b) => a - b)).toEqual([1, 2, 6])
    const gaps = whole.flatMap((times) => times.slice(1).map((time, k) => time - times[k]))
    expect(kolmogorov(gaps.slice(0, 20_000), (x) => distribution(trains.gap).cdf(x))).toBeLessThan(KOLMOGOROV_99)
    const starts = whole.map((times) => times[0])
    expect(
      Math.abs(
        student(
          starts.slice(1).map((time, k) => time - starts[k]),
          SECOND / 20,
        ),
      ),
    ).toBeLessThan(2.6)
    expect(source.rateAt(0)).toBeCloseTo(60, 9)
  })

  test('variance of long counts over their mean: E[N²] / E[N] = (1 + 4 + 36) / (1 + 2 + 6) = 41/9 (compound Poisson; t at 1 %)', () => {
    const quick: TrafficSpec = { ...pages, trains: { ...trains, gap: { kind: 'constant', value: 1000 } } }
    const times = timesUntil(open(quick), 20_000 * SECOND)
    const counts = new Float64Array(2000)
    for (const time of times) counts[Math.floor(time / (10 * SECOND))]++
    const squares = [...counts].map((n) => ((n - 600) * (n - 600)) / 600)
    expect(Math.abs(student(squares, 41 / 9))).toBeLessThan(2.6)
    expect(mean(squares)).toBeGreaterThan(4)
  })

  test('the same trains at twice the rate: train k has as many requests at the same distances', () => {
    const distances = (rate: number): number[][] => {
      const source = open({ ...pages, rate })
      const by = new Map<number, number[]>()
      for (let k = 0; k < 3000; k++) {
        const time = source.next()
        by.set(source.train ?? -1, [...(by.get(source.train ?? -1) ?? []), time])
      }
      return [...by.values()].slice(0, 500).map((times) => times.map((time) => time - times[0]))
    }
    expect(distances(120)).toEqual(distances(60))
  })

  test('any pattern: a step in trains, rates scaled on both sides', () => {
    const times = timesUntil(
      open({
        pattern: 'step',
        rate: 30,
        to: 300,
        at: 500 * SECOND,
        until: null,
        trains: { ...trains, gap: { kind: 'constant', value: 1 } },
      }),
      1000 * SECOND,
    )
    const before = times.filter((time) => time < 500 * SECOND).length
    // Compound Poisson: variance 41/9 of the mean.
    expect(Math.abs(before - 15_000)).toBeLessThan(3.3 * Math.sqrt((15_000 * 41) / 9))
    expect(Math.abs(times.length - before - 150_000)).toBeLessThan(3.3 * Math.sqrt((150_000 * 41) / 9))
  })

  test('gaps without end leave the later requests of a train out, and do not stop the others', () => {
    const never: TrafficSpec = { ...pages, trains: { size: { kind: 'constant', value: 2 }, gap: { kind: 'constant', value: 1e300 } } }
    const times = timesUntil(open(never), 100 * SECOND)
    expect(Math.abs(times.length - 3000)).toBeLessThan(3.3 * Math.sqrt(3000))
  })
})

import { expect, test } from 'vitest'
import { distribution } from '../../sim/random/index.ts'
import { clippedMean, clippedNotes } from './clipped.ts'
import { WorkDraws } from './draw-work.ts'
import { streams } from '../streams.fixture.ts'
import { student } from '../synthetic/theory.fixture.ts'
import type { TrafficSpec } from './spec.ts'

const normal = { kind: 'normal', mean: 10_000, sd: 10_000 } as const
const free: TrafficSpec = { pattern: 'poisson', rate: 1 }

test('E[max(0, X)] of a normal law is μ Φ(μ/σ) + σ φ(μ/σ): of N(10, 10²) 10 · 0.841345 + 10 · 0.241971 = 10.83316', () => {
  expect(clippedMean(normal, 0) / 1000).toBeCloseTo(10.83316, 3)
})

test('what is above its least is not moved', () => {
  expect(clippedMean({ kind: 'uniform', low: 5, high: 7 }, 0)).toBe(6)
  expect(clippedMean({ kind: 'pareto', alpha: 0.5, low: 5 }, 0)).toBe(Infinity)
})

test('drawn waits and works have the stated mean (t at 1 %)', () => {
  const draws = new WorkDraws({ wait: normal, cpu: normal })
  const [waits, works] = [streams(1)('wait'), streams(1)('work')]
  const drawn = Array.from({ length: 20_000 }, () => {
    const into = { wait: 0, work: 0 }
    draws.draw(into, waits, works)
    return into
  })
  expect(
    Math.abs(
      student(
        drawn.map(({ wait }) => wait),
        clippedMean(normal, 0),
      ),
    ),
  ).toBeLessThan(2.6)
  expect(
    Math.abs(
      student(
        drawn.map(({ work }) => work),
        clippedMean(normal, 1),
      ),
    ),
  ).toBeLessThan(2.6)
})

test('a sentence for what is moved by half a percent, none for the rest', () => {
  expect(clippedNotes(free, { wait: normal, cpu: { kind: 'normal', mean: 10_000, sd: 2000 } })).toEqual([
    'the normal wait reaches below 0 and is clipped there: its mean is 10.83 ms instead of 10.00 ms',
  ])
  expect(
    clippedNotes(
      { pattern: 'closed-loop', clients: 1, think: normal },
      { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'lognormal', mean: 9000, cv: 4 } },
    ),
  ).toEqual(['the normal think time reaches below a microsecond and is clipped there: its mean is 10.83 ms instead of 10.00 ms'])
  expect(distribution(normal).mean).toBe(10_000)
})

/** Resampled traces against the theory of the block bootstrap. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { streams } from '../streams.fixture.ts'
import { mean, student } from '../synthetic/theory.fixture.ts'
import { BootstrappedRows, bootstrapProblem, drawBlocks } from './bootstrap.ts'

const HOUR = 3_600_000_000
const DAY = 24 * HOUR
const random = (seed: number | string) => streams(seed)('bootstrap')

function rows(starts: Float64Array, span: number, block: number, seed: number | string): { row: number; start: number }[] {
  const timeline = new BootstrappedRows(starts, span, block, random(seed))
  const met: { row: number; start: number }[] = []
  for (let start = timeline.next(); start < Infinity; start = timeline.next()) met.push({ row: timeline.row, start })
  expect(timeline.next()).toBe(Infinity)
  return met
}

/** Number of rows, without keeping them. */
function rowCount(starts: Float64Array, span: number, block: number, seed: number | string): number {
  const timeline = new BootstrappedRows(starts, span, block, random(seed))
  let count = 0
  while (timeline.next() < Infinity) count++
  return count
}

describe('blocks', () => {
  test('for any recording: starts in order and within the new length, each row at the phase of its block, and no row of a block is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(9999), { maxLength: 30 }).map((times) => Float64Array.from(times).sort()),
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(),
        (starts, block, seed) => {
          const span = 10_000
          const { starts: from } = drawBlocks(span, block, random(seed))
          const expected: number[] = []
          from.forEach((start, i) => {
            const length = Math.min(block, span - i * block)
            const phases = [...starts]
              .flatMap((time) => [time - start, time + span - start])
              .filter((phase) => phase >= 0 && phase < length)
            expected.push(...phases.sort((a, b) => a - b).map((phase) => i * block + phase))
          })
          expect(rows(starts, span, block, seed).map(({ start }) => start)).toEqual(expected)
        },
      ),
      { numRuns: 1000 },
    )
  })
  test('days stay whole days: a block of a day begins at a multiple of a day, so a row keeps its time of day', () => {
    const starts = Float64Array.from({ length: 240 }, (_, i) => i * HOUR + 17)
    const met = rows(starts, 10 * DAY, DAY, 1)
    expect(met.length).toBe(240)
    for (const { row, start } of met) expect(start % DAY).toBe(starts[row] % DAY)
    expect(new Set(met.map(({ row }) => Math.floor(row / 24))).size).toBeLessThan(10)
  })
  test('replications differ, a restart does not', () => {
    const starts = Float64Array.from({ length: 240 }, (_, i) => i * HOUR)
    expect(rows(starts, 10 * DAY, DAY, 1)).not.toEqual(rows(starts, 10 * DAY, DAY, 2))
    const timeline = new BootstrappedRows(starts, 10 * DAY, DAY, random(1))
    const first = Array.from({ length: 50 }, () => timeline.next())
    timeline.restart()
    expect(Array.from({ length: 50 }, () => timeline.next())).toEqual(first)
  })
  test('refused when less than two blocks fit', () => {
    expect(bootstrapProblem(DAY, HOUR)).toBe('')
    expect(bootstrapProblem(36 * HOUR, DAY)).toBe(
      'bootstrap: a block of 86400 s, of which the recording of 129600 s contains fewer than two; accepted: at most 64800 s',
    )
    expect(bootstrapProblem(DAY, 0)).toBe('bootstrap.block: 0 µs; accepted: a time above 0')
    expect(() => drawBlocks(DAY, DAY, random(1))).toThrow('fewer than two')
  })
})

describe('statistics', () => {
  const MINUTE = 60_000_000
  const MINUTES = 1200
  const PHI = 0.6
  /** Rows in each minute: 20 + an AR(1) deviation of variance σ² = 16, rounded. */
  function autoregressive(seed: number): number[] {
    const stream = streams(seed)('series')
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - stream.next())) * Math.cos(2 * Math.PI * stream.next())
    const counts: number[] = []
    let deviation = 4 * normal()
    for (let i = 0; i < MINUTES; i++) {
      counts.push(Math.max(0, Math.round(20 + deviation)))
      deviation = PHI * deviation + 4 * Math.sqrt(1 - PHI * PHI) * normal()
    }
    return counts
  }
  const startsOf = (counts: readonly number[]): Float64Array =>
    Float64Array.from(
      counts.flatMap((count, minute) => Array.from({ length: count }, (_, i) => minute * MINUTE + Math.floor((i * MINUTE) / count))),
    )

  test('the mean number of rows is that of the trace (circular blocks of 60 minutes, 400 replications, t at 1 %)', () => {
    const starts = startsOf(autoregressive(1))
    const lengths = Array.from({ length: 400 }, (_, seed) => rowCount(starts, MINUTES * MINUTE, 60 * MINUTE, seed))
    expect(Math.abs(student(lengths, starts.length))).toBeLessThan(2.6)
  })

  test('the variance of the mean is that of an AR(1): σ² (1 + φ) / (1 - φ) / n = 4 σ² / n; blocks of b minutes lose 2 φ / ((1 - φ²) b) of it, single minutes three quarters', () => {
    // Over 40 traces of 1,200 minutes, 60 replications each.
    const measured = (block: number): number => {
      const variances: number[] = []
      for (let trace = 0; trace < 40; trace++) {
        const starts = startsOf(autoregressive(trace))
        const means = Array.from(
          { length: 60 },
          (_, seed) => rowCount(starts, MINUTES * MINUTE, block * MINUTE, `${trace} ${seed}`) / MINUTES,
        )
        const m = mean(means)
        variances.push(means.reduce((sum, x) => sum + (x - m) * (x - m), 0) / 59)
      }
      return mean(variances)
    }
    const theory = (16 * (1 + PHI)) / (1 - PHI) / MINUTES
    // Künsch 1989, Lahiri 2003 (section 5.4): relative bias -Σ |k| γ(k) / (b Σ γ(k)) = -2 φ / ((1 - φ²) b): 6 % at 30 minutes.
    const lost = (2 * PHI) / ((1 - PHI * PHI) * 30)
    expect(lost).toBeCloseTo(0.0625, 4)
    // 40 · 60 replications: standard error of the mean variance about √(2/59/40 + spread of traces) = 5 %.
    expect(Math.abs(measured(30) / theory - (1 - lost))).toBeLessThan(0.15)
    expect(measured(1) / theory).toBeLessThan(0.35)
  })
})

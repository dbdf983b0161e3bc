/** Job metrics by hand: one node of 16 cores, each job is one task that needs the whole node, so they run one after the other. */
import { describe, expect, it } from 'vitest'
import { choose, coming, input, jobsOf, pool, shape } from '../testing/input.ts'
import type { FlatBackground, FlatInput } from '../testing/input.ts'
import { packers } from '../binpacking/index.ts'

import { simulate } from '../simulation.ts'

const S = 1e6
const whole = shape({ cpu: 16_000 })
const run = (background: FlatBackground, around: Partial<FlatInput> = {}) =>
  simulate(input({ horizon: 100 * S, sample: 100 * S, background: [background], ...around }))

describe('three jobs, one after the other', () => {
  // 0 to 20 s; submitted at 5 s, 20 to 25 s; submitted at 10 s, 25 to 65 s.
  const rows = [
    [0, whole, 20_000],
    [5000, whole, 5000],
    [10_000, whole, 40_000],
  ] as const
  const { metrics, refused } = run(jobsOf(rows, [20_000, 24_999, 65_000], ['a', 'b']))

  it('completion 20, 20 and 55 s, waiting 0, 15 and 15 s', () => {
    expect(metrics['job-completion-mean']).toBe((20 + 20 + 55) / 3)
    expect(metrics['job-waiting-mean']).toBe(10)
  })
  it('bounded slowdown: 20/20, 20/max(5, 10), 55/40', () => {
    expect(metrics['job-slowdown-mean']).toBe((1 + 2 + 1.375) / 3)
  })
  it('makespan 65 s: first submission to last completion', () => {
    expect(metrics['job-makespan']).toBe(65)
  })
  it('one of three is late: the one that ends a millisecond after its deadline', () => {
    expect(metrics['job-deadline-misses']).toBeCloseTo(100 / 3, 12)
  })
  it("Jain's index of 1.1875 (tenant a: jobs 1 and 3) and 2 (b): 3.1875² / (2 (1.1875² + 2²))", () => {
    expect(metrics['job-fairness']).toBeCloseTo(10.16015625 / (2 * (1.41015625 + 4)), 12)
  })
  it('quantiles are refused below 100 exceedances', () => {
    expect(metrics['job-completion-p50']).toBeNull()
    expect(refused['job-completion-p50']).toBe('needs 200 observations for 100 beyond the quantile, the run had 3')
    expect(refused['job-slowdown-p99']).toBe('needs 10000 observations for 100 beyond the quantile, the run had 3')
  })
})

describe('the horizon', () => {
  it('an unfinished job counts with the time so far, late only when its deadline has passed', () => {
    // 0 to 90 s; 90 to 190 s; never: at 100 s they are 100 and 60 s old, the second has run for 10 of 100 s, the third is pending.
    const rows = [
      [0, whole, 90_000],
      [0, whole, 100_000],
      [40_000, whole, 1000],
    ] as const
    const { metrics, refused } = run(jobsOf(rows, [100_000, 99_000, 101_000]))
    expect(metrics['jobs-unfinished']).toBe(2)
    expect(metrics['job-completion-mean']).toBe((90 + 100 + 60) / 3)
    expect(metrics['job-waiting-mean']).toBe((0 + 90 + 60) / 3)
    expect(metrics['job-slowdown-mean']).toBe((1 + 1 + 6) / 3)
    expect(metrics['job-deadline-misses']).toBeCloseTo(100 / 3, 12)
    expect(metrics['job-makespan']).toBeNull()
    expect(refused['job-makespan']).toBe('2 jobs were unfinished at the horizon')
  })
  it('a source with further jobs has no makespan, which is not a refusal', () => {
    const { metrics, refused } = run(
      jobsOf([
        [0, whole, 10_000],
        [200_000, whole, 1000],
      ]),
    )
    expect(metrics['job-makespan']).toBeNull()
    expect(refused['job-makespan']).toBeUndefined()
    expect(metrics['jobs-unfinished']).toBe(0)
  })
})

it('jobs belong to the window by submission; the makespan is of the whole run', () => {
  const { metrics } = run(
    jobsOf([
      [0, whole, 10_000],
      [20_000, whole, 15_000],
    ]),
    { warmup: 15 * S },
  )
  expect(metrics['job-completion-mean']).toBe(15)
  expect(metrics['job-makespan']).toBe(35)
  expect(metrics['job-fairness']).toBeNull() // one tenant
  expect(metrics['job-deadline-misses']).toBeNull() // no deadlines
})

it('without jobs every job metric is null; pods of no job are not counted among them', () => {
  const { metrics } = run(coming([[0, whole, 10_000]]))
  expect(Object.entries(metrics).filter(([id, value]) => id.startsWith('job') && value !== null)).toEqual([])
  const both = simulate(
    input({
      horizon: 100 * S,
      sample: 100 * S,
      pools: [pool(2)],
      background: [coming([[0, whole, 10_000]]), jobsOf([[0, whole, 30_000]])],
    }),
  )
  expect(both.metrics['job-completion-mean']).toBe(30)
})

it('rounds of a packer: a job placed by the round at 1 s waits until then', () => {
  const binpacking = { ...choose(packers, 'best-fit-decreasing'), role: 'both' as const, every: S }
  const { metrics } = run(jobsOf([[300, whole, 10_000]]), { binpacking })
  expect(metrics['job-waiting-mean']).toBe(0.7)
})

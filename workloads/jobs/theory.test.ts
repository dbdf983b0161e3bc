/** Jobs through the whole simulation, against scheduling theory. */
import { describe, expect, test } from 'vitest'
import { choose, input, noDelays, pool, type FlatInput } from '../../sim/testing/index.ts'
import { type Delays, schedulers, simulate } from '../../sim/index.ts'
import { constant, exponential, GIB, jobsSpec, SECOND } from './jobs.fixture.ts'
import { openJobs } from './open.ts'
import type { DrawnJobsSpec } from './spec.ts'

const capacity = { cpu: 1_000_000, memory: 1000 * GIB, gpu: 0 }
const background = (partial: Partial<DrawnJobsSpec>): FlatInput['background'] => [
  { name: 'batch', pods: (stream) => openJobs(jobsSpec(partial), capacity, stream) },
]
const run = (partial: Partial<DrawnJobsSpec>, around: Partial<FlatInput>) =>
  simulate(input({ check: false, scheduling: choose(schedulers, 'first-fit'), background: background(partial), ...around }))

/** Erlang C: probability to wait with c servers and a = λ/μ, by Erlang B's recursion. */
function erlangC(c: number, a: number): number {
  let b = 1
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b)
  return b / (1 - (a / c) * (1 - b))
}

describe('M/M/c: single tasks on c nodes of one slot', () => {
  test.each([
    [1, 0.7],
    [4, 3.2],
    [16, 14],
  ] as const)('c = %i, a = %s: waiting W = C(c, a) / (c μ - λ), completion W + 1/μ (10 replications, t at 0.1 %%)', (c, a) => {
    const waits: number[] = []
    const completions: number[] = []
    for (let replication = 0; replication < 10; replication++) {
      const { metrics } = run(
        { arrivals: { pattern: 'poisson', rate: a }, time: { kind: 'duration', duration: exponential(SECOND) } },
        { replication, horizon: 8000 * SECOND, warmup: 500 * SECOND, sample: 8000 * SECOND, pools: [pool(c, { cpu: 1000 })] },
      )
      waits.push(metrics['job-waiting-mean'] as number)
      completions.push(metrics['job-completion-mean'] as number)
    }
    const theory = erlangC(c, a) / (c - a)
    for (const [means, expected] of [
      [waits, theory],
      [completions, theory + 1],
    ] as const) {
      const mean = means.reduce((sum, x) => sum + x, 0) / 10
      const half = 4.781 * Math.sqrt(means.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / 9 / 10)
      expect(half / expected, 'narrow').toBeLessThan(0.25)
      expect(Math.abs(mean - expected), `${mean} ± ${half} against ${expected}`).toBeLessThan(half)
    }
  })
})

describe('critical path', () => {
  const delays: Delays = { ...noDelays, decision: 0, bind: SECOND, pull: 2 * SECOND, start: 3 * SECOND }
  test('with unlimited nodes a chain of 3 takes its critical path and 3 times bind + pull + start; independent tasks take them once', () => {
    const around = { horizon: 600 * SECOND, warmup: 100 * SECOND, sample: 600 * SECOND, delays, pools: [pool(50)] }
    const chain = run({ dag: { kind: 'chain' }, classes: [{ weight: 1, tasks: constant(3), priority: 0 }] }, around)
    // A job submitted in the last 48 s is unfinished and counts with the time so far: the quantile does not see it.
    expect(chain.metrics['job-completion-p50']).toBeCloseTo(30 + 18, 0)
    const flat = run({ classes: [{ weight: 1, tasks: constant(3), priority: 0 }] }, around)
    expect(flat.metrics['job-completion-p50']).toBeCloseTo(10 + 6, 0)
  })
})

describe("Graham's bound", () => {
  test('any list schedule on m slots is through within (2 - 1/m) times the larger of critical path and work / m', () => {
    for (const m of [1, 2, 5]) {
      for (let replication = 0; replication < 8; replication++) {
        // One job at a time: a rate so low that two never meet.
        const tasks = 20
        const { metrics } = run(
          {
            arrivals: { pattern: 'constant', rate: 1 / 2000 },
            dag: { kind: 'layers', depth: 4, parents: 2 },
            classes: [{ weight: 1, tasks: constant(tasks), priority: 0 }],
            time: { kind: 'duration', duration: exponential(10 * SECOND) },
          },
          { replication, horizon: 3900 * SECOND, sample: 3900 * SECOND, pools: [pool(m, { cpu: 1000 })] },
        )
        // Bounded slowdown = completion / critical path for paths above 10 s.
        const slowdown = metrics['job-slowdown-mean'] as number
        expect(slowdown).toBeGreaterThanOrEqual(1)
        expect(metrics['job-completion-mean']).toBeGreaterThan(0)
      }
    }
  })
})

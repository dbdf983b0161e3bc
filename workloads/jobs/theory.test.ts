/** Jobs through the whole simulation, against scheduling theory. */
import { describe, expect, test } from 'vitest'
import { noDelays, pool } from '../../sim/testing/index.ts'
import type { Delays } from '../../sim/index.ts'
import { constant, exponential, SECOND } from './jobs.fixture.ts'
import { agreesWithErlang, run } from './theory.fixture.ts'

describe('M/M/c: single tasks on c nodes of one slot; c = 16 in theory.long.test.ts', () => {
  test.each([
    [1, 0.7],
    [4, 3.2],
  ] as const)('c = %i, a = %s: waiting W = C(c, a) / (c μ - λ), completion W + 1/μ (10 replications, t = 4.781)', agreesWithErlang)
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

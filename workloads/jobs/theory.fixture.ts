/** Jobs through the whole simulation, and the theory of queues with several servers. */
import { expect } from 'vitest'
import { choose, erlangC, input, pool, type FlatInput } from '../../sim/testing/index.ts'
import { schedulers, simulate, type RunResult } from '../../sim/index.ts'
import { exponential, GIB, jobsSpec, SECOND } from './jobs.fixture.ts'
import { openJobs } from './open.ts'
import type { DrawnJobsSpec } from './spec.ts'

const capacity = { cpu: 1_000_000, memory: 1000 * GIB, gpu: 0 }
const background = (partial: Partial<DrawnJobsSpec>): FlatInput['background'] => [
  { name: 'batch', pods: (stream) => openJobs(jobsSpec(partial), capacity, stream) },
]

/** Runs jobs under first-fit. */
export const run = (partial: Partial<DrawnJobsSpec>, around: Partial<FlatInput>): RunResult =>
  simulate(input({ check: false, scheduling: choose(schedulers, 'first-fit'), background: background(partial), ...around }))

/** Single tasks on c nodes of one slot against M/M/c, in ten replications with Student's t at 0.1 %. */
export function agreesWithErlang(c: number, a: number): void {
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
}

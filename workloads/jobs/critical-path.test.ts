/** The queue order critical-path on small jobs through the whole simulation, against the best of all orders of their tasks. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Simulation } from '../../sim/simulation.ts'
import { orders, schedulers } from '../../sim/scheduling/index.ts'
import { choose, input, noDelays, pool, shape } from '../../sim/testing/input.ts'
import { chainsAfter, dagOfParents, type Dag } from './dag.ts'
import { SECOND } from './jobs.fixture.ts'
import type { JobPlan } from './plan.ts'
import { JobSource } from './source.ts'

/** A job: durations [s], and the tasks that each task waits for. */
interface SmallJob {
  readonly durations: readonly number[]
  readonly parents: readonly (readonly number[])[]
}

/** Time from its submission to its end on so many slots, in seconds. */
function simulated({ durations, parents }: SmallJob, slots: number, order: string): number {
  let sent = false
  const stream = {
    next: (plan: JobPlan) => {
      if (sent) return Infinity
      sent = true
      plan.size(durations.length)
      durations.forEach((seconds, task) => {
        plan.durations[task] = seconds * SECOND
        plan.shapes[task] = 0
      })
      plan.dag = dagOfParents(parents)
      plan.measure()
      return 0
    },
  }
  const source = new JobSource(stream, [shape()], [''], 0, { stationary: false }, () => [])
  const run = new Simulation(
    input({
      delays: noDelays,
      horizon: 200 * SECOND,
      pools: [pool(1, { cpu: 1000 * slots })],
      background: [{ name: 'job', pods: () => source }],
      scheduling: { ...choose(schedulers, 'first-fit'), order: choose(orders, order) },
    }),
  )
  return run.run().metrics['job-makespan']!
}

/** The shortest time of all list schedules: one of them is an optimal schedule. */
function optimum({ durations, parents }: SmallJob, slots: number): number {
  let best = Infinity
  const ends = new Array<number>(durations.length).fill(-1)
  const free = new Array<number>(slots).fill(0)
  const visit = (left: number, longest: number): void => {
    if (longest >= best) return
    if (left === 0) {
      best = longest
      return
    }
    durations.forEach((duration, task) => {
      if (ends[task] >= 0 || parents[task].some((one) => ends[one] < 0)) return
      const slot = free.indexOf(Math.min(...free))
      const before = free[slot]
      ends[task] = Math.max(before, ...parents[task].map((one) => ends[one])) + duration
      free[slot] = ends[task]
      visit(left - 1, Math.max(longest, ends[task]))
      free[slot] = before
      ends[task] = -1
    })
  }
  visit(durations.length, 0)
  return best
}

/** Each task but the last is waited for by one later task: an in-tree. */
const inTree = fc.integer({ min: 3, max: 7 }).chain((count) =>
  fc.tuple(...Array.from({ length: count - 1 }, (_, task) => fc.integer({ min: task + 1, max: count - 1 }))).map((children): SmallJob => ({
    durations: new Array<number>(count).fill(1),
    parents: Array.from({ length: count }, (_, task) => children.flatMap((child, parent) => (child === task ? [parent] : []))),
  })),
)

const anyJob = fc.integer({ min: 2, max: 6 }).chain((count) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count }),
      fc.array(fc.array(fc.boolean(), { minLength: count, maxLength: count }), { minLength: count, maxLength: count }),
    )
    .map(([durations, edges]): SmallJob => ({
      durations,
      parents: durations.map((_, task) => [...durations.keys()].filter((one) => one < task && edges[task][one])),
    })),
)

describe('critical-path', () => {
  test('chains to the end: 2, 5, 3, 1 where 0 precedes 1 and 2, and these 3: 8, 6, 4, 1', () => {
    const dag = dagOfParents([[], [0], [0], [1, 2]]) as Dag
    const tails = new Float64Array(4)
    chainsAfter(dag, [2, 5, 3, 1], tails)
    expect([...tails]).toEqual([8, 6, 4, 1])
  })

  test('by hand: a chain of three beside three single seconds on two slots ends after 3 s, first in first out after 4 s', () => {
    // Tasks 0, 1, 2 alone; 3, 4, 5 one after another.
    const job = { durations: [1, 1, 1, 1, 1, 1], parents: [[], [], [], [], [3], [4]] }
    expect([simulated(job, 2, 'critical-path'), simulated(job, 2, 'fifo')]).toEqual([3, 4])
    expect(optimum(job, 2)).toBe(3)
  })

  test('Hu 1961: in-trees of unit tasks end at the optimum, on 2 and 3 slots', () => {
    fc.assert(
      fc.property(inTree, fc.integer({ min: 2, max: 3 }), (job, slots) => {
        expect(simulated(job, slots, 'critical-path')).toBe(optimum(job, slots))
      }),
      { numRuns: 25 },
    )
  })

  test('Graham 1969: any job ends within 2 - 1/m times the optimum, and not before it', () => {
    fc.assert(
      fc.property(anyJob, fc.integer({ min: 1, max: 3 }), (job, slots) => {
        const best = optimum(job, slots)
        const took = simulated(job, slots, 'critical-path')
        expect(took).toBeGreaterThanOrEqual(best)
        expect(took).toBeLessThanOrEqual((2 - 1 / slots) * best)
      }),
      { numRuns: 25 },
    )
  })
})

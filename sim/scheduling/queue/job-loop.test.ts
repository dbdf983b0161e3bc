/**
 * Rigid jobs: schedules worked out by hand, and an independent simulation of FCFS, EASY and conservative backfilling on counted
 * processors, written after Mu'alem, Feitelson 2001 (figure 1: two lists, a shadow time, extra processors; section 2: reservations that are
 * kept and compressed), which shares no code with the loop.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE } from '../../cluster/views.ts'
import type { PodSource } from '../../input.ts'
import { Simulation } from '../../simulation.ts'
import { choose, input, pool, shape } from '../../testing/input.ts'
import { orders, schedulers } from '../index.ts'
import { slowCases } from '../../testing/index.ts'

const SECOND = 1e6

/** [s]: submission, run time, processors, requested time. */
type Job = readonly [submit: number, run: number, size: number, requested: number]
type Discipline = 'fifo' | 'fcfs' | 'easy' | 'conservative'

/** Starts of jobs [s], NaN for a job that is not started by the horizon, in a whole run on `nodes` nodes of `cores` processors. */
function starts(
  jobs: readonly Job[],
  nodes: number,
  cores: number,
  order: Discipline,
  values: Readonly<Record<string, number>> = {},
): number[] {
  const times = jobs.map(() => NaN)
  const bound: number[] = jobs.map(() => 0)
  const source = rigid(jobs)
  const simulation = new Simulation(
    input({
      services: [],
      horizon: 100_000 * SECOND,
      sample: 50_000 * SECOND,
      pools: [pool(nodes, { cpu: 1000 * cores })],
      background: [{ name: 'jobs', scheduler: 0, rigid: true, pods: () => source }],
      scheduling: { ...choose(schedulers, 'first-fit'), order: choose(orders, order, values) },
    }),
  )
  const { cluster, simulator } = simulation.parts
  simulation.parts.lifecycle.listen({
    bound: (pod: number) => {
      const job = jobOf(cluster.view.pods.deadline[pod])
      times[job] = simulator.now / SECOND
      bound[job]++
    },
  })
  simulation.run()
  // All or nothing: a job that started has all of its tasks.
  bound.forEach((tasks, job) => expect(tasks).toBe(Number.isNaN(times[job]) ? 0 : jobs[job][2]))
  return times
}

const DEADLINE = 1e15
const jobOf = (deadline: number): number => deadline - DEADLINE

/** The tasks of the jobs; a deadline beyond the run tells which job a pod belongs to. */
function rigid(jobs: readonly Job[]): PodSource {
  let job = 0
  let task = -1
  const source = {
    shape: 0,
    shapes: [shape({ cpu: 1000, memory: 0 })],
    duration: 1,
    requested: 1,
    gangSize: 1,
    deadline: Infinity,
    key: NONE,
    meanDuration: 0,
    stationary: false,
    notes: [],
    next(): number {
      if (++task === jobs[job]?.[2]) {
        task = 0
        job++
      }
      if (job === jobs.length) return Infinity
      const [submit, run, size, requested] = jobs[job]
      Object.assign(source, { duration: run * SECOND, requested: requested * SECOND, gangSize: size, deadline: DEADLINE + job })
      return submit * SECOND
    },
  }
  return source
}

/** FCFS and EASY on `total` processors, second by second of events. */
function oracle(jobs: readonly Job[], total: number, discipline: Discipline): number[] {
  const times = jobs.map(() => NaN)
  let running: { end: number; expected: number; size: number }[] = []
  let waiting: number[] = []
  let at = 0
  for (;;) {
    const upcoming = [...jobs.slice(at).map(([submit]) => submit), ...running.map(({ end }) => end)]
    if (upcoming.length === 0) return times
    const now = Math.min(...upcoming)
    running = running.filter(({ end }) => end > now)
    for (; at < jobs.length && jobs[at][0] <= now; at++) waiting.push(at)
    let free = total - running.reduce((sum, { size }) => sum + size, 0)
    const start = (job: number): void => {
      const [, run, size, requested] = jobs[job]
      times[job] = now
      free -= size
      running.push({ end: now + run, expected: now + requested, size })
      waiting = waiting.filter((other) => other !== job)
    }
    for (const job of [...waiting]) {
      if (jobs[job][2] > total) continue
      if (jobs[job][2] <= free) start(job)
      else if (discipline !== 'fifo') break
    }
    const head = waiting.find((job) => jobs[job][2] <= total)
    if (discipline !== 'easy' || head === undefined) continue
    for (const job of [...waiting].slice(waiting.indexOf(head) + 1)) {
      const [, , size, requested] = jobs[job]
      if (size > free) continue
      let available = free
      let shadow = Infinity
      const ends = [...running].sort((a, b) => a.expected - b.expected)
      for (const { expected } of ends) {
        available = free + ends.filter((one) => one.expected <= expected).reduce((sum, one) => sum + one.size, 0)
        if (available < jobs[head][2]) continue
        shadow = Math.max(now, expected)
        break
      }
      if (now + requested <= shadow || size <= available - jobs[head][2]) start(job)
    }
  }
}

/** Conservative backfilling on `total` processors: a list of reservations, of which each question reads all. */
function conservativeOracle(jobs: readonly Job[], total: number): number[] {
  const times = jobs.map(() => NaN)
  const promised = jobs.map(() => NaN)
  let running: { end: number; expected: number; size: number }[] = []
  let waiting: number[] = []
  for (let at = 0; ;) {
    const upcoming = [...jobs.slice(at).map(([submit]) => submit), ...running.map(({ end }) => end)]
    if (upcoming.length === 0) return times
    const now = Math.min(...upcoming)
    const before = running.length
    running = running.filter(({ end }) => end > now)
    const freed = running.length < before
    for (; at < jobs.length && jobs[at][0] <= now; at++) if (jobs[at][2] <= total) waiting.push(at)
    const busy = (without: number) => [
      ...running.map(({ expected, size }) => ({ from: now, to: Math.max(expected, now + 1e-6), size })),
      ...waiting
        .filter((job) => job !== without && promised[job] >= now)
        .map((job) => ({ from: promised[job], to: promised[job] + jobs[job][3], size: jobs[job][2] })),
    ]
    const earliest = (job: number): number => {
      const blocks = busy(job)
      const [, , size, requested] = jobs[job]
      const usedAt = (time: number) => blocks.reduce((sum, one) => sum + (one.from <= time && time < one.to ? one.size : 0), 0)
      const fits = (from: number) =>
        [from, ...blocks.map((one) => one.from)].every((t) => t < from || t >= from + requested || usedAt(t) + size <= total)
      return Math.min(...[now, ...blocks.map(({ to }) => to)].filter((from) => from >= now && fits(from)))
    }
    for (const job of waiting) promised[job] = Math.max(promised[job], now) // NaN stays
    const blocks = busy(NONE)
    const broken = blocks.some(
      ({ from }) => blocks.reduce((sum, one) => sum + (one.from <= from && from < one.to ? one.size : 0), 0) > total,
    )
    if (broken) for (const job of waiting) promised[job] = NaN
    for (const job of waiting) if (freed || Number.isNaN(promised[job])) promised[job] = earliest(job)
    for (const job of waiting.filter((one) => promised[one] === now)) {
      times[job] = now
      running.push({ end: now + jobs[job][1], expected: now + jobs[job][3], size: jobs[job][2] })
    }
    waiting = waiting.filter((job) => Number.isNaN(times[job]))
  }
}

describe('schedules by hand', () => {
  // A job that needs all 4 processors waits for the first one; the third may run beside neither under FCFS.
  const gang: Job[] = [
    [0, 10, 3, 20],
    [1, 10, 4, 20],
    [2, 20, 1, 20],
  ]
  it.each([
    ['fcfs', [0, 10, 20]],
    // The third ends by its request at 22, after the shadow time of 20, and the second needs all processors: no extra ones.
    ['easy', [0, 10, 20]],
    ['fifo', [0, 22, 2]],
  ] as const)('%s: the public case of three jobs on 4 processors', (order, expected) => {
    expect(starts(gang, 1, 4, order)).toEqual(expected)
    expect(oracle(gang, 4, order)).toEqual(expected)
  })

  it('easy: a short job fills the gap before the shadow time, a long one only extra processors', () => {
    // 10 processors: 6 until 100; the second needs 8 at 100, which leaves 2 extra; 4 are free now.
    const jobs: Job[] = [
      [0, 100, 6, 100],
      [1, 50, 8, 50],
      [2, 90, 3, 98], // ends by 100: 98 + 2
      [3, 500, 2, 500], // 1 free now, and 10 - 8 - 1 at 100: waits until the second ends
      [4, 500, 1, 500], // extra
    ]
    expect(starts(jobs, 2, 5, 'easy')).toEqual([0, 100, 2, 150, 4])
    expect(oracle(jobs, 10, 'easy')).toEqual([0, 100, 2, 150, 4])
  })

  it('conservative: a job that easy lets pass the second in the queue waits, as it would delay it', () => {
    // 10 processors: 6 until 100. The second needs 8 at 100, the third all 10 after it, at 150. The last one fits beside the second, but
    // would still run when the third can start: easy lets it pass, and the third starts at 204 instead of 150.
    const jobs: Job[] = [
      [0, 100, 6, 100],
      [1, 50, 8, 50],
      [2, 10, 10, 10],
      [4, 200, 2, 200],
    ]
    expect(starts(jobs, 2, 5, 'easy')).toEqual([0, 100, 204, 4])
    expect(starts(jobs, 2, 5, 'conservative')).toEqual([0, 100, 150, 160])
    expect(conservativeOracle(jobs, 10)).toEqual([0, 100, 150, 160])
    expect(starts(jobs, 2, 5, 'conservative', { depth: 1 })).toEqual([0, 100, 204, 4])
  })

  it('a job larger than a node is spread, one larger than the cluster never starts and blocks nobody', () => {
    const jobs: Job[] = [
      [0, 10, 9, 10],
      [1, 10, 8, 10],
      [2, 10, 8, 10],
    ]
    for (const order of ['fifo', 'fcfs', 'easy', 'conservative'] as const) expect(starts(jobs, 2, 4, order)).toEqual([NaN, 1, 11])
  })

  it('a job that overruns its request delays the first one, and the next ones start in extra processors only', () => {
    const jobs: Job[] = [
      [0, 30, 3, 10],
      [1, 10, 4, 10],
      [12, 5, 1, 5],
    ]
    expect(starts(jobs, 1, 4, 'easy')).toEqual([0, 30, 40])
    expect(oracle(jobs, 4, 'easy')).toEqual([0, 30, 40])
  })
})

describe('against an independent simulation', () => {
  const job = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }))
  it.each(['fifo', 'fcfs', 'easy', 'conservative'] as const)(
    '%s: the same starts of random jobs, whose requests are also too short',
    (order) => {
      let backfilled = 0
      fc.assert(
        fc.property(fc.array(job, { minLength: 1, maxLength: 25 }), (drawn) => {
          const jobs = drawn
            .map(([submit, run, size, factor]): Job => [submit, run, size, Math.max(1, Math.round((run * factor) / 2))])
            .sort((a, b) => a[0] - b[0])
          const expected = order === 'conservative' ? conservativeOracle(jobs, 8) : oracle(jobs, 8, order)
          expect(starts(jobs, 4, 2, order)).toEqual(expected)
          backfilled += expected.filter((time, i) => expected.slice(0, i).some((before) => before > time)).length
        }),
        { seed: 8, numRuns: slowCases(150, 3) },
      )
      expect(backfilled > 0).toBe(order !== 'fcfs')
    },
  )

  it('conservative with requests that hold: no job starts after its promise, and depth 1 makes the schedule of easy', () => {
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 25 }), (drawn) => {
        const jobs = drawn
          .map(([submit, run, size, factor]): Job => [submit, run, Math.min(8, size), run * factor])
          .sort((a, b) => a[0] - b[0])
        expect(starts(jobs, 4, 2, 'conservative', { depth: 1 })).toEqual(oracle(jobs, 8, 'easy'))
        // With all jobs here at the start, a promise is the start in the schedule in which every job runs as long as requested.
        const together = jobs.map(([, run, size, requested]): Job => [0, run, size, requested])
        const promised = starts(
          together.map(([submit, , size, requested]): Job => [submit, requested, size, requested]),
          4,
          2,
          'conservative',
        )
        starts(together, 4, 2, 'conservative').forEach((start, i) => expect(start).toBeLessThanOrEqual(promised[i]))
      }),
      { seed: 8, numRuns: slowCases(60, 3) },
    )
  })
})

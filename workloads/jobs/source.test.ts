import { describe, expect, test } from 'vitest'
import type { PodSource } from '../../sim/index.ts'
import { streams } from '../streams.fixture.ts'
import { mean, student } from '../synthetic/theory.fixture.ts'
import { constant, exponential, GIB, jobsSpec, SECOND, unlimited } from './jobs.fixture.ts'
import { openJobs } from './open.ts'
import type { DrawnJobsSpec } from './spec.ts'

const capacity = { cpu: 1_000_000, memory: 1000 * GIB, gpu: 0 }
const open = (partial: Partial<DrawnJobsSpec>, seed: string | number = 1): PodSource => openJobs(jobsSpec(partial), capacity, streams(seed))

describe('one after the other', () => {
  test('with unlimited nodes every job is through after its critical path, whatever the structure', () => {
    for (const dag of [
      { kind: 'independent' },
      { kind: 'chain' },
      { kind: 'fork-join' },
      { kind: 'layers', depth: 3, parents: null },
      { kind: 'layers', depth: 3, parents: 2 },
    ] as const) {
      const { jobs } = unlimited(
        open({
          dag,
          time: { kind: 'duration', duration: exponential(10 * SECOND) },
          classes: [{ weight: 1, tasks: exponential(5), priority: 0 }],
        }),
        500 * SECOND,
      )
      expect(jobs.length).toBeGreaterThan(300)
      for (const job of jobs) expect(job.through - job.submitted).toBe(job.criticalPath)
    }
  })
  test('a chain has one task at a time, three of 10 s take 30', () => {
    const { tasks, jobs } = unlimited(
      open({ dag: { kind: 'chain' }, classes: [{ weight: 1, tasks: constant(3), priority: 0 }] }),
      1000 * SECOND,
    )
    const fresh = jobs.filter(({ submitted }) => submitted > 0)
    expect(fresh.every(({ criticalPath, tasks }) => criticalPath === 30 * SECOND && tasks === 3)).toBe(true)
    const first = tasks.filter(({ serial }) => serial === tasks[tasks.length - 50].serial)
    for (let i = 1; i < first.length; i++) expect(first[i].start).toBe(first[i - 1].end)
  })
  test('rows of jobs and tasks are used again: memory of what is alive', () => {
    const source = open({ dag: { kind: 'chain' }, classes: [{ weight: 1, tasks: constant(3), priority: 0 }] })
    const { tasks } = unlimited(source, 5000 * SECOND)
    expect(tasks.length).toBeGreaterThan(14_000)
    // 30 jobs are alive on average, 15,000 have come.
    expect(Math.max(...tasks.map(({ job }) => job))).toBeLessThan(70)
    expect((source.jobs as unknown as { left: Int32Array }).left.length).toBeLessThanOrEqual(128)
  })
})

describe('the population at time zero is the stationary one', () => {
  const cases: readonly (readonly [string, Partial<DrawnJobsSpec>])[] = [
    ['single tasks, constant', {}],
    [
      'exponential counts of independent tasks',
      { classes: [{ weight: 1, tasks: exponential(6), priority: 0 }], time: { kind: 'duration', duration: exponential(10 * SECOND) } },
    ],
    [
      'chains',
      {
        dag: { kind: 'chain' },
        classes: [{ weight: 1, tasks: exponential(4), priority: 0 }],
        time: { kind: 'duration', duration: { kind: 'lognormal', mean: 5 * SECOND, cv: 2 } },
      },
    ],
    [
      'diamonds',
      {
        dag: { kind: 'fork-join' },
        classes: [{ weight: 1, tasks: constant(7), priority: 0 }],
        time: { kind: 'duration', duration: exponential(8 * SECOND) },
      },
    ],
    [
      'layers of two classes',
      {
        dag: { kind: 'layers', depth: 3, parents: null },
        classes: [
          { weight: 3, tasks: constant(2), priority: 0 },
          { weight: 1, tasks: constant(9), priority: 100 },
        ],
        time: { kind: 'duration', duration: { kind: 'uniform', low: 0, high: 20 * SECOND } },
      },
    ],
    [
      'work in parts',
      {
        classes: [{ weight: 1, tasks: exponential(4), priority: 0 }],
        time: { kind: 'work', work: { kind: 'lognormal', mean: 40_000 * SECOND, cv: 1.5 }, longest: 30 * SECOND },
        size: { kind: 'drawn', cpu: { kind: 'uniform', low: 500, high: 2000 }, memory: constant(GIB) },
      },
    ],
  ]
  const AT = [0.5, 20, 60].map((time) => time * SECOND)

  test.each(cases)('%s: as many tasks run and jobs live at 0.5, 20 and 60 s (60 replications, t at 1 %%)', (_, partial) => {
    const running: number[][] = AT.map(() => [])
    const alive: number[][] = AT.map(() => [])
    for (let seed = 0; seed < 60; seed++) {
      const { tasks } = unlimited(open(partial, seed), 61 * SECOND)
      AT.forEach((time, i) => {
        const now = tasks.filter(({ start, end }) => start <= time && time < end)
        running[i].push(now.length)
        alive[i].push(new Set(now.map(({ serial }) => serial)).size)
      })
    }
    // Little's law: tasks that run = rate E[sum of durations].
    const spec = jobsSpec(partial)
    const source = openJobs(spec, capacity, streams(1)) as unknown as { stream: { draws: { taskTime: number } } }
    const expected = source.stream.draws.taskTime / SECOND
    for (let i = 0; i < AT.length; i++) expect(Math.abs(student(running[i], expected))).toBeLessThan(3.47) // t(59) at 0.1 %, three looks
    // Jobs alive have no closed form here: the population of a moment ago against those of later.
    for (let i = 1; i < AT.length; i++)
      expect(
        Math.abs(
          student(
            alive[i].map((n, r) => n - alive[0][r]),
            0,
          ),
        ),
      ).toBeLessThan(3.47)
  })

  test('single exponential tasks: the number alive is Poisson with mean rate × E[D] = 10 (mean and variance over 400 replications)', () => {
    const counts = Array.from({ length: 400 }, (_, seed) => {
      const source = open({ time: { kind: 'duration', duration: exponential(10 * SECOND) } }, seed)
      let count = 0
      while (source.next() === 0) count++
      return count
    })
    expect(Math.abs(student(counts, 10))).toBeLessThan(2.6)
    const m = mean(counts)
    const variance = counts.reduce((sum, n) => sum + (n - m) * (n - m), 0) / 399
    // The variance of a sample variance of a Poisson law: about 2 σ⁴ / n.
    expect(Math.abs(variance - 10)).toBeLessThan(2.6 * Math.sqrt((2 * 100) / 400) + 0.5)
  })
})

describe("Little's law", () => {
  test.each(['cpu', 'memory'] as const)(
    'inflate: { %s: 40%% } is asked for on average, with correlated sizes and durations',
    (resource) => {
      const spec: Partial<DrawnJobsSpec> = {
        arrivals: null,
        inflate: { resource, share: 0.4 },
        size: { kind: 'drawn', cpu: { kind: 'lognormal', mean: 2000, cv: 1 }, memory: { kind: 'lognormal', mean: 2 * GIB, cv: 1 } },
        time: { kind: 'duration', duration: { kind: 'lognormal', mean: 20 * SECOND, cv: 1.5 } },
        correlation: { duration: 0.5, memory: 0.5 },
        classes: [{ weight: 1, tasks: exponential(3), priority: 0 }],
        dag: { kind: 'chain' },
      }
      const shares = Array.from({ length: 30 }, (_, seed) => {
        const source = open(spec, seed)
        const { tasks } = unlimited(source, 60 * SECOND)
        return (
          tasks.reduce((sum, { shape, start, end }) => sum + source.shapes[shape][resource] * (Math.min(end, 60 * SECOND) - start), 0) /
          (60 * SECOND) /
          capacity[resource]
        )
      })
      expect(Math.abs(student(shares, 0.4))).toBeLessThan(2.76) // t(29) at 1 %
      expect(Math.abs(student(shares, 0.36))).toBeGreaterThan(2.76)
    },
  )

  test('common random numbers: a higher rate brings the same jobs, closer together', () => {
    const [slow, fast] = [1, 2].map((rate) => {
      const { tasks } = unlimited(
        open({ arrivals: { pattern: 'poisson', rate }, time: { kind: 'duration', duration: exponential(SECOND) } }),
        100 * SECOND,
      )
      return tasks.filter(({ start }) => start > 0).map(({ start, end }) => ({ start, duration: end - start }))
    })
    slow.forEach(({ start, duration }, i) => {
      expect(fast[i].duration).toBe(duration)
      expect(Math.abs(fast[i].start * 2 - start)).toBeLessThanOrEqual(2)
    })
  })
})

describe('who, when, how urgent', () => {
  const source = open({
    tenants: [
      { name: 'a', weight: 3 },
      { name: 'b', weight: 1 },
    ],
    deadline: { kind: 'uniform', low: 2, high: 4 },
    classes: [
      { weight: 1, tasks: constant(1), priority: 5 },
      { weight: 1, tasks: constant(2), priority: -1 },
    ],
    dag: { kind: 'chain' },
  })
  const { jobs } = unlimited(source, 4000 * SECOND)

  test('tenants by weight, in the shape of the pod and in the job', () => {
    const b = jobs.filter(({ tenant }) => tenant === 1).length
    expect(Math.abs(b - jobs.length / 4)).toBeLessThan(2.6 * Math.sqrt((jobs.length * 3) / 16))
    expect(new Set(source.shapes.map(({ tenant, priority }) => `${tenant} ${priority}`))).toEqual(new Set(['a 5', 'a -1', 'b 5', 'b -1']))
  })
  test('a deadline is 2 to 4 critical paths after submission', () => {
    const slack = jobs.map(({ deadline, submitted, criticalPath }) => (deadline - submitted) / criticalPath)
    expect(Math.min(...slack)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...slack)).toBeLessThan(4)
    expect(Math.abs(student(slack, 3))).toBeLessThan(2.6)
  })
})

import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec } from '../../sim/random/index.ts'
import { streams } from '../streams.fixture.ts'
import { kolmogorov, KOLMOGOROV_99, mean, student } from '../synthetic/theory.fixture.ts'
import { Counts } from './counts.ts'
import { constant, exponential, GIB, jobsSpec, SECOND } from './jobs.fixture.ts'
import { LengthBiased, uniformOf } from './length-biased.ts'
import { drawsOf, jobsProblems, openJobs } from './open.ts'
import { JobPlan } from './plan.ts'
import { cpuSteps, onGrid } from './sizes.ts'

const seeded = (purpose = 'draws') => streams(1)(purpose)

describe('length-biased draws', () => {
  const drawn = (spec: DistributionSpec, n = 20_000): number[] => {
    const of = distribution(spec)
    const biased = new LengthBiased(of)
    const stream = seeded()
    return Array.from({ length: n }, () => of.quantile(uniformOf(biased.score(stream))))
  }
  test('of an exponential: x e^-x, the law of Erlang 2: 1 - (1 + x) e^-x', () => {
    expect(kolmogorov(drawn(exponential(1)), (x) => 1 - (1 + x) * Math.exp(-x))).toBeLessThan(KOLMOGOROV_99)
  })
  test('of a uniform on (1, 3): (x² - 1) / 8', () => {
    expect(kolmogorov(drawn({ kind: 'uniform', low: 1, high: 3 }), (x) => (x * x - 1) / 8)).toBeLessThan(KOLMOGOROV_99)
  })
  test('of a lognormal with cv 3: a lognormal of mean 1 + cv² times as large', () => {
    const biased = distribution({ kind: 'lognormal', mean: 10, cv: 3 })
    expect(kolmogorov(drawn({ kind: 'lognormal', mean: 1, cv: 3 }), (x) => biased.cdf(x))).toBeLessThan(KOLMOGOROV_99)
  })
  test('of a bounded Pareto with alpha 0.69 over eight decades: a bounded Pareto of alpha -0.31, (x^0.31 - l^0.31) / (h^0.31 - l^0.31)', () => {
    const [low, high] = [2.13e-3, 1.17e5]
    const power = (x: number) => Math.exp(0.31 * Math.log(x))
    expect(
      kolmogorov(drawn({ kind: 'bounded-pareto', alpha: 0.69, low, high }), (x) => (power(x) - power(low)) / (power(high) - power(low))),
    ).toBeLessThan(KOLMOGOROV_99)
  })
  test('of 1 and 9 in equal shares: 9 in nine of ten', () => {
    const nines = drawn({ kind: 'empirical', values: [1, 9] }).filter((x) => x === 9).length
    expect(Math.abs(nines - 18_000)).toBeLessThan(2.6 * Math.sqrt(20_000 * 0.09))
  })
})

describe('counts of tasks', () => {
  test('are rounded, at least one, and their mean is that of the rounded: exponential of mean 5: 1 + Σ e^(-(k + 0.5)/5) over k ≥ 1', () => {
    const expected = 1 + Math.exp(-1.5 / 5) / (1 - Math.exp(-1 / 5))
    const counts = new Counts(exponential(5))
    expect(counts.mean).toBeCloseTo(expected, 9)
    const stream = seeded()
    const drawn = Array.from({ length: 20_000 }, () => counts.draw(stream))
    expect(Math.abs(student(drawn, expected))).toBeLessThan(2.6)
    expect(drawn.every((n) => Number.isInteger(n) && n >= 1)).toBe(true)
    // Met through a task: E[N²] / E[N].
    const met = Array.from({ length: 20_000 }, () => counts.biased(stream))
    const second = drawn.reduce((sum, n) => sum + n * n, 0) / drawn.length
    expect(mean(met) / (second / expected)).toBeCloseTo(1, 1)
  })
  test('constants stay: 5 is 5, 0 is 1, 1.5 is 2', () => {
    expect([5, 0, 1.5].map((value) => new Counts(constant(value)).mean)).toEqual([5, 1, 2])
  })
})

describe('requests', () => {
  test('the grid has four steps to a doubling, at most an eighth away', () => {
    expect([1, 2, 3, 5, 6, 7, 9, 10, 11, 1000, 1100].map((x) => onGrid(x, 1))).toEqual([1, 2, 3, 5, 6, 7, 10, 10, 12, 1024, 1024]) // halves up
    for (let x = 8; x < 5000; x *= 1.01) expect(Math.abs(onGrid(x, 1) - x) / x).toBeLessThanOrEqual(0.125)
  })
  test('steps are the same requests as the distribution put on the grid, and their mean is its', () => {
    const spec: DistributionSpec = { kind: 'lognormal', mean: 700, cv: 0.9 }
    const steps = cpuSteps(spec)
    const of = distribution(spec)
    for (let u = 0.00005; u < 1; u += 0.0001) expect(steps.values[steps.at(u)]).toBe(onGrid(of.quantile(u), 1))
    expect(steps.mean() / 700).toBeCloseTo(1, 2)
  })
  test('constants and listed values are kept as they are', () => {
    expect([...cpuSteps(constant(333)).values]).toEqual([333])
    expect([...cpuSteps({ kind: 'empirical', values: [333, 777], weights: [1, 3] }).upTo].map((u) => Math.round(u * 1e9) / 1e9)).toEqual([
      0.25, 1,
    ])
  })
})

describe('correlation', () => {
  /** Spearman's coefficient of two columns without ties. */
  function spearman(a: readonly number[], b: readonly number[]): number {
    const ranks = (values: readonly number[]): number[] => {
      const rank = new Array<number>(values.length)
      ;[...values.keys()].sort((i, j) => values[i] - values[j]).forEach((row, place) => (rank[row] = place))
      return rank
    }
    const [x, y] = [ranks(a), ranks(b)]
    const squares = x.reduce((sum, rank, i) => sum + (rank - y[i]) * (rank - y[i]), 0)
    return 1 - (6 * squares) / (a.length * (a.length * a.length - 1))
  }
  test.each([-0.7, 0.4, 0.9])('declared rank correlation %s between size and duration is measured within 3 / √n', (rank) => {
    const spec = jobsSpec({
      size: { kind: 'drawn', cpu: { kind: 'uniform', low: 1e8, high: 9e8 }, memory: { kind: 'lognormal', mean: 4 * GIB, cv: 2 } },
      time: { kind: 'duration', duration: { kind: 'lognormal', mean: 100 * SECOND, cv: 2 } },
      correlation: { duration: rank, memory: 0 },
    })
    // The grid makes ties; 4 000 to a doubling would not, so the law is looked at through the scores: the grid is monotone.
    const draws = drawsOf(spec, seeded('a'), seeded('b'))
    const plan = new JobPlan()
    const cpu: number[] = []
    const duration: number[] = []
    for (let i = 0; i < 20_000; i++) {
      draws.arriving(plan)
      cpu.push(draws.shapes[plan.shapes[0]].cpu + i * 1e-9)
      duration.push(plan.durations[0])
    }
    // Four steps to a doubling hide a hundredth of it.
    expect(Math.abs(spearman(cpu, duration) - rank)).toBeLessThan(0.03)
  })
  test('E[cpu × time] with correlation is that of many draws, and more than without', () => {
    const spec = (rank: number) =>
      jobsSpec({
        size: { kind: 'drawn', cpu: { kind: 'lognormal', mean: 1000, cv: 1 }, memory: { kind: 'lognormal', mean: 4 * GIB, cv: 1 } },
        time: { kind: 'duration', duration: { kind: 'lognormal', mean: 100 * SECOND, cv: 1 } },
        correlation: { duration: rank, memory: 0.8 },
        classes: [{ weight: 1, tasks: exponential(4), priority: 0 }],
      })
    const draws = drawsOf(spec(0.6), seeded('a'), seeded('b'))
    const plan = new JobPlan()
    const asked: number[][] = [[], []]
    for (let i = 0; i < 40_000; i++) {
      draws.arriving(plan)
      let time = 0
      for (let task = 0; task < plan.tasks; task++) time += plan.durations[task]
      const shape = draws.shapes[plan.shapes[0]]
      asked[0].push(shape.cpu * time)
      asked[1].push(shape.memory * time)
    }
    expect(Math.abs(student(asked[0], draws.demandTime('cpu')))).toBeLessThan(2.6)
    expect(Math.abs(student(asked[1], draws.demandTime('memory')))).toBeLessThan(2.6)
    const without = drawsOf(spec(0), seeded('a'), seeded('b'))
    expect(draws.demandTime('cpu') / without.demandTime('cpu')).toBeGreaterThan(1.3)
    expect(Math.abs(student(asked[0], without.demandTime('cpu')))).toBeGreaterThan(2.6)
  })
})

describe('work', () => {
  const spec = jobsSpec({
    size: { kind: 'drawn', cpu: { kind: 'uniform', low: 100, high: 4000 }, memory: { kind: 'lognormal', mean: 4 * GIB, cv: 1 } },
    time: { kind: 'work', work: { kind: 'lognormal', mean: 1e6 * SECOND, cv: 2 }, longest: 200 * SECOND },
    classes: [{ weight: 1, tasks: exponential(4), priority: 0 }],
    correlation: { duration: 0, memory: 0.5 },
  })
  test('the parts of a job add up to its work; none is longer than the longest (4 of 1000 core-s of work each)', () => {
    const draws = drawsOf(
      {
        ...spec,
        time: { ...spec.time, work: constant(4e6 * SECOND) } as never,
        size: { kind: 'drawn', cpu: constant(1000), memory: constant(GIB) },
      },
      seeded('a'),
      seeded('b'),
    )
    const plan = new JobPlan()
    draws.arriving(plan)
    // 4,000 core-s on one core each for at most 200 s: at least 20 tasks.
    expect(plan.tasks).toBeGreaterThanOrEqual(20)
    expect(plan.tasks * plan.durations[0]).toBeCloseTo(4000 * SECOND, -3)
  })
  test('E[cpu × time] is the mean work, E[memory × time] that of many draws', () => {
    const draws = drawsOf(spec, seeded('a'), seeded('b'))
    expect(draws.demandTime('cpu')).toBe(1e6 * SECOND)
    const plan = new JobPlan()
    const memory: number[] = []
    const time: number[] = []
    for (let i = 0; i < 40_000; i++) {
      draws.arriving(plan)
      expect(plan.durations[0]).toBeLessThanOrEqual(200 * SECOND)
      memory.push(draws.shapes[plan.shapes[0]].memory * plan.tasks * plan.durations[0])
      time.push(plan.tasks * plan.durations[0])
    }
    expect(Math.abs(student(memory, draws.demandTime('memory')))).toBeLessThan(2.6)
    expect(Math.abs(student(time, draws.taskTime))).toBeLessThan(2.6)
  })
})

test('a law of which one in a thousand carries half says so: of a lognormal it carries Φ(σ - 3.09), σ² = ln(1 + cv²)', () => {
  const notes = (cv: number) =>
    drawsOf(jobsSpec({ time: { kind: 'duration', duration: { kind: 'lognormal', mean: SECOND, cv } } }), seeded('a'), seeded('b')).notes
  // Φ(2.716 - 3.09) = 35 % for cv 40 and Φ(3.44 - 3.09) = 64 % for cv 370.
  expect(notes(40)).toEqual([])
  expect(notes(370)).toEqual([
    'the largest 0.1 % of tasks carry 64 % of all time: runs with and without one of them differ, and most runs are below the mean',
  ])
})

test('what makes no sense is a sentence, never another error', () => {
  const sentence = (partial: Parameters<typeof jobsSpec>[0]): string => jobsProblems(jobsSpec(partial)).join('; ')
  expect(sentence({})).toBe('')
  expect(sentence({ inflate: { resource: 'cpu', share: 0.5 } })).toBe(
    'arrivals of jobs: found both arrivals and inflate, or neither; accepted: exactly one of them',
  )
  expect(sentence({ time: { kind: 'duration', duration: { kind: 'normal', mean: 1, sd: 1 } } })).toContain(
    'duration: values down to -Infinity',
  )
  expect(sentence({ classes: [] })).toBe('classes: none; accepted: weights from 0, at least one above 0')
  expect(sentence({ classes: [{ weight: 1, tasks: exponential(-1), priority: 0 }] })).toContain(
    'tasks: mean of exponential distribution: -1',
  )
  expect(sentence({ correlation: { duration: 2, memory: 0 } })).toBe('correlation.duration: 2; accepted: -1 to 1')
  expect(sentence({ deadline: constant(0) })).toBe('deadline: a mean of 0; accepted: a finite mean above 0')
  expect(() =>
    openJobs(jobsSpec({ arrivals: null, inflate: { resource: 'gpu', share: 0.5 } }), { cpu: 1, memory: 1, gpu: 0 }, streams(1)),
  ).toThrow('jobs batch: inflate.gpu: the cluster has no gpu')
  expect(() =>
    openJobs(jobsSpec({ arrivals: null, inflate: { resource: 'gpu', share: 0.5 } }), { cpu: 1, memory: 1, gpu: 1 }, streams(1)),
  ).toThrow('no job requests gpu')
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { PodSource } from '../../sim/index.ts'
import { backgroundProblems, openBackground } from './open.ts'
import { OPENB_PODS } from '../traces/openb.ts'
import type { BackgroundSpec, SyntheticBackground, TraceBackground } from './spec.ts'
import { streams } from '../streams.fixture.ts'
import { askedOnAverage, mean, podsUntil, student } from '../synthetic/theory.fixture.ts'

const SECOND = 1e6
const HOUR = 3600 * SECOND
/** openb's own nodes. */
const capacity = { cpu: 125_514_000, memory: 612_028_416 * 1_048_576, gpu: 6_212_000 }

const trace: TraceBackground = {
  kind: 'trace',
  format: 'openb',
  name: 'batch',
  path: fileURLToPath(new URL('../data/openb-gpu-2023', import.meta.url)),
  pods: OPENB_PODS,
  inflate: { resource: 'cpu', share: 0.6 },
  speedUp: 1,
  from: 0,
  usage: 0.75,
  limited: false,
}
const synthetic: SyntheticBackground = {
  kind: 'synthetic',
  name: 'batch',
  usage: 1,
  limited: false,
  count: null,
  inflate: { resource: 'cpu', share: 0.5 },
  shapes: [
    { cpu: 1000, memory: 4000, weight: 3 },
    { cpu: 4000, memory: 1000, weight: 1 },
  ],
  lifetime: { kind: 'exponential', mean: 60 * SECOND },
}
const small = { cpu: 1_000_000, memory: 2_000_000, gpu: 0 }

const open = (spec: BackgroundSpec, seed: string | number = 1, on = capacity): PodSource => openBackground(spec, on, streams(seed))
const demand =
  (source: PodSource, resource: 'cpu' | 'memory' | 'gpu') =>
  (shape: number): number =>
    resource === 'gpu' ? source.shapes[shape].gpus * source.shapes[shape].gpuMilli : source.shapes[shape][resource]
/** 99 % two-sided bounds of Student's t with 19 degrees of freedom. */
const T19 = 2.861

describe('openb, inflated', () => {
  test.each([
    ['cpu', 0.6, 1],
    ['memory', 0.4, 1],
    ['gpu', 1.3, 1],
    ['cpu', 0.6, 60],
  ] as const)(
    '%s %s at speed-up %s: the share is asked for on average over two hours (20 replications, t at 1 %)',
    (resource, share, speedUp) => {
      const shares = Array.from({ length: 20 }, (_, seed) => {
        const source = open({ ...trace, inflate: { resource, share }, speedUp }, seed)
        return askedOnAverage(podsUntil(source, 2 * HOUR), demand(source, resource), 2 * HOUR) / capacity[resource]
      })
      expect(Math.abs(student(shares, share))).toBeLessThan(T19)
      // The interval is no formality: it is narrow enough to see a share that is off by a tenth.
      expect(Math.abs(student(shares, share * 1.1))).toBeGreaterThan(T19)
    },
  )

  test('stationary: mean lifetime is that of an arriving row, 28,949 s; 94 % of the pods found at time zero outlive two hours, 11 % of the rows do', () => {
    const source = open(trace)
    expect(source.stationary).toBe(true)
    expect(Math.round(source.meanDuration / SECOND)).toBe(28_949)
    const present = podsUntil(source, 1)
    // Present: 0.6 * 125,514 cores / E[cpu D] (345,491 core-s: from the file, by another program) * 28,949 s = 6,310.
    expect(Math.abs(present.length - 6310)).toBeLessThan(2.6 * Math.sqrt(6310))
    // Of what is found, E[(D - 2 h)+] / E[D] = 0.9399 of the file's rows outlives two hours, of what arrives P(D > 2 h) = 0.1057.
    const outlive = (pods: readonly { duration: number }[]): number => pods.filter((pod) => pod.duration > 2 * HOUR).length / pods.length
    expect(Math.abs(outlive(present) - 0.9399)).toBeLessThan(2.6 * Math.sqrt((0.9399 * 0.0601) / present.length))
    const arriving = podsUntil(source, 10 * HOUR)
    expect(Math.abs(outlive(arriving) - 0.1057)).toBeLessThan(2.6 * Math.sqrt((0.1057 * 0.8943) / arriving.length))
    expect(present.every((pod) => pod.time === 0 && Number.isInteger(pod.duration) && pod.duration >= 1)).toBe(true)
    expect(source.notes).toEqual([
      '897 of 8152 rows were never scheduled in the recorded cluster and are left out: they have no measured run time',
    ])
  })

  test('speed-up scales gaps and lifetimes, not how many pods there are', () => {
    const [slow, fast] = [open(trace), open({ ...trace, speedUp: 100 })]
    expect(fast.meanDuration / slow.meanDuration).toBeCloseTo(0.01, 6)
    const [before, after] = [podsUntil(slow, 4 * HOUR), podsUntil(fast, (4 * HOUR) / 100)]
    expect(Math.abs(before.length - after.length)).toBeLessThanOrEqual(1)
    before.slice(0, -1).forEach((pod, i) => {
      expect(after[i].shape).toBe(pod.shape)
      expect(Math.abs(after[i].time * 100 - pod.time)).toBeLessThanOrEqual(101)
    })
  })

  test('common random numbers: a larger share starts with the pods of the smaller one, and the same pods come later', () => {
    const split = (share: number) => {
      const pods = podsUntil(open({ ...trace, inflate: { resource: 'cpu', share } }), 3 * HOUR)
      return {
        present: pods.filter((pod) => pod.time === 0),
        later: pods.filter((pod) => pod.time > 0).map((pod) => [pod.shape, pod.duration]),
      }
    }
    const [less, more] = [split(0.3), split(0.6)]
    expect(more.present.slice(0, less.present.length)).toEqual(less.present)
    expect(more.later.slice(0, less.later.length)).toEqual(less.later)
    expect(less.later.length).toBeGreaterThan(500)
  })

  test('a list in which one row in a thousand carries half of the pod time says so', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchsim-background-'))
    const header = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time'
    const list = (longest: number): TraceBackground => {
      const rows = Array.from({ length: 1000 }, (_, i) => `p,1000,1,0,0,,LS,Running,0,${i === 500 ? longest : 1},0`)
      writeFileSync(join(folder, `${longest}.csv`), [header, ...rows].join('\n'))
      return { ...trace, path: folder, pods: `${longest}.csv` }
    }
    // 999 rows of 1 s: one of 999 s carries half, one of 998 s does not.
    expect(open(list(999)).notes).toEqual([
      'the longest 1 of 1000 rows carry 50 % of all pod time: the load of a run depends on whether they are drawn',
    ])
    expect(open(list(998)).notes).toEqual([])
    rmSync(folder, { recursive: true })
  })

  test('usage and limit reach every shape', () => {
    expect(open({ ...trace, usage: 1.5 }).shapes.every((shape) => shape.usage === 1.5 && shape.limit === 0)).toBe(true)
    expect(open({ ...trace, limited: true }).shapes.every((shape) => shape.usage === 0.75 && shape.limit === shape.cpu)).toBe(true)
  })
})

describe('openb, replayed', () => {
  const replay: TraceBackground = { ...trace, inflate: null }

  test('all 7,255 rows that ran, in order of creation, each once', () => {
    const source = open(replay)
    const pods = podsUntil(source, Infinity)
    expect(source.stationary).toBe(false)
    expect(pods.length).toBe(8152 - 897)
    expect(pods.every((pod, i) => i === 0 || pod.time >= pods[i - 1].time)).toBe(true)
    expect(source.next()).toBe(Infinity)
    // First rows: created 0, 427061; scheduled the same; deleted 12537496, 12902960.
    expect(pods[0]).toMatchObject({ time: 0, duration: 12_537_496 * SECOND })
    expect(pods[1]).toMatchObject({ time: 427_061 * SECOND, duration: (12_902_960 - 427_061) * SECOND })
    expect(Math.round(source.meanDuration / SECOND)).toBe(28_949)
  })

  test('at its own pace the trace asks for little: 0.15 % of the cores of its own cluster on average', () => {
    const source = open(replay)
    const end = 12_902_960 * SECOND
    // 7,255 rows * 345,491 core-s / 12,902,960 s = 194 of 125,514 cores.
    expect(askedOnAverage(podsUntil(source, end), demand(source, 'cpu'), end) / 1000).toBeCloseTo(194.26, 1)
  })

  test('from and speedUp choose the part and the pace', () => {
    const from = 427_061 * SECOND
    const pods = podsUntil(open({ ...replay, from, speedUp: 10 }), Infinity)
    expect(pods[0]).toMatchObject({ time: 0, duration: Math.round(((12_902_960 - 427_061) * SECOND) / 10) })
    // Third row: created 1558381.
    expect(pods[1].time).toBe(((1_558_381 - 427_061) * SECOND) / 10)
    expect(open({ ...replay, from }).notes).toContain('1 of 7255 rows were created before 427061 s and are left out')
  })

  test('a part without rows is refused, naming the file', () => {
    expect(() => open({ ...replay, from: 1e14 })).toThrow(
      /openb_pod_list_default\.csv: found no row to run .*; accepted: rows with a scheduled_time/,
    )
  })
})

describe('synthetic', () => {
  const kinds: DistributionSpec[] = [
    { kind: 'constant', value: 60 * SECOND },
    { kind: 'exponential', mean: 60 * SECOND },
    { kind: 'lognormal', mean: 60 * SECOND, cv: 3 },
    { kind: 'bounded-pareto', alpha: 1.2, low: 10 * SECOND, high: 3600 * SECOND },
  ]
  test.each(kinds)('lifetime $kind: the share is asked for from the first minute to the tenth (20 replications, t at 1 %)', (lifetime) => {
    const windows = Array.from({ length: 20 }, (_, seed) => {
      const source = open({ ...synthetic, lifetime }, seed, small)
      const pods = podsUntil(source, 600 * SECOND)
      const share = (from: number, to: number): number =>
        pods.reduce(
          (sum, pod) => sum + source.shapes[pod.shape].cpu * Math.max(0, Math.min(to, pod.time + pod.duration) - Math.max(from, pod.time)),
          0,
        ) /
        (to - from) /
        small.cpu
      return { first: share(0, 60 * SECOND), last: share(540 * SECOND, 600 * SECOND) }
    })
    expect(
      Math.abs(
        student(
          windows.map(({ first }) => first),
          0.5,
        ),
      ),
    ).toBeLessThan(T19)
    expect(
      Math.abs(
        student(
          windows.map(({ last }) => last),
          0.5,
        ),
      ),
    ).toBeLessThan(T19)
  })

  test('M/G/∞: the number present is Poisson, variance = mean (dispersion over 400 replications: χ², sd √(2/399))', () => {
    const counts = Array.from(
      { length: 400 },
      (_, seed) => podsUntil(open({ ...synthetic, inflate: null, count: 50 }, seed, small), 1).length,
    )
    const m = mean(counts)
    const dispersion = counts.reduce((sum, count) => sum + (count - m) * (count - m), 0) / 399 / m
    expect(Math.abs(m - 50)).toBeLessThan(2.6 * Math.sqrt(50 / 400))
    expect(Math.abs(dispersion - 1)).toBeLessThan(2.6 * Math.sqrt(2 / 399))
  })

  test('shapes come by weight, three to one', () => {
    const pods = podsUntil(open({ ...synthetic, lifetime: null, inflate: null, count: 4000 }, 3, small), 1)
    const light = pods.filter((pod) => pod.shape === 0).length
    expect(Math.abs(light - 3000)).toBeLessThan(2.6 * Math.sqrt(4000 * 0.75 * 0.25))
  })

  test('pods that stay for ever: so many, all at time zero, and no more', () => {
    const source = open({ ...synthetic, lifetime: null, inflate: null, count: 16 }, 3, small)
    const pods = podsUntil(source, Infinity)
    expect(pods.length).toBe(16)
    expect(pods.every((pod) => pod.time === 0 && pod.duration === Infinity)).toBe(true)
    expect(source).toMatchObject({ stationary: true, meanDuration: 0 })
  })

  test('pods that stay for ever, by share: as many as it takes, the last one may pass it', () => {
    const source = open({ ...synthetic, lifetime: null, inflate: { resource: 'memory', share: 0.5 } }, 3, small)
    const pods = podsUntil(source, Infinity)
    const asked = pods.reduce((sum, pod) => sum + source.shapes[pod.shape].memory, 0)
    expect(asked).toBeGreaterThanOrEqual(1_000_000)
    expect(asked - source.shapes[pods[pods.length - 1].shape].memory).toBeLessThan(1_000_000)
  })

  test('pods without any of the resource only come along: the share is reached by the others, and opening draws nothing', () => {
    const spec: SyntheticBackground = {
      ...synthetic,
      lifetime: null,
      shapes: [
        { cpu: 0, memory: 5, weight: 3 },
        { cpu: 4000, memory: 5, weight: 1 },
      ],
    }
    const pods = podsUntil(open(spec, 3, small), Infinity)
    expect(pods.filter((pod) => pod.shape === 1).length).toBe(125) // 500 of 1,000 cores, 4 each
    const never = {
      next: () => {
        throw new Error('drawn')
      },
      int: () => {
        throw new Error('drawn')
      },
    }
    for (const each of [spec, synthetic, trace]) expect(openBackground(each, { ...small, gpu: 1 }, () => never).stationary).toBe(true)
  })

  test('a count with a lifetime: that many are there on average, and new ones replace them', () => {
    const source = open({ ...synthetic, inflate: null, count: 50 }, 5, small)
    expect(source.meanDuration).toBe(60 * SECOND)
    const pods = podsUntil(source, 3600 * SECOND)
    // λ = 50 / 60 s: 3,000 arrivals an hour, and 50 to begin with.
    expect(Math.abs(pods.length - 3050)).toBeLessThan(2.6 * Math.sqrt(3050))
    expect(podsUntil(open({ ...synthetic, inflate: null, count: 0 }, 5, small), Infinity)).toEqual([])
  })
})

describe('specs without meaning are refused, all problems in one sentence', () => {
  test.each<[BackgroundSpec, RegExp]>([
    [
      { ...trace, usage: 1.5, limited: true },
      /background batch: usage: 1\.5 with limited: true; accepted: at most 1, since a limit equal to the request caps usage there/,
    ],
    [{ ...trace, usage: -1 }, /usage: -1; accepted: a number from 0/],
    [{ ...trace, inflate: { resource: 'cpu', share: 0 } }, /inflate\.cpu: 0; accepted: a share of capacity above 0/],
    [{ ...trace, from: 5 }, /from with inflate: `from` selects the part to replay/],
    [{ ...trace, inflate: null, from: -5 }, /from: -5; accepted: a time from 0/],
    [{ ...trace, speedUp: 0 }, /speedUp: 0; accepted: a number above 0/],
    [{ ...trace, speedUp: NaN, usage: NaN }, /usage: NaN.*; speedUp: NaN/],
    [{ ...synthetic, count: 3 }, /accepted: exactly one of them/],
    [{ ...synthetic, inflate: null }, /accepted: exactly one of them/],
    [{ ...synthetic, inflate: null, count: 1.5 }, /count: 1\.5; accepted: a whole number/],
    [{ ...synthetic, shapes: [] }, /shapes: none/],
    [{ ...synthetic, shapes: [{ cpu: 1, memory: 1, weight: 0 }] }, /accepted: weights from 0, at least one above 0/],
    [{ ...synthetic, lifetime: { kind: 'constant', value: 0 } }, /lifetime: a mean of 0 µs/],
    [{ ...synthetic, lifetime: { kind: 'zipf', n: 3, exponent: 1 } }, /lifetime: zipf; accepted: constant/],
    [{ ...synthetic, lifetime: { kind: 'uniform', low: -5, high: 10 } }, /lifetime: values down to -5 µs; accepted: values from 0/],
    [{ ...synthetic, lifetime: { kind: 'lognormal', mean: 5, cv: -1 } }, /lifetime: cv of lognormal distribution: -1/],
    [{ ...trace, inflate: { resource: 'gpu', share: 0.5 } }, /the cluster has no gpu/],
    [{ ...synthetic, shapes: [{ cpu: 0, memory: 1, weight: 1 }] }, /no pod requests cpu/],
    [{ ...synthetic, lifetime: null, shapes: [{ cpu: 0, memory: 1, weight: 1 }] }, /no pod requests cpu/],
    [{ ...trace, pods: 'none.csv' }, /none\.csv: found no such file/],
  ])('%#', (spec, message) => {
    expect(() => open(spec, 1, { ...small, gpu: 0 })).toThrow(message)
  })

  test('a good spec has no problems', () => {
    expect([trace, synthetic].map(backgroundProblems)).toEqual([[], []])
  })
})

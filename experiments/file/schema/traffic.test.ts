/** Distributions, traffic and work as users write them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { balancedMeans, distribution as make, type DistributionSpec, gammaOf, Streams } from '../../../sim/random/index.ts'
import { openRequests, trafficPresets, workOf, workPresets, type TrafficSpec } from '../../../workloads/index.ts'
import { resolveTraffic } from '../resolve-traffic.ts'
import { COUNT, distribution, distributionOf } from './distribution.ts'
import { arrivals, traffic } from './traffic.ts'
import { work } from './work.ts'
import { slowCases } from '../../../sim/testing/index.ts'

const time = distribution()
const count = distributionOf(COUNT)
const read = <T>(schema: z.ZodType<T>, value: unknown): T => schema.parse(value)
const wrong = (schema: z.ZodType, value: unknown): string[] => {
  const parsed = schema.safeParse(value)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('distributions', () => {
  it.each<[unknown, DistributionSpec]>([
    ['4ms', { kind: 'constant', value: 4000 }],
    [{ gamma: { mean: '8ms', cv: 0.5 } }, { kind: 'gamma', mean: 8000, shape: 4 }],
    [{ gamma: { mean: '8ms', shape: 0.3 } }, { kind: 'gamma', mean: 8000, shape: 0.3 }],
    [{ erlang: { mean: '1s', k: 3 } }, { kind: 'gamma', mean: 1e6, shape: 3 }],
    [{ weibull: { shape: 0.5, scale: '2ms' } }, { kind: 'weibull', shape: 0.5, scale: 2000 }],
    [{ weibull: { shape: 0.5, mean: '2ms' } }, { kind: 'weibull', shape: 0.5, scale: 2000 / gammaOf(3) }],
    [{ pareto: { alpha: 1.5, low: '1s' } }, { kind: 'pareto', alpha: 1.5, low: 1e6 }],
    [{ burr: { c: 2, k: 3, scale: '1s' } }, { kind: 'burr', c: 2, k: 3, scale: 1e6 }],
    [{ hyperexponential: { mean: '1s', cv: 2 } }, { kind: 'hyperexponential', ...balancedMeans(1e6, 2) }],
    [
      { hyperexponential: { phases: [{ mean: '1s', weight: 3 }, { mean: '2s' }] } },
      { kind: 'hyperexponential', weights: [3, 1], means: [1e6, 2e6] },
    ],
    [
      { mixture: [{ of: '1ms', weight: 9 }, { of: { exponential: { mean: '1s' } } }] },
      {
        kind: 'mixture',
        parts: [
          { weight: 9, of: { kind: 'constant', value: 1000 } },
          { weight: 1, of: { kind: 'exponential', mean: 1e6 } },
        ],
      },
    ],
  ])('%j', (value, spec) => expect(read(time, value)).toEqual(spec))

  it('of counts: negative binomial and Zipf too, which times do not accept', () => {
    expect(read(count, { 'negative-binomial': { mean: 52, size: 0.2 } })).toEqual({ kind: 'negative-binomial', mean: 52, size: 0.2 })
    expect(read(count, { zipf: { n: 9, exponent: 1 } })).toEqual({ kind: 'zipf', n: 9, exponent: 1 })
    expect(wrong(time, { zipf: { n: 9, exponent: 1 } })[0]).toMatch(
      /^: found the distribution "zipf"; accepted: a duration, or a map with one of constant, .*, mixture/,
    )
  })

  it.each<[unknown, string]>([
    [{ gamma: { mean: '8ms' } }, 'gamma: found neither; accepted: either cv or shape'],
    [{ gamma: { mean: '8ms', cv: 1, shape: 1 } }, 'gamma: found both; accepted: either cv or shape'],
    [
      { gamma: { mean: '8ms', cv: 100 } },
      'gamma: found shape of gamma distribution: 0.0001; accepted: a number from 0.01 to 10000 (cv from 0.01 to 10)',
    ],
    [{ erlang: { mean: '8ms', k: 2.5 } }, 'erlang.k: found 2.5; accepted: a whole number between 1 and 10000'],
    [{ weibull: { shape: 1 } }, 'weibull: found neither; accepted: either mean or scale'],
    [{ pareto: { alpha: 0.01, low: '1s' } }, 'pareto: found alpha of pareto distribution: 0.01; accepted: a number from 0.06 on'],
    [
      { hyperexponential: { mean: '1s' } },
      'hyperexponential: found an incomplete or contradictory set of parameters; accepted: either mean and cv, or phases',
    ],
    [{ hyperexponential: { mean: '1s', cv: 0.5 } }, 'hyperexponential.cv: found 0.5; accepted: a number of at least 1'],
    [{ mixture: [] }, 'mixture: found an empty list; accepted: at least one part'],
    [
      { mixture: [{ of: { mixture: [] } }] },
      'mixture.0.of: found the distribution "mixture"; accepted: a duration, or a map with one of constant, exponential, uniform, normal, lognormal, gamma, erlang, weibull, pareto, bounded-pareto, burr, hyperexponential, empirical',
    ],
    [
      { mixture: [{ of: { gama: {} } }] },
      'mixture.0.of: found the distribution "gama"; accepted: a duration, or a map with one of constant, exponential, uniform, normal, lognormal, gamma, erlang, weibull, pareto, bounded-pareto, burr, hyperexponential, empirical (did you mean gamma?)',
    ],
    [{ normal: { mean: '1s', sd: 0 } }, 'normal: found an sd of 0; accepted: above 0, or constant'],
    [{ uniform: { low: '2s', high: '1s' } }, 'uniform: found low not below high; accepted: low < high'],
  ])('%j is refused with its place and a remedy', (value, message) => expect(wrong(time, value)).toEqual([message]))
})

describe('traffic', () => {
  it.each<[unknown, TrafficSpec]>([
    [{ rate: '5/s' }, { pattern: 'poisson', rate: 5 }],
    [
      { rate: '5/s', clients: 9 },
      { pattern: 'poisson', rate: 5, clients: { count: 9, popularity: 0 } },
    ],
    [
      { rate: '5/s', clients: { count: 9 } },
      { pattern: 'poisson', rate: 5, clients: { count: 9, popularity: 1 } },
    ],
    [
      { pattern: 'constant', rate: '5/s', trains: { size: 3, gap: '1ms' } },
      {
        pattern: 'constant',
        rate: 5,
        trains: { size: { kind: 'constant', value: 3 }, gap: { kind: 'constant', value: 1000 } },
      },
    ],
    [
      { pattern: 'diurnal', rate: '5/s' },
      { pattern: 'diurnal', rate: 5, amplitude: 0.5, period: 7e9, phase: 0 },
    ],
    [
      { pattern: 'weekly', rate: '5/s' },
      { pattern: 'weekly', rate: 5, amplitude: 0.5, weekend: 0.7, day: 1e9, phase: 0.75, first: 0 },
    ],
    [
      { pattern: 'weekly', rate: '5/s', day: '24h', from: 'sunday' },
      { pattern: 'weekly', rate: 5, amplitude: 0.5, weekend: 0.7, day: 86_400e6, phase: 0.75, first: 6 },
    ],
    [
      { pattern: 'step', rate: '5/s', to: '9/s', at: '1m' },
      { pattern: 'step', rate: 5, to: 9, at: 60e6, until: null },
    ],
    [
      { pattern: 'ramp', rate: '5/s', to: '9/s', over: '1m' },
      { pattern: 'ramp', rate: 5, to: 9, at: 0, over: 60e6 },
    ],
    [
      { pattern: 'sawtooth', rate: '5/s', to: '9/s', period: '1m' },
      { pattern: 'sawtooth', rate: 5, to: 9, period: 60e6 },
    ],
    [
      { pattern: 'flash-crowd', rate: '5/s', at: '1m' },
      { pattern: 'flash-crowd', rate: 5, peak: 5, at: 60e6, climb: 30e6, hold: 120e6, decay: 300e6 },
    ],
    [
      { pattern: 'on-off', rate: '5/s' },
      { pattern: 'on-off', rate: 5, sources: 100, alpha: 1.4, on: 1e6, off: 9e6 },
    ],
    [
      { pattern: 'mmpp', rate: '5/s' },
      {
        pattern: 'mmpp',
        rate: 5,
        modes: [
          { factor: 5, dwell: 120e6 },
          { factor: 0.5 / 0.9, dwell: (120e6 * 0.9) / 0.1 },
        ],
      },
    ],
    // 9/s for 1 s and 3/s for 2 s: mean 5/s.
    [
      {
        pattern: 'mmpp',
        modes: [
          { rate: '9/s', dwell: '1s' },
          { rate: '3/s', dwell: '2s' },
        ],
      },
      {
        pattern: 'mmpp',
        rate: 5,
        modes: [
          { factor: 9, dwell: 1e6 },
          { factor: 3, dwell: 2e6 },
        ],
      },
    ],
    [
      { pattern: 'renewal', rate: '5/s', cv: 0.5 },
      { pattern: 'renewal', rate: 5, gaps: { kind: 'gamma', mean: 1e6, shape: 4 } },
    ],
    [
      { pattern: 'renewal', gaps: { exponential: { mean: '250ms' } } },
      { pattern: 'renewal', rate: 4, gaps: { kind: 'exponential', mean: 250_000 } },
    ],
    [
      { pattern: 'closed-loop', clients: 7, think: '1s' },
      { pattern: 'closed-loop', clients: 7, think: { kind: 'constant', value: 1e6 } },
    ],
  ])('%j', (value, spec) => expect(resolveTraffic(read(traffic, value), 7e9)).toEqual(spec))

  it('presets: each at its rate and at another; a closed loop accepts the number of users', () => {
    for (const preset of trafficPresets) expect(read(traffic, { preset: preset.name })).toEqual(preset.traffic(preset.rate))
    expect(read(traffic, { preset: 'web-bursty', rate: '7/s', clients: 3 })).toMatchObject({
      pattern: 'mmpp',
      rate: 7,
      clients: { count: 3, popularity: 0 },
    })
    expect(read(traffic, { preset: 'web-users', clients: 3 })).toMatchObject({ pattern: 'closed-loop', clients: 3 })
  })

  it('merge: parts of different kinds, the horizon for waves without a period, problems with their places', () => {
    expect(
      resolveTraffic(read(traffic, { merge: [{ rate: '5/s' }, { rate: '2/s', pattern: 'diurnal' }, { preset: 'web-bursty' }] }), 7e9),
    ).toMatchObject({
      pattern: 'merge',
      parts: [{ pattern: 'poisson', rate: 5 }, { pattern: 'diurnal', period: 7e9 }, { pattern: 'mmpp' }],
    })
    expect(wrong(traffic, { merge: [] })).toEqual(['merge: found an empty list; accepted: at least one traffic'])
    expect(wrong(traffic, { merge: [{ rate: '5/s' }, { rate: '5/s', pattern: 'diurnl' }] })[0]).toMatch(
      /^merge\.1: found the pattern "diurnl"; .*did you mean diurnal/,
    )
    expect(wrong(traffic, { merge: [{ preset: 'web-users' }] })).toEqual([
      'merge.0: found a closed loop, whose clients wait for responses; accepted: an open pattern or a recording, or a separate service',
    ])
    expect(wrong(traffic, { merge: [{ merge: [{ rate: '5/s' }] }] })).not.toEqual([])
    expect(wrong(arrivals, { merge: [{ rate: '5/s' }] })).not.toEqual([])
  })

  it('merged Poisson processes of 3/s and 5/s are one of 8/s: 80,000 ± 2.6 √80,000 in 10,000 s, gaps of C² 1; the first part has the same draws as alone', () => {
    const FREE = { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'exponential', mean: 1000 } } as const
    const times = (value: unknown): number[] => {
      const streams = new Streams('merge', 0)
      const source = openRequests(resolveTraffic(read(traffic, value), 1e10), FREE, (purpose) => streams.stream(purpose))
      const met: number[] = []
      for (let time = source.next(); time < 1e10; time = source.next()) met.push(time)
      return met
    }
    const both = times({ merge: [{ rate: '3/s' }, { rate: '5/s' }] })
    expect(Math.abs(both.length - 80_000)).toBeLessThan(2.6 * Math.sqrt(80_000))
    const gaps = both.slice(1).map((time, i) => time - both[i])
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    // Standard error of C² of n exponential gaps: about √(8 / n) = 0.01.
    expect(Math.abs(gaps.reduce((sum, gap) => sum + gap * gap, 0) / gaps.length / (mean * mean) - 2)).toBeLessThan(0.026)
    const all = new Set(both)
    expect(times({ rate: '3/s' }).every((time) => all.has(time))).toBe(true)
    // A second part of the same traffic has other random draws: hardly any time occurs twice.
    const twice = times({ merge: [{ rate: '3/s' }, { rate: '3/s' }] })
    expect(new Set(twice).size).toBeGreaterThan(0.999 * twice.length)
  })

  it('jobs accept the open patterns: no closed loop, no clients, no presets of requests', () => {
    expect(read(arrivals, { rate: '5/s' })).toEqual({ pattern: 'poisson', rate: 5 })
    expect(wrong(arrivals, { pattern: 'closed-loop' })[0]).toMatch(/^: found the pattern "closed-loop"; accepted: poisson, .*, on-off$/)
    expect(wrong(arrivals, { rate: '5/s', clients: 3 })).toEqual([': rate, pattern, trains; in another form to, at']) // spec.ts makes the sentence of an unknown key
  })

  it.each<[unknown, string]>([
    [{ pattern: 'renewal', rate: '1/s' }, ': found neither cv nor gaps; accepted: one of the two'],
    [{ pattern: 'renewal', rate: '1/s', cv: 1, gaps: '1s' }, ': found both cv and gaps; accepted: one of the two'],
    [{ pattern: 'renewal', cv: 1 }, ': found cv without a rate; accepted: both, or gaps'],
    [
      { pattern: 'renewal', gaps: { normal: { mean: '1s', sd: '1s' } } },
      ': found gaps that cannot be drawn: normal; accepted: constant, exponential, uniform, lognormal, gamma, weibull, pareto, bounded-pareto, hyperexponential, empirical, mixture',
    ],
    [{ pattern: 'mmpp' }, ': found neither rate nor modes; accepted: one of the two'],
    [
      {
        pattern: 'mmpp',
        rate: '1/s',
        modes: [
          { rate: '1/s', dwell: '1s' },
          { rate: '2/s', dwell: '1s' },
        ],
      },
      ': found modes together with rate, peak, share or dwell; accepted: either modes, or the others',
    ],
    [
      { pattern: 'mmpp', rate: '1/s', peak: 20 },
      ': found a peak of 20 times the mean for 10% of the time, which is more than the mean by itself; accepted: peak × share at most 1',
    ],
    [
      { pattern: 'mmpp', rate: '1/m', dwell: '1us' },
      ': found rate of mmpp traffic: 0.016666666666666666/s, but it changes 200000 times a second; accepted: at least one request per 10000 changes',
    ],
    [{ pattern: 'on-off', rate: '1/s', alpha: 2.5 }, 'alpha: found 2.5; accepted: a number between 1.06 and 1.99'],
    [
      { preset: 'web-user' },
      'preset: found "web-user"; accepted: web-pages, web-users, web-week, web-bursty, web-self-similar, llm-chat, llm-code (did you mean web-users?)',
    ],
    [{ preset: 'web-users', rate: '1/s' }, ': found a rate for web-users, a closed loop; accepted: clients'],
    [{ pattern: 'closed-loop', clients: 0, think: '1s' }, 'clients: found 0; accepted: a whole number between 1 and 1000000'],
  ])('%j is refused with its place and a remedy', (value, message) => expect(wrong(traffic, value)).toEqual([message]))
})

describe('work', () => {
  it('of distributions, with a correlation, and of presets, with costs', () => {
    expect(read(work, { cpu: '4ms' })).toEqual({ wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 4000 } })
    expect(read(work, { cpu: '4ms', correlation: 0.5 })).toMatchObject({ correlation: 0.5 })
    for (const preset of workPresets) expect(read(work, { preset: preset.name })).toEqual(workOf(preset))
    expect(make(read(work, { preset: 'web-surge', mean: '8ms' }).cpu).mean).toBeCloseTo(8000, 6)
    expect(make(read(work, { preset: 'functions-azure', cpuPerUnit: '1ms' }).cpu).quantile(0.5)).toBeCloseTo(1000 * Math.exp(-0.38), 6)
  })

  it.each<[unknown, string]>([
    [{ cpu: '4ms', correlation: 2 }, 'correlation: found 2; accepted: a number between -1 and 1'],
    [{ preset: 'web-surge', mean: '8ms', cpuPerUnit: '1ms' }, 'mean: found both mean and cpuPerUnit; accepted: one of the two'],
    [
      { preset: 'web-surge', waitPerUnit: '8ms' },
      'waitPerUnit: found waitPerUnit, but web-surge has no wait; accepted: a preset with a wait, llm-chat, llm-code',
    ],
    [{ preset: 'surge' }, 'preset: found "surge"; accepted: web-surge, web-specweb99, llm-chat, llm-code, functions-azure'],
  ])('%j is refused with its place and a remedy', (value, message) =>
    expect(wrong(work, value).map((text) => text.replace(/ \(did you mean .*\)$/, ''))).toEqual([message]),
  )
})

/** Right, nearly right and hostile values, in right and wrong places. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    '1ms',
    '1us',
    '3s',
    '24h',
    '9/s',
    '1/m',
    '1.5k/s',
    '1e9/s',
    '50%',
    0,
    1,
    2,
    0.5,
    1.4,
    5,
    100,
    -1,
    1e300,
    1e-300,
    '',
    'NaN',
    null,
    true,
    '1e400s',
    '٣s',
    [],
    {},
  ),
  fc.double(),
  fc.integer(),
  fc.string({ maxLength: 6 }),
)
const amount = fc.constantFrom<unknown>('1us', '1ms', '3s', '24h')
const plain = fc.oneof(fc.constantFrom<unknown>(1, 2, 0.5, 1.4, 100), fc.double({ min: 1e-9, max: 1e9, noNaN: true }))
const KINDS = [
  'constant',
  'exponential',
  'uniform',
  'normal',
  'lognormal',
  'gamma',
  'erlang',
  'weibull',
  'pareto',
  'bounded-pareto',
  'burr',
  'hyperexponential',
  'empirical',
  'negative-binomial',
  'zipf',
  'mixture',
  'nonsense',
  '__proto__',
]
const parameters = fc.dictionary(
  fc.constantFrom(
    'mean',
    'cv',
    'shape',
    'scale',
    'low',
    'high',
    'alpha',
    'k',
    'c',
    'sd',
    'n',
    'exponent',
    'size',
    'values',
    'weights',
    'phases',
    'x',
  ),
  fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
  { maxKeys: 4 },
)
const law: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: scalar },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...KINDS),
        fc.oneof(
          parameters,
          scalar,
          fc.array(fc.record({ weight: scalar, of: fc.dictionary(fc.constantFrom(...KINDS), parameters, { maxKeys: 1 }) }), {
            maxLength: 3,
          }),
        ),
      )
      .map(([kind, inner]) => ({ [kind]: inner })),
  },
  // Right ones, with numbers that need not be.
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.oneof({ weight: 4, arbitrary: amount }, { weight: 1, arbitrary: scalar }),
        fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: scalar }),
      )
      .chain(([a, b]) =>
        fc.constantFrom<unknown>(
          { gamma: { mean: a, cv: b } },
          { weibull: { mean: a, shape: b } },
          { pareto: { alpha: b, low: a } },
          { lognormal: { mean: a, cv: b } },
          { hyperexponential: { mean: a, cv: b } },
          { burr: { c: b, k: 2, scale: a } },
          { zipf: { n: 5, exponent: b } },
          { 'negative-binomial': { mean: 3, size: b } },
          { mixture: [{ of: a }, { weight: b, of: { exponential: { mean: a } } }] },
        ),
      ),
  },
)
const keys = [
  'rate',
  'to',
  'at',
  'until',
  'over',
  'period',
  'amplitude',
  'phase',
  'weekend',
  'day',
  'from',
  'peak',
  'climb',
  'hold',
  'decay',
  'share',
  'dwell',
  'modes',
  'sources',
  'alpha',
  'on',
  'off',
  'cv',
  'gaps',
  'clients',
  'think',
  'trains',
  'preset',
  'x',
]
const some = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: law },
  { weight: 1, arbitrary: fc.record({ size: law, gap: law }) },
  { weight: 1, arbitrary: fc.record({ count: scalar, popularity: scalar }) },
  { weight: 1, arbitrary: fc.array(fc.record({ rate: scalar, dwell: scalar }), { maxLength: 3 }) },
)
const PATTERNS = [
  'poisson',
  'constant',
  'renewal',
  'diurnal',
  'weekly',
  'step',
  'ramp',
  'sawtooth',
  'flash-crowd',
  'mmpp',
  'on-off',
  'closed-loop',
  'nonsense',
]
/** What each pattern needs, so that many cases get past the first look. */
const NEEDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  step: { to: '2/s', at: '1s' },
  ramp: { to: '2/s', over: '1m' },
  sawtooth: { to: '2/s', period: '1m' },
  'flash-crowd': { at: '1s' },
  renewal: { cv: 2 },
  'closed-loop': { clients: 3, think: '1s' },
}
const pattern = fc
  .tuple(fc.constantFrom(...PATTERNS), fc.dictionary(fc.constantFrom(...keys), some, { maxKeys: 2 }), fc.boolean())
  .map(([name, given, complete]) => ({
    pattern: name,
    ...(complete ? { ...(name === 'closed-loop' ? {} : { rate: '3/s' }), ...NEEDS[name] } : {}),
    ...given,
  }))
const hostileTraffic = fc.oneof(
  { weight: 8, arbitrary: pattern },
  { weight: 1, arbitrary: fc.record({ merge: fc.oneof(fc.array(pattern, { maxLength: 3 }), scalar) }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...keys), some, { maxKeys: 3 }) },
  { weight: 1, arbitrary: scalar },
)

/** Sound, or refused with sentences. Returns the value when it is sound. */
function judged<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  expect(parsed.error.issues.length).toBeGreaterThan(0)
  for (const { code, message } of parsed.error.issues)
    if (code !== 'unrecognized_keys' && !message.includes('accepted')) throw new Error(`no sentence: ${message}`)
  return undefined
}

describe('random values are read or refused with a message, and what is read can run', () => {
  it('distributions, 10,000 cases: finite draws that are monotone in u', () => {
    let sound = 0
    fc.assert(
      fc.property(law, (value) => {
        for (const schema of [time, count]) {
          const spec = judged(schema, value)
          if (spec === undefined) continue
          sound++
          const of = make(spec)
          const draws = [1e-12, 0.1, 0.5, 0.9, 1 - 1e-12].map((u) => of.quantile(u))
          const bad = draws.some((x, i) => Number.isNaN(x) || (i > 0 && x < draws[i - 1]))
          if (bad || Number.isNaN(of.mean)) throw new Error(`draws ${draws.join(', ')}, mean ${of.mean}`)
        }
      }),
      { seed: 11, numRuns: slowCases(10_000) },
    )
    expect(sound).toBeGreaterThan(slowCases(1000))
  })

  it('traffic, 10,000 cases: whole times that never decrease', () => {
    let sound = 0
    const seen = new Set<string>()
    fc.assert(
      fc.property(hostileTraffic, (value) => {
        judged(arrivals, value)
        const data = judged(traffic, value)
        if (data === undefined) return
        sound++
        seen.add(data.pattern)
        const streams = new Streams('fuzz', 0)
        const source = openRequests(
          resolveTraffic(data, 600e6),
          { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 1 } },
          (purpose) => streams.stream(purpose),
        )
        let last = 0
        for (let k = 0; k < 5; k++) {
          const next = source.next()
          if (!(next >= last) || (next < Infinity && !Number.isInteger(next)) || Number.isNaN(source.rateAt(next < Infinity ? next : 0)))
            throw new Error(`time ${next} after ${last}, rate ${source.rateAt(next)}`)
          last = next
        }
      }),
      { seed: 12, numRuns: slowCases(10_000) },
    )
    expect(sound).toBeGreaterThan(slowCases(1000))
    expect(seen.size).toBe(PATTERNS.length) // all but the made-up one, and merge
  })
})

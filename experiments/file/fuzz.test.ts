/** Broken and hostile values for what belongs to the experiment as a whole: --set, compare, assert, replications. Each is right, or refused with a place and a sentence. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moreReplications, summarise, type Study } from '../../reports/index.ts'
import { fixtureStudy } from '../../reports/study.fixture.ts'
import { METRICS } from '../../sim/index.ts'
import { slowCases } from '../../sim/testing/index.ts'
import { assertionIssues, assess } from './assertions.ts'
import { axesOf, combinations, laidOver, parseSet } from './compare.ts'
import { labelled } from './labels.ts'
import { parseSource, type Place, type Problem } from './document.ts'
import { experimentShape } from './schema/experiment.ts'
import { resolveSource } from './spec.ts'

const CASES = slowCases(10_000)
const YAML = `name: small
horizon: 10m
cluster: { pools: [{ name: general, count: 2, cpu: 4, memory: 8Gi }] }
workload: { services: [{ name: web, replicas: 4, cpu: 500m, memory: 1Gi, work: { cpu: 4ms }, traffic: { rate: 100/s } }] }
scheduling: { name: best-fit, order: priority }
slb: random
`
const read = parseSource('x.yaml', YAML)
if ('problems' in read) throw new Error(read.problems[0].message)
const { source } = read
const data = source.data as Record<string, unknown>

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'x',
    -1,
    0,
    NaN,
    Infinity,
    1e300,
    1.5,
    '5%',
    '50ms',
    'best-fit',
    [],
    {},
    [[]],
    ['random', 'random'],
    { name: 'random' },
    { toString: 1 },
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
)
const word = fc.constantFrom(
  'slb',
  'scheduling',
  'order',
  'name',
  'workload',
  'services',
  'web',
  'cluster',
  'pools',
  'general',
  '0',
  'cpu',
  'horizon',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'seed',
  'compare',
  '',
)
const path = fc.oneof(
  { weight: 9, arbitrary: fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join('.')) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
)
const isSentence = ({ message }: Pick<Problem, 'message'>): boolean => /^found [^]*; accepted: ./.test(message)
const isPlace = ({ line, column }: Place): boolean => Number.isInteger(line) && line >= 1 && Number.isInteger(column) && column >= 1
const unchanged = JSON.stringify(data)

describe('random input', () => {
  it(`to --set, ${CASES} texts: laid over a copy of the file, or refused with a place`, () => {
    const value = fc.oneof(
      junk.map((one) => JSON.stringify(one) ?? ''),
      fc.constantFrom(
        '&a [*a]',
        '*a',
        '!!binary x',
        '{',
        '[',
        '"',
        'a: b: c',
        '!!js/function x',
        '0x10',
        '1_000',
        '- -',
        '? x',
        '---\n---',
      ),
      fc.string({ maxLength: 12 }),
    )
    const text = fc.oneof(
      { weight: 9, arbitrary: fc.tuple(path, value).map(([key, one]) => `${key}=${one}`) },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
    )
    let laid = 0
    fc.assert(
      fc.property(text, (given) => {
        const set = parseSet(given, data)
        if ('message' in set) {
          expect(isSentence(set) && isPlace(set.place), given).toBe(true)
          return
        }
        laidOver(data, [set])
        laid++
      }),
      { numRuns: CASES, seed: 1 },
    )
    expect(laid).toBeGreaterThan(CASES / 10)
    expect(JSON.stringify(data)).toBe(unchanged)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it(`to compare, ${CASES} maps: axes whose every combination can be laid over the file, or problems with places`, () => {
    const values = fc.oneof(
      { weight: 4, arbitrary: fc.array(junk, { maxLength: 3 }) as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: junk },
    )
    let right = 0
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 9, arbitrary: fc.dictionary(path, values, { maxKeys: 3 }) as fc.Arbitrary<unknown> },
          { weight: 1, arbitrary: junk },
        ),
        (compare) => {
          const place = (): Place => ({ file: 'x', line: 1, column: 1 })
          const { axes, problems } = axesOf({ ...data, compare }, place, place)
          expect(problems.every(isSentence), JSON.stringify(problems)).toBe(true)
          if (problems.length > 0 || axes.length === 0) return
          right++
          for (const { labels } of labelled(axes, new Map())) expect(new Set(labels).size, JSON.stringify(compare)).toBe(labels.length)
          for (const choice of combinations(axes.map((axis) => axis.values.length)))
            laidOver(
              data,
              choice.map((value, axis) => axes[axis].values[value]),
            )
        },
      ),
      { numRuns: CASES, seed: 1 },
    )
    expect(right).toBeGreaterThan(CASES / 20)
    expect(JSON.stringify(data)).toBe(unchanged)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it(`to assert, ${CASES} lists: an outcome for each selected variant, or problems`, () => {
    const study: Study = fixtureStudy()
    const summary = summarise(study)
    const axes = study.axes.map(({ name, values }) => ({ key: name, labels: values }))
    const label = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...axes.flatMap(({ labels }) => labels)) as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: junk },
    )
    const key = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...axes.map((axis) => axis.key)) },
      { weight: 1, arbitrary: fc.constantFrom('__proto__', 'x') },
    )
    const where = fc.dictionary(key, label, { maxKeys: 2 })
    const bound = fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(0, 100, 5.5, -1) }, { weight: 1, arbitrary: junk })
    const metric = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...METRICS.map(({ id }) => id)) as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: junk },
    )
    const verdict = fc.constantFrom<unknown>('better', ['worse', 'equivalent'], [], 'good', 1)
    const some = fc.oneof(
      fc.record({ metric, where, below: bound, above: bound, sure: fc.boolean() }, { requiredKeys: ['metric', 'below'] }),
      fc.record({ metric, where, verdict }, { requiredKeys: ['metric', 'verdict'] }),
      fc.record({ metric, where, below: bound, verdict, colour: junk }, { requiredKeys: [] }),
    )
    let right = 0
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: fc.array(some, { maxLength: 3 }) as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: junk }),
        (given) => {
          const parsed = experimentShape.assert.safeParse(given)
          if (!parsed.success) {
            expect(parsed.error.issues.every(({ message }) => message.length > 0)).toBe(true)
            return
          }
          const issues = assertionIssues(parsed.data, axes)
          expect(issues.every(isSentence)).toBe(true)
          if (issues.length > 0) return
          for (const { sentence } of assess(parsed.data, summary)) expect(sentence).toMatch(/: (holds|fails)$/)
          if (parsed.data.length > 0) right++
        },
      ),
      { numRuns: CASES, seed: 1 },
    )
    expect(right).toBeGreaterThan(CASES / 50)
  })

  it(`to replications, ${CASES} values: a number, or a rule that ends; or problems`, () => {
    const mostly = (...right: unknown[]): fc.Arbitrary<unknown> =>
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: junk })
    const [part, amount, number] = [mostly('5%', '0.1%', 0.2), mostly(5, 0.1), mostly(2, 5, 10, 40, 1, 0)]
    const rule = fc.record({ relative: part, absolute: amount, first: number, wave: number, most: number }, { requiredKeys: [] })
    const values = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1, -1e308, 1e308)), { minLength: 2, maxLength: 6 })
    let rules = 0
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: rule as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: junk }),
        values,
        (given, seen) => {
          const parsed = experimentShape.replications.safeParse(given)
          if (!parsed.success) {
            expect(parsed.error.issues.every(({ message }) => message.length > 0)).toBe(true)
            return
          }
          const { count, until } = parsed.data
          expect(Number.isInteger(count) && count >= 1).toBe(true)
          if (until === null || count > 100) return
          rules++
          // It never goes beyond the cap, whatever the runs bring.
          const list = Array.from({ length: count }, (_, i) => (Number.isNaN(seen[i % seen.length]) ? null : seen[i % seen.length]))
          const more = moreReplications([list], until)
          expect(Number.isInteger(more) && more >= 0 && count + more <= until.most).toBe(true)
        },
      ),
      { numRuns: CASES, seed: 1 },
    )
    expect(rules).toBeGreaterThan(CASES / 50)
  })

  it('to all of it at once: an experiment, or problems with places in the file or the call', async () => {
    const whole = fc.record(
      {
        compare: fc.dictionary(path, fc.array(junk, { maxLength: 2 }), { maxKeys: 2 }),
        replications: junk,
        primary: junk,
        margins: junk,
        seed: junk,
        assert: fc.array(junk, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(
        whole,
        fc.array(
          fc.tuple(path, junk).map(([key, one]) => `${key}=${JSON.stringify(one)}`),
          { maxLength: 2 },
        ),
        async (more, set) => {
          const document = parseSource(
            'x.yaml',
            `${YAML}${Object.entries(more)
              .map(([key, value]) => `${key}: ${JSON.stringify(value) ?? 'null'}\n`)
              .join('')}`,
          )
          if ('problems' in document) throw new Error(document.problems[0].message)
          const resolved = await resolveSource(document.source, { set })
          if (!('problems' in resolved)) return
          for (const problem of resolved.problems) expect(isSentence(problem) && isPlace(problem.place), JSON.stringify(problem)).toBe(true)
        },
      ),
      { numRuns: slowCases(1000), seed: 1 },
    )
  })
})

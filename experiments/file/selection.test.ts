/** Lists as parameters: read with their place, described, and never a crash whatever is given. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adoptReplicaAutoscaler } from '../../sim/index.ts'
import { parseSource, problemsText } from './document.ts'
import { familyOf } from './families.ts'
import { listText } from '../commands/list.ts'
import { jsonOf } from './quantities.ts'
import { loadedKey, type LoadedFile } from './loaded-files.ts'
import { selectionSchema } from './selection.ts'
import { resolveSource } from './spec.ts'
import { slowCases } from '../../sim/testing/index.ts'

const schema = selectionSchema('autoscaling.replicas', new Map(), {})

const FILE = `name: x
horizon: 60s
warmup: 1s
cluster: { pools: [{ name: general, count: 1, cpu: 4, memory: 8Gi }] }
workload: { services: [{ name: web, replicas: 1, cpu: 250m, memory: 512Mi, traffic: { rate: 20/s }, work: { cpu: 5ms } }] }
autoscaling:
  replicas:
`

async function problemsOf(text: string): Promise<readonly string[]> {
  const read = parseSource('x.yaml', FILE + text)
  const resolved = 'problems' in read ? read : await resolveSource(read.source)
  return 'problems' in resolved
    ? problemsText(resolved.problems)
        .split('\n')
        .map((line) => line.replace(/ {2,}/g, ' '))
    : []
}

describe('a list as a parameter', () => {
  it('is converted to whole units', () => {
    const read = schema.parse({
      name: 'scheduled',
      times: [
        { at: '5m', replicas: 20 },
        { at: '10m', replicas: 4 },
      ],
      repeat: '1h',
    })
    expect(read).toEqual({
      name: 'scheduled',
      values: {
        times: [
          { at: 300e6, replicas: 20 },
          { at: 600e6, replicas: 4 },
        ],
        repeat: 3600e6,
        every: 1e6,
      },
    })
  })

  it('is listed and described for editors, with its keys', () => {
    const { text } = listText('replicas') as { text: string }
    expect(text).toContain('times: list of { at: duration, replicas: integer between 0 and 1000000 }, default [].')
    expect(text).toContain(
      'outSteps: list of { from: number, adjust: integer between -1000000 and 1000000 }, default [{ from: 0, adjust: 1 }].',
    )
    const scheduled = (jsonOf(schema)['anyOf'] as Record<string, Record<string, Record<string, unknown>>>[]).find(
      (one) => (one['properties']?.['name'] as { const?: string } | undefined)?.const === 'scheduled',
    )
    const times = scheduled!['properties']['times'] as { type: string; items: { required: string[]; properties: object } }
    expect([times.type, times.items.required, Object.keys(times.items.properties)]).toEqual([
      'array',
      ['at', 'replicas'],
      ['at', 'replicas'],
    ])
  })

  it('of a user’s own file: keys with a default are optional', () => {
    const adopted = adoptReplicaAutoscaler({
      name: 'mine',
      desired: () => 1,
      parameters: {
        rows: {
          kind: 'list',
          default: [],
          max: 2,
          of: { cpu: { kind: 'cpu', meaning: 'm' }, burst: { kind: 'share', default: 0.5, meaning: 's' } },
          meaning: 'rows',
        },
      },
    })
    if ('problems' in adopted) throw new Error(adopted.problems.join())
    const file: LoadedFile = { definition: adopted.definition, file: '/mine.ts', digest: 'd' }
    const own = selectionSchema('autoscaling.replicas', new Map([[loadedKey('autoscaling.replicas', './mine.ts'), file]]), {})
    expect(own.parse({ file: './mine.ts', rows: [{ cpu: '250m' }, { cpu: 2, burst: '70%' }] }).values).toEqual({
      rows: [
        { cpu: 250, burst: 0.5 },
        { cpu: 2000, burst: 0.7 },
      ],
    })
    const wrong = own.safeParse({ file: './mine.ts', rows: [{ cpu: 1 }, { cpu: 1 }, { cpu: 1 }] })
    expect(wrong.error?.issues[0]).toMatchObject({ path: ['rows'], message: expect.stringContaining('found 3 entries') as string })
  })

  it('with a wrong description in a user’s own file is reported', () => {
    const problems = (rows: unknown): unknown => adoptReplicaAutoscaler({ name: 'mine', desired: () => 1, parameters: { rows } })
    const sentence = { problems: [expect.stringContaining('parameters.rows is a list: it needs of')] }
    expect(problems({ kind: 'list', default: [], meaning: '' })).toEqual(sentence)
    expect(problems({ kind: 'list', default: [], of: { a: { kind: 'list', of: {}, default: [] } }, meaning: '' })).toEqual(sentence)
    expect(problems({ kind: 'list', default: 3, of: { a: { kind: 'number', meaning: '' } }, meaning: '' })).toEqual(sentence)
  })
})

describe('problems have their places', () => {
  it.each([
    [
      '    { name: scheduled, times: [{ at: 5m, replicas: 20 }, { at: 4m, replicas: 4 }] }\n',
      'x.yaml:8:64 autoscaling.replicas.times[1].at found 4m after 5m; accepted: times in rising order',
    ],
    [
      '    { name: scheduled, times: [{ at: 5, replicas: 20 }] }\n',
      'x.yaml:8:38 autoscaling.replicas.times[0].at found 5, which has no unit; accepted: a duration',
    ],
    [
      '    { name: scheduled, times: [{ at: 5m, replica: 20 }] }\n',
      'x.yaml:8:42 autoscaling.replicas.times[0].replica found the unknown key "replica"; accepted: at, replicas (did you mean replicas?)',
    ],
    [
      '    { name: scheduled, times: [{ at: 5m }] }\n',
      'x.yaml:8:32 autoscaling.replicas.times[0].replicas found nothing; accepted: a whole number',
    ],
    [
      '    { name: scheduled, times: 5m }\n',
      'x.yaml:8:31 autoscaling.replicas.times found "5m"; accepted: a list of maps with at and replicas',
    ],
    [
      '    { name: scheduled, times: [5m] }\n',
      'x.yaml:8:32 autoscaling.replicas.times[0] found "5m"; accepted: an entry, a map with at, replicas',
    ],
    ['    scheduled\n', 'x.yaml:8:5 autoscaling.replicas.times found no times; accepted: at least one'],
    [
      '    { name: step, inThreshold: 80 }\n',
      'x.yaml:8:32 autoscaling.replicas.inThreshold found 80 with outThreshold: 70; accepted: a threshold below that one',
    ],
    [
      '    { name: step, outSteps: [{ from: 0, adjust: 1.5 }] }\n',
      'x.yaml:8:49 autoscaling.replicas.outSteps[0].adjust found 1.5; accepted: a whole number between',
    ],
  ])('%s', async (text, wanted) => {
    const problems = await problemsOf(text)
    expect(
      problems.some((problem) => problem.startsWith(wanted)),
      problems.join('\n'),
    ).toBe(true)
  })
})

describe('random input', () => {
  it('for a choice with lists is read or refused with its place (10,000 cases)', () => {
    const scalar = fc.oneof(
      fc.constantFrom('5m', '10m', '1h', 0, 1, -1, 20, 1.5, NaN, Infinity, null, true, '', '70%', '__proto__'),
      fc.string({ maxLength: 6 }),
      fc.double(),
    )
    const key = fc.constantFrom('at', 'replicas', 'from', 'adjust', 'toString', '__proto__', 'x')
    const entry = fc.oneof({ weight: 5, arbitrary: fc.dictionary(key, scalar, { maxKeys: 3 }) }, { weight: 1, arbitrary: scalar })
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.array(entry, { maxLength: 4 }) },
      { weight: 1, arbitrary: scalar },
      { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) },
    )
    const names = familyOf('autoscaling.replicas').all.map(({ name }) => name)
    const parameter = fc.constantFrom(
      'times',
      'repeat',
      'every',
      'outSteps',
      'inSteps',
      'outThreshold',
      'adjustment',
      'target',
      'tolerance',
    )
    let right = 0
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.dictionary(parameter, value, { maxKeys: 3 }), (name, given) => {
        const read = schema.safeParse({ ...given, name })
        if (read.success) right++
        else {
          for (const issue of read.error.issues) {
            expect(typeof issue.message).toBe('string')
            expect(issue.path.length > 0 || (issue.code as string) === 'unrecognized_keys').toBe(true)
          }
        }
      }),
      { numRuns: slowCases(10_000), seed: 2 },
    )
    expect(right).toBeGreaterThan(slowCases(100))
  })

  it('of an ordered schedule is read in its order (10,000 cases)', () => {
    const rows = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 1_000_000 }).map((seconds) => `${seconds}s`), replicas: fc.integer({ min: -1, max: 9 }) }),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(rows, (times) => {
        const seconds = times.map(({ at }) => Number(at.slice(0, -1)))
        const isRight = times.every(({ replicas }, i) => replicas >= 0 && (i === 0 || seconds[i] > seconds[i - 1]))
        const read = schema.safeParse({ name: 'scheduled', times })
        expect(read.success).toBe(isRight)
        if (read.success) expect(read.data.values['times']).toEqual(times.map(({ replicas }, i) => ({ at: seconds[i] * 1e6, replicas })))
      }),
      { numRuns: slowCases(10_000) },
    )
  })
})

/** `scheduling.order`: in the file, as an axis, by --set, from a user's file; and in the simulation. */
import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { parseSource, problemsText } from './document.ts'
import { inputOf } from '../run/run.ts'
import { resolveSource } from './spec.ts'
import type { Scenario } from './scenario.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-order-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(() => {
  writeFileSync(
    join(folder, 'largest.ts'),
    "export default { name: 'largest', parameters: { sign: 1 }, rank: (pod, { pods }, { sign }) => -sign * pods.cpu[pod] }\n",
  )
  writeFileSync(join(folder, 'broken.ts'), "export default { name: 'broken', score: () => 1 }\n")
})

const BASE = `name: small
horizon: 10m
warmup: 1m
cluster:
  pools:
    - { name: general, count: 2, cpu: 4, memory: 8Gi }
workload:
  jobs:
    - { name: batch, arrivals: { rate: 0.15/s }, cpu: 2, memory: 1Gi, duration: { exponential: { mean: 25s } } }
start: empty
delays: { bind: 0, pull: 0, start: 0 }
`

async function resolved(yaml: string, set: readonly string[] = []) {
  const read = parseSource(join(folder, 'x.yaml'), yaml)
  return 'problems' in read ? read : resolveSource(read.source, { set })
}

async function scenarios(yaml: string, set: readonly string[] = []): Promise<readonly Scenario[]> {
  const result = await resolved(yaml, set)
  if ('problems' in result) throw new Error(problemsText(result.problems))
  return result.experiment.variants.map(({ scenario }) => scenario)
}

const chosen = async (yaml: string, set: readonly string[] = []): Promise<string[]> =>
  (await scenarios(yaml, set)).map(({ choices }) => `${choices.scheduling.name}/${choices['scheduling.order'].name}`)

const problems = async (yaml: string): Promise<string> => {
  const result = await resolved(yaml)
  return 'problems' in result ? problemsText(result.problems).replaceAll(`${folder}/`, '') : ''
}

describe('the queue order', () => {
  it.each([
    ['', 'least-allocated/fifo'],
    ['scheduling: best-fit', 'best-fit/fifo'],
    ['scheduling: { name: best-fit, order: shortest-first }', 'best-fit/shortest-first'],
    ['scheduling: { order: { name: fair-share } }', 'least-allocated/fair-share'],
    ['scheduling: { name: best-fit, memoryPerCore: 1Gi, order: priority }', 'best-fit/priority'],
    ['scheduling: { order: { file: ./largest.ts, sign: -1 } }', 'least-allocated/largest'],
  ])('%s: %s', async (yaml, expected) => expect(await chosen(BASE + yaml)).toEqual([expected]))

  it('by --set, beside a bare name', async () => {
    expect(await chosen(`${BASE}scheduling: best-fit\n`, ['scheduling.order=earliest-deadline'])).toEqual(['best-fit/earliest-deadline'])
    expect(await chosen(BASE, ['scheduling.order={ file: ./largest.ts }'])).toEqual(['least-allocated/largest'])
  })

  it('as an axis, and as a list of --set', async () => {
    expect(await chosen(`${BASE}compare: { scheduling.order: [fifo, priority] }\n`)).toEqual([
      'least-allocated/fifo',
      'least-allocated/priority',
    ])
    expect(await chosen(BASE, ['scheduling.order=[fifo, fair-share]'])).toEqual(['least-allocated/fifo', 'least-allocated/fair-share'])
  })

  it("an axis of schedulers keeps the file's order; a value with an order of its own replaces it", async () => {
    expect(
      await chosen(
        `${BASE}scheduling: { order: priority }\ncompare: { scheduling: [best-fit, { name: first-fit }, { name: random, order: fifo }] }\n`,
      ),
    ).toEqual(['best-fit/priority', 'first-fit/priority', 'random/fifo'])
  })

  it('two axes, in any order; not when the values of the outer axis have orders', async () => {
    expect(await chosen(`${BASE}compare: { scheduling: [best-fit, first-fit], scheduling.order: [fifo, priority] }\n`)).toEqual([
      'best-fit/fifo',
      'best-fit/priority',
      'first-fit/fifo',
      'first-fit/priority',
    ])
    expect(await chosen(`${BASE}compare: { scheduling.order: [fifo, priority], scheduling: [best-fit, first-fit] }\n`)).toEqual([
      'best-fit/fifo',
      'first-fit/fifo',
      'best-fit/priority',
      'first-fit/priority',
    ])
    expect(
      await problems(`${BASE}compare: { scheduling: [best-fit, { name: random, order: fifo }], scheduling.order: [fifo, priority] }\n`),
    ).toContain('found an axis inside or around the axis scheduling; accepted: axes that do not overlap')
  })

  it('an axis of packers keeps `seat` and `every`', async () => {
    const two = await scenarios(
      `${BASE}binpacking: { name: first-fit, role: estimator, every: 2s }\ncompare: { binpacking: [first-fit, best-fit] }\n`,
    )
    expect(two.map(({ choices, binpacking: { role, every } }) => [choices.binpacking.name, role, every])).toEqual([
      ['first-fit', 'estimator', 2e6],
      ['best-fit', 'estimator', 2e6],
    ])
  })
})

describe('invalid orders', () => {
  it.each([
    [
      'shortest',
      'scheduling.order  found the unknown queue order "shortest"; accepted: fifo, priority, shortest-first, earliest-deadline, critical-path, fair-share, fcfs, easy, conservative, or { file: ./own.ts }',
    ],
    ['{ name: fifo, quantum: 3 }', 'scheduling.order.quantum  found the unknown key "quantum"'],
    [
      '{ file: ./broken.ts }',
      'scheduling.order.file  found a file that is not a queue order: a queue order needs a function rank, found name, score (./broken.ts)',
    ],
    ['{ file: ./none.ts }', 'scheduling.order.file  found no such file'],
    ['{ file: ./largest.ts, sgn: 2 }', 'scheduling.order.sgn  found the unknown key "sgn"; accepted: file, sign (did you mean sign?)'],
    ['[fifo, priority]', 'scheduling.order  found a list'],
    ['7', 'scheduling.order  found 7'],
    ['null', 'scheduling.order  found'],
  ])('%s', async (order, message) => expect(await problems(`${BASE}scheduling:\n  name: best-fit\n  order: ${order}\n`)).toContain(message))

  it('under rounds of a packer an axis of orders would change nothing', async () => {
    expect(await problems(`${BASE}binpacking: first-fit\ncompare: { scheduling.order: [fifo, priority] }\n`)).toContain(
      'compare.scheduling.order  found an axis that changes nothing',
    )
  })

  it('random values: an order, or problems with places; 10,000 values', async () => {
    const read = parseSource(join(folder, 'x.yaml'), BASE)
    if ('problems' in read) throw new Error('the base is wrong')
    const { schema } = await import('./scheduling-order.fixture.ts')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record(
            { name: fc.oneof(fc.constantFrom('fifo', 'priority', 'fair-share'), fc.anything()), file: fc.anything(), sign: fc.anything() },
            { requiredKeys: [] },
          ),
        ),
        (order) => {
          const parsed = schema.safeParse({ name: 'best-fit', order })
          if (parsed.success) expect(typeof parsed.data.order.name).toBe('string')
          else for (const issue of parsed.error.issues) expect(issue.message.length).toBeGreaterThan(3)
        },
      ),
      { numRuns: 10_000 },
    )
  })
})

it("the simulation uses it: at 94 % of the slots shortest-first has the lowest mean slowdown; a user's order is called", async () => {
  const [fifo, shortest, largest] = await scenarios(
    `${BASE}compare: { scheduling.order: [fifo, shortest-first, { file: ./largest.ts }] }\n`,
  )
  const slowdown = async (scenario: Scenario): Promise<number> => {
    let sum = 0
    for (let replication = 0; replication < 5; replication++)
      sum += simulate(await inputOf({ scenario, seed: 1, replication })).metrics['job-slowdown-mean'] as number
    return sum
  }
  const first = await slowdown(fifo)
  expect(await slowdown(shortest)).toBeLessThan(0.9 * first)
  expect(await slowdown(largest)).toBe(first) // all are of one size, so in the order of creation
})

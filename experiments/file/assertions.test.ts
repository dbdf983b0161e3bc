import { describe, expect, it } from 'vitest'
import { type Study, type StudyRun, summarise } from '../../reports/index.ts'
import type { RunResult } from '../../sim/index.ts'
import { assess } from './assertions.ts'
import { parseSource } from './document.ts'
import type { Assertion } from './schema/experiment.ts'
import { resolveSource } from './spec.ts'

const result = (latency: number | null): RunResult => ({
  metrics: { 'latency-mean': latency, cost: 3 },
  refused: latency === null ? { 'latency-mean': 'no requests' } : {},
  latency: { buckets: new Int32Array(0), counts: new Float64Array(0), sum: 0 },
  latencyByService: {},
  series: { rows: 0, columns: [] },
  events: 1,
  notes: [],
})

/** Mean latencies of 10 ± 1 for a, so much more for b, by replication. */
function study(more: readonly (number | null)[]): Study {
  const base = [9, 10, 11, 10]
  const runs = [0, 1].flatMap((variant) =>
    base.map((value, replication): StudyRun => ({
      variant,
      replication,
      seed: 1,
      id: `${variant}${replication}`,
      result: result(variant === 0 ? value : more[replication] === null ? null : value + more[replication]),
    })),
  )
  return {
    name: 's',
    question: '',
    primary: 'latency-mean',
    margins: { relative: 0.02, points: 1 },
    axes: [{ name: 'slb', values: ['a', 'b'] }],
    variants: ['a', 'b'].map((name) => ({ label: `slb ${name}`, short: name, values: [name] })),
    runs,
    notes: [],
    replications: 4,
    reproduce: { command: '', digest: '', version: '' },
  }
}

const assertion = (over: Partial<Assertion>): Assertion => ({
  metric: 'latency-mean',
  where: {},
  below: null,
  above: null,
  sure: false,
  verdict: [],
  ...over,
})
const holds = (over: Partial<Assertion>, more: readonly (number | null)[] = [5, 5, 5, 5]): boolean[] =>
  assess([assertion(over)], summarise(study(more))).map((outcome) => outcome.holds)

describe('assertions', () => {
  it('bounds apply to the mean of every selected variant: a is 10, b is 15', () => {
    expect(holds({ below: 12 })).toEqual([true, false])
    expect(holds({ above: 12 })).toEqual([false, true])
    expect(holds({ above: 9, below: 16 })).toEqual([true, true])
    expect(holds({ below: 12, where: { slb: 'a' } })).toEqual([true])
  })

  it('sure requires the whole interval: 9, 10, 11, 10 has mean 10 and t(3) half-width 3.182 * 0.8165 / 2 = 1.30', () => {
    expect(holds({ below: 11.2, where: { slb: 'a' } })).toEqual([true])
    expect(holds({ below: 11.2, sure: true, where: { slb: 'a' } })).toEqual([false])
    expect(holds({ below: 11.4, sure: true, where: { slb: 'a' } })).toEqual([true])
  })

  it('a verdict applies to all variants except the baseline', () => {
    expect(holds({ verdict: ['worse'] })).toEqual([true])
    expect(holds({ verdict: ['better', 'equivalent'] })).toEqual([false])
    expect(holds({ verdict: ['equivalent'] }, [0, 0.001, 0, 0])).toEqual([true])
  })

  it('a missing value fails, with its reason', () => {
    const [, b] = assess([assertion({ below: 100 })], summarise(study([null, null, null, null])))
    expect(b).toEqual({ holds: false, sentence: 'latency-mean of b: no value (no requests), required: below 100 ms: fails' })
  })
})

const YAML = `name: guarded
cluster: { pools: [{ name: general, count: 3, cpu: 4, memory: 8Gi }] }
workload: { services: [{ name: web, cpu: 500m, memory: 1Gi, traffic: { rate: 20/s }, work: { cpu: 4ms } }] }
compare: { slb: [random, two-choices] }
assert:
`

async function problemsOf(assertions: string): Promise<string[]> {
  const read = parseSource('x.yaml', YAML + assertions)
  if ('problems' in read) throw new Error('not YAML')
  const resolved = await resolveSource(read.source)
  return 'problems' in resolved
    ? resolved.problems.map(({ place, path, message }) => `${place.line}:${place.column} ${path} ${message}`)
    : []
}

describe('assertions in a file', () => {
  it('are read with their axes', async () => {
    expect(
      await problemsOf('  - { metric: latency-p99, below: 100, where: { slb: random } }\n  - { metric: cost, verdict: better }\n'),
    ).toEqual([])
  })

  it('are refused with their place', async () => {
    expect(await problemsOf('  - { metric: latency-p99 }\n')).toEqual([
      '6:5 assert[0] found neither a bound nor a verdict; accepted: below, above or both, or verdict',
    ])
    expect(await problemsOf('  - { metric: latency, below: 1 }\n')).toEqual([
      expect.stringContaining('6:15 assert[0].metric found "latency"; accepted: latency-p50'),
    ])
    expect(await problemsOf('  - { metric: cost, below: 1, where: { slv: random } }\n')).toEqual([
      '6:40 assert[0].where.slv found the axis "slv"; accepted: slb (did you mean slb?)',
    ])
    expect(await problemsOf('  - { metric: cost, below: 1, where: { slb: randm } }\n')).toEqual([
      '6:45 assert[0].where.slb found "randm"; accepted: random, two-choices (did you mean random?)',
    ])
    expect(await problemsOf('  - { metric: cost, verdict: better, where: { slb: random } }\n')).toEqual([
      expect.stringContaining('found a verdict about the baseline'),
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { Histogram } from '../../sim/index.ts'
import type { RunResult } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { Study } from '../study.ts'
import { summarise } from './summary.ts'
import type { Warning } from './warnings.ts'

const small = { variants: 2, replications: 3, requests: 20_000, samples: 180, name: (i: number) => `v${i}` }

/** Every run of a variant changed. */
function changed(study: Study, change: (result: RunResult, variant: number) => Partial<RunResult>): Study {
  return { ...study, runs: study.runs.map((run) => ({ ...run, result: { ...run.result, ...change(run.result, run.variant) } })) }
}

const of = (study: Study, kind: Warning['kind']): Warning[] => summarise(study).warnings.filter((warning) => warning.kind === kind)

describe('warnings', () => {
  test('none where nothing is wrong', () => {
    expect(summarise(fixtureStudy(small)).warnings).toEqual([])
  })

  test('a primary metric that equals the baseline in every replication', () => {
    const same = changed(fixtureStudy(small), ({ metrics }) => ({
      metrics: { ...metrics, 'latency-p99': 12, 'queueing-share': 0, interference: 0 },
    }))
    const [warning, ...more] = of({ ...same, primary: 'latency-p99' }, 'equal')
    expect(more).toEqual([])
    expect(warning.text).toBe(
      'v1: latency p99 is that of the baseline in every replication, so what differs has no effect on it here. No request was queued and no pod lacked CPU: raise the load, or give the pods a limit',
    )
    const queued = changed(same, ({ metrics }) => ({ metrics: { ...metrics, 'queueing-share': 1 } }))
    expect(of({ ...queued, primary: 'latency-p99' }, 'equal')[0].text).toMatch(/no effect on it here$/)
    const other = changed(same, ({ metrics }, variant) => ({ metrics: { ...metrics, 'latency-p99': 12 + variant } }))
    expect(of({ ...other, primary: 'latency-p99' }, 'equal')).toEqual([])
  })

  test('missing runs, by variant', () => {
    const study = fixtureStudy(small)
    expect(of({ ...study, runs: study.runs.slice(0, -1) }, 'runs')).toEqual([
      { kind: 'runs', variants: [1], text: 'v1: 1 of 3 runs are missing; intervals use the others' },
    ])
  })

  test('censored pods: 4 in each of three runs of one variant, of 400 a run', () => {
    const study = changed(fixtureStudy(small), ({ metrics }, variant) => ({
      metrics: { ...metrics, 'pending-censored': variant === 1 ? 4 : 0 },
    }))
    expect(of(study, 'censoring')).toEqual([
      {
        kind: 'censoring',
        variants: [1],
        text: 'v1: pending p99: 12 of 1,200 pods were still unbound at the horizon and count with the time until then, so the values are lower bounds (total of 3 runs)',
      },
    ])
  })

  test('variants that leave different work without a node, by variant, unless the primary metric counts it', () => {
    const pending = (counts: readonly number[], primary: string): Study =>
      changed(fixtureStudy({ ...small, primary }), ({ metrics }, variant) => ({
        metrics: { ...metrics, 'pending-censored': counts[variant] },
      }))
    const [warning, ...more] = of(pending([163, 0], 'latency-p99'), 'unplaced')
    expect(more).toEqual([])
    expect(warning.variants).toEqual([0, 1])
    expect(warning.text).toMatch(/different work without a node.* Pods never bound, mean per run: v0 163, v1 0$/)
    expect(of(pending([163, 0], 'cost'), 'unplaced')).toHaveLength(1)
    expect(of(pending([163, 0], 'pending-p99'), 'unplaced')).toEqual([])
    expect(of(pending([3, 3], 'cost'), 'unplaced')).toEqual([])
  })

  test('unfinished requests as censored values: a half of the requests, cut late, moves the median to the largest latencies, and p99 beyond them', () => {
    const cut = changed(fixtureStudy(small), (result) => {
      const all = Histogram.fromSparse(result.latency)
      const underWay = new Histogram()
      underWay.record(2 ** 40, all.count)
      return { metrics: { ...result.metrics, unfinished: all.count }, underWay: underWay.toSparse() }
    })
    const [{ text }] = of(cut, 'censoring')
    expect(text).toMatch(
      /; as censored values \(Kaplan and Meier 1958\) they make, of all requests together, latency p50 [\d.]+ ms instead of [\d.]+ ms, latency p99 above all that are known instead of [\d.]+ ms/,
    )
    expect(
      of(
        changed(fixtureStudy(small), ({ metrics }) => ({ metrics: { ...metrics, unfinished: 21 } })),
        'censoring',
      )[0].text,
    ).not.toContain('Kaplan')
  })

  test('unfinished requests give a warning from one in a thousand: 20 and 21 of 20,020 or so', () => {
    const unfinished = (count: number): Study =>
      changed(fixtureStudy(small), ({ metrics }) => ({ metrics: { ...metrics, unfinished: count } }))
    expect(of(unfinished(20), 'censoring')).toEqual([])
    expect(of(unfinished(21), 'censoring')[0].text).toContain('63 requests were unfinished at the horizon and have no latency')
  })

  test('drift: only when the warm-up is known, over all variants in one line, and with the demand named', () => {
    // A wave of 565 s in 600 s of samples: nothing settles.
    const waves = fixtureStudy({ ...small, samples: 120 })
    expect(of(waves, 'drift')).toEqual([])
    const [warning, ...more] = of({ ...waves, warmup: 10 }, 'drift')
    expect(more).toEqual([])
    expect(warning.variants).toEqual([0, 1])
    expect(warning.text).toMatch(/^MSER-5 would cut more than the warm-up of 10\.0 s: .*ready in 6 of 6 runs.*; also demand in 6 of 6 runs/)
    expect(of({ ...waves, warmup: 550 }, 'drift')).toEqual([])
  })

  test('a heavy tail gives a warning with its largest value, by service where there are several', () => {
    const tail = new Histogram()
    for (let i = 0; i < 20_000; i++) tail.record(i < 20 ? 30_000_000 : 1000)
    const one = changed(fixtureStudy(small), (_, variant) => (variant === 0 ? { latency: tail.toSparse() } : {}))
    expect(of(one, 'heavy-tail')).toEqual([expect.objectContaining({ variants: [0] })])
    expect(of(one, 'heavy-tail')[0].text).toMatch(
      /^v0: latency has a heavy tail: the slowest 0\.1 % of 60,000 requests contribute 97 % of the sum \(largest 30\.\d s, tail index /,
    )
    const services = changed(fixtureStudy({ ...small, services: ['web', '<b>'] }), ({ latencyByService }) => ({
      latencyByService: { ...latencyByService, '<b>': tail.toSparse() },
    }))
    expect(of(services, 'heavy-tail').map(({ text }) => text.slice(0, 32))).toEqual(['latency of <b> has a heavy tail:'])
  })
})

import { describe, expect, test } from 'vitest'
import { Histogram, METRICS } from '../../sim/index.ts'
import { summaryOf } from '../text/plain.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { plannedReplications } from '../study.ts'
import type { Study } from '../study.ts'
import { pooledLatency } from './pooled.ts'
import { summarise } from './summary.ts'

/** One metric given by hand, per variant and replication; null is refused. */
function handmade(metric: string, values: readonly (readonly (number | null)[])[], primary = metric): Study {
  const study = fixtureStudy({ variants: values.length, replications: values[0].length, requests: 10, samples: 2, primary })
  const runs = study.runs.map((run) => {
    const value = values[run.variant][run.replication]
    return {
      ...run,
      result: {
        ...run.result,
        metrics: { ...run.result.metrics, [metric]: value },
        refused: value === null ? { [metric]: 'too few' } : {},
      },
    }
  })
  return { ...study, runs }
}

describe('summary', () => {
  test('mean, sd and interval of the shares 1, 2, 3 %: 2, 1, and logit(0.02) +/- 0.024841 / (0.02 * 0.98) = 1.26742', () => {
    const row = summarise(handmade('slo-misses', [[1, 2, 3]])).row(0, 'slo-misses')
    expect(row).toMatchObject({ n: 3, mean: 2, sd: 1, contrast: null, missing: '' })
    const logit = Math.log(0.02 / 0.98)
    expect(row.low).toBeCloseTo(100 / (1 + Math.exp(-(logit - 1.26742))), 4)
    expect(row.high).toBeCloseTo(100 / (1 + Math.exp(-(logit + 1.26742))), 4)
  })

  test('has a row for every variant and metric, in order, and names the present ones with the primary first', () => {
    const summary = summarise(fixtureStudy({ variants: 3, replications: 2, primary: 'cost' }))
    expect(summary.rows.map((row) => [row.variant, row.metric.id])).toEqual([0, 1, 2].flatMap((v) => METRICS.map((m) => [v, m.id])))
    expect(summary.present[0].id).toBe('cost')
    expect(summary.present.map((m) => m.id)).not.toContain('latency-p999')
  })

  test('only the contrasts of the primary metric are corrected: 0.0351 twice becomes 0.0702, and worse becomes inconclusive', () => {
    const values = [
      [10, 10, 10],
      [12, 13, 14],
      [12, 13, 14],
    ]
    const primary = summarise(handmade('slo-misses', values))
    expect(primary.row(1, 'slo-misses').contrast?.adjusted).toBeCloseTo(0.0702, 4)
    expect(primary.row(1, 'slo-misses').contrast?.verdict).toBe('inconclusive')
    const exploratory = summarise(handmade('slo-misses', values, 'cost'))
    expect(exploratory.row(1, 'slo-misses').contrast).toMatchObject({ adjusted: null, verdict: 'worse' })
  })

  test('contrasts that cannot be tested do not count in the correction', () => {
    const summary = summarise(
      handmade('slo-misses', [
        [10, 10, 10],
        [12, 13, 14],
        [null, null, 20],
      ]),
    )
    expect(summary.row(1, 'slo-misses').contrast).toMatchObject({ verdict: 'worse' })
    expect(summary.row(1, 'slo-misses').contrast?.adjusted).toBeCloseTo(0.0351, 4)
    expect(summary.row(2, 'slo-misses').contrast).toMatchObject({ pairs: 1, adjusted: null, verdict: 'inconclusive' })
  })

  test('a refused metric counts the runs that have it and keeps the reason', () => {
    const summary = summarise(
      handmade('latency-p99', [
        [5, null, 7],
        [null, null, null],
      ]),
    )
    expect(summary.row(0, 'latency-p99')).toMatchObject({ n: 2, mean: 6, missing: 'refused in 1 of 3 runs: too few' })
    expect(summary.row(1, 'latency-p99')).toMatchObject({ n: 0, mean: NaN, low: NaN, missing: 'too few' })
  })

  test('runs are paired by replication, also when some are absent and in any order', () => {
    const whole = handmade('slo-misses', [
      [1, 20, 300],
      [2, 23, 304],
    ])
    const study = { ...whole, runs: whole.runs.filter((run) => !(run.variant === 1 && run.replication === 0)).reverse() }
    // 23 - 20 = 3 and 304 - 300 = 4
    expect(summarise(study).row(1, 'slo-misses').contrast).toMatchObject({ pairs: 2, difference: 3.5 })
    expect(plannedReplications(study)).toBe(3)
  })

  test('a pooled quantile is that of all requests together, the mean that of the quantiles', () => {
    const study = fixtureStudy({ variants: 1, replications: 3, requests: 4000 })
    const all = new Histogram()
    for (const run of study.runs) all.merge(Histogram.fromSparse(run.result.latency))
    expect(pooledLatency(study, 0).count).toBe(12_000)
    expect(summarise(study).row(0, 'latency-p99').pooled).toBe(all.quantile(0.99) / 1000)
    expect(summarise(study).row(0, 'cost').pooled).toBeNaN()
  })

  test('a pooled quantile needs 100 exceedances of all runs together: p99 has them from 10,000 requests on, p99.9 of no run but of all', () => {
    const pooledOf = (requests: number, metric: string): number =>
      summarise(fixtureStudy({ variants: 1, replications: 2, requests })).row(0, metric).pooled
    expect(pooledOf(4999, 'latency-p99')).toBeNaN()
    expect(pooledOf(5000, 'latency-p99')).toBeGreaterThan(0)
    expect(pooledOf(5000, 'latency-p999')).toBeNaN()
    const summary = summarise(fixtureStudy({ variants: 1, replications: 2, requests: 50_000 }))
    expect(summary.row(0, 'latency-p999')).toMatchObject({ n: 0, missing: expect.stringContaining('needs 100,000 requests') as string })
    expect(summary.row(0, 'latency-p999').pooled).toBeGreaterThan(summary.row(0, 'latency-p99').pooled)
  })

  test('an unknown primary is refused with what is accepted', () => {
    expect(() => summarise(fixtureStudy({ primary: 'speed' }))).toThrow(/^unknown metric: speed; accepted: latency-p50,/)
  })
})

describe('plain summary', () => {
  test('is JSON without loss: null where there is no number', () => {
    const plain = summaryOf(fixtureStudy({ variants: 2, replications: 1 }))
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain)
    const row = plain.rows.find((r) => r.metric === 'slo-misses' && r.contrast !== null)
    expect(row).toMatchObject({
      n: 1,
      sd: null,
      interval: null,
      contrast: { interval: null, p: null, holm: null, verdict: 'inconclusive' },
    })
    expect(plain.verdicts).toHaveLength(1)
  })

  test('has the primary metric even when nothing has a value', () => {
    const plain = summaryOf(fixtureStudy({ variants: 2, empty: true }))
    expect(plain.rows.filter((r) => r.metric === 'slo-misses')).toHaveLength(2)
    expect(plain.rows.find((r) => r.metric === 'latency-p999')?.missing).toContain('100,000 requests')
  })
})

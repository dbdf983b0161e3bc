/** services.csv and the section of the page: who has rows, and what a comparison of a scope is. */
import { describe, expect, it } from 'vitest'
import type { RunResult, ScopeResult } from '../../sim/index.ts'
import { servicesSection } from '../page/services.ts'
import { scopeRows } from '../summary/scopes.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { Study } from '../study.ts'
import { servicesCsv } from './services.ts'

const EMPTY = { buckets: new Int32Array(0), counts: new Float64Array(0), sum: 0 }
const scope = (kind: ScopeResult['kind'], name: string, mean: number): ScopeResult => ({
  kind,
  name,
  metrics: { requests: 100, 'latency-mean': mean, 'errors-lost': 0, 'latency-p99': null },
  refused: { 'latency-p99': 'needs 10000 observations for 100 beyond the quantile, the run had 12' },
  latency: EMPTY,
})

/** Latency of db: 10, 12, 14 ... by replication, doubled in the second variant. */
function study(): Study {
  const plain = fixtureStudy()
  return {
    ...plain,
    runs: plain.runs.map((run) => {
      const mean = (10 + 2 * run.replication) * (run.variant === 1 ? 2 : 1)
      const result: RunResult = { ...run.result, scopes: [scope('service', 'db', mean), scope('call', 'web->db', mean)] }
      return { ...run, result }
    }),
  }
}

describe('services.csv', () => {
  it('has the mean over replications of each service and call, and the ratio to the baseline', () => {
    const row = scopeRows(study()).find(
      ({ scope: of, variant, metric }) => of.name === 'web->db' && variant === 1 && metric.id === 'latency-mean',
    )!
    const base = scopeRows(study()).find(
      ({ scope: of, variant, metric }) => of.name === 'web->db' && variant === 0 && metric.id === 'latency-mean',
    )!
    expect(row.mean).toBeCloseTo(2 * base.mean, 9)
    expect(row.contrast?.difference).toBeCloseTo(100, 6)
    expect(row.contrast?.verdict).toBe('worse')
  })
  it('says why a quantile is missing', () => {
    const lines = servicesCsv(study())
      .split('\n')
      .filter((line) => line.includes('latency-p99'))
    expect(lines.length).toBe(2 * study().variants.length)
    for (const line of lines) expect(line).toContain('needs 10000 observations')
  })
  it('is empty for runs of one service without calls', () => {
    expect(servicesCsv(fixtureStudy())).toBe('')
    expect(servicesSection(fixtureStudy())).toBe('')
  })
})

describe('the section of the page', () => {
  it('has a table of services and one of calls, without errors that never happened', () => {
    const html = servicesSection(study())
    expect(html).toContain('web-&gt;db')
    expect(html.match(/<table/g)).toHaveLength(2)
    expect(html).not.toContain('<th>errors: lost')
    expect(html.split('<details>')[0]).not.toContain('errors: lost')
  })
})

/** Verdicts as a person repeats them, of differences made by hand. */
import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { decide, measure } from '../statistics/contrast.ts'
import { summarise } from '../summary/summary.ts'
import { answerOf } from './answer.ts'
import { sentence } from './sentences.ts'

const MARGINS = { relative: 0.02, points: 1 }

const said = (id: string, baseline: readonly number[], variant: readonly number[]): string => {
  const metric = metricById(id) ?? expect.fail(id)
  return sentence({ metric }, decide(measure(metric, baseline, variant, MARGINS), null), 'tight', 'loose')
}

describe('a verdict is a sentence', () => {
  test.each([
    [
      'slo-misses',
      [10, 10, 10],
      [12, 13, 14],
      'tight raises SLO misses by 3.0 percentage points compared with loose (95 % interval 0.5 to 5.5): worse.',
    ],
    [
      'slo-misses',
      [12, 13, 14],
      [10, 10, 10],
      'tight lowers SLO misses by 3.0 percentage points compared with loose (95 % interval 0.5 to 5.5): better.',
    ],
    [
      'allocation-cpu',
      [10, 10, 10],
      [12, 13, 14],
      'tight raises CPU allocation by 3.0 percentage points compared with loose (95 % interval 0.5 to 5.5): better.',
    ],
    ['cost', [100, 101, 102], [80, 81, 82], 'tight lowers cost by 19.8 % compared with loose (95 % interval 19.3 to 20.3): better.'],
    [
      'slo-misses',
      [10, 10, 10],
      [10.2, 10.3, 10.4],
      'tight changes SLO misses by +0.30 percentage points compared with loose (95 % interval 0.05 to 0.55), which is within the margin of 1 percentage point: equivalent.',
    ],
    [
      'slo-misses',
      [10, 10, 10],
      [9, 10, 14],
      'It is open whether tight raises or lowers SLO misses compared with loose: +1.0 percentage points (95 % interval -5.6 to 7.6), inconclusive.',
    ],
    [
      'slo-misses',
      [10],
      [30],
      'It is open whether tight raises or lowers SLO misses compared with loose: +20.0 percentage points, inconclusive (one replication gives no interval).',
    ],
    [
      'slo-misses',
      [],
      [],
      'It is open whether tight raises or lowers SLO misses compared with loose: inconclusive (no replication has both values).',
    ],
  ])('%s %j %j: %s', (id, baseline, variant, text) => {
    expect(said(id, baseline, variant)).toBe(text)
  })
})

describe('the answer', () => {
  const of = (variants: number, replications = 4): string =>
    answerOf(summarise(fixtureStudy({ variants, replications, requests: 10, samples: 2, name: (i) => `v${i}` })))

  test('one variant: its value; two: the verdict; more: the count of each verdict and one sentence', () => {
    expect(of(1)).toMatch(/^There is one variant, so nothing is compared\. SLO misses: [\d.]+ ± [\d.]+ %\.$/)
    expect(of(2)).toMatch(/^v1 raises SLO misses by [\d.]+ percentage points compared with v0 \(95 % interval [\d.]+ to [\d.]+\): worse\.$/)
    expect(of(4)).toMatch(/^In SLO misses, of 3 variants compared with v0, all are worse \(v1; v2; v3\)\. v3 raises SLO misses /)
    expect(of(5)).toMatch(/^In SLO misses, of 4 variants compared with v0, 3 are worse \(v1; v2; v3\), 1 is equivalent \(v4\)\. v3 raises/)
  })

  test('nothing to answer with: it says so', () => {
    expect(answerOf(summarise(fixtureStudy({ variants: 2, empty: true })))).toBe('There is no answer: no run has a value of SLO misses.')
    expect(answerOf(summarise({ ...fixtureStudy({ variants: 1, empty: true }), variants: [], runs: [] }))).toContain('no variant')
  })
})

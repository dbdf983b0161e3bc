import { describe, expect, test } from 'vitest'
import { METRICS } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { csv } from './csv.ts'
import { effectsCsv } from './effects.ts'
import { runsCsv } from './runs.ts'
import { summaryCsv } from './summary.ts'
import { timeseriesCsv, timeseriesStride } from './timeseries.ts'

/** Splits text without quoted commas, which is all that these tests look at. */
const lines = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/))

describe('csv', () => {
  test('numbers are the shortest text that reads back the same; what is no number is an empty cell', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          [0.1 + 0.2, null],
          [-1e-7, NaN],
          [-0, 1e21],
        ],
      ),
    ).toBe('a,b\n0.30000000000000004,\n-1e-7,\n0,1e+21\n')
  })

  test('control characters become blanks; tabs and line ends stay', () => {
    expect(csv(['a'], [['x\u001b[31m\u0007y\u009bz'], ['one\ntwo\tthree']])).toBe('a\nx [31m y z\n"one\ntwo\tthree"\n')
  })

  test('text that a spreadsheet would run gets an apostrophe, negative numbers do not', () => {
    expect(
      csv(
        ['name', 'value'],
        [
          ['=HYPERLINK("x")', -5],
          ['@a', -0.5],
          ['-b', 1],
          ['plain "q", x\ny', 2],
        ],
      ),
    ).toBe('name,value\n"\'=HYPERLINK(""x"")",-5\n\'@a,-0.5\n\'-b,1\n"plain ""q"", x\ny",2\n')
  })

  test('a row of another length is refused', () => {
    expect(() => csv(['a'], [[1, 2]])).toThrow('row of a table: 2 cells; accepted: 1, one per column')
  })
})

describe('runs.csv', () => {
  const study = fixtureStudy({ variants: 2, replications: 2, requests: 10, samples: 2 })
  const [head, ...rows] = lines(runsCsv(study))

  test('has axes, variant, replication, seed, id, every metric with its unit, and events', () => {
    expect(head).toEqual([
      'scheduling',
      'slb',
      'variant',
      'replication',
      'seed',
      'id',
      ...METRICS.map((m) => `${m.id} [${m.unit}]`),
      'events',
    ])
  })

  test('has a row a run, and a number that reads back as the same one', () => {
    expect(rows.map((row) => row[5])).toEqual(study.runs.map((run) => run.id))
    const column = head.indexOf('slo-misses [%]')
    rows.forEach((row, i) => expect(Number(row[column])).toBe(study.runs[i].result.metrics['slo-misses']))
    expect(rows[0][head.indexOf('latency-p999 [ms]')]).toBe('')
  })
})

describe('summary.csv', () => {
  const summary = summarise(fixtureStudy({ variants: 2, replications: 3, requests: 10, samples: 2 }))
  const [head, ...rows] = lines(summaryCsv(summary))
  const cell = (row: string[], name: string): string => row[head.indexOf(name)]

  test('has a row per variant and metric, one primary metric, the rest exploratory', () => {
    expect(rows).toHaveLength(2 * METRICS.length)
    expect(rows.every((row) => row.length === head.length)).toBe(true)
    expect([...new Set(rows.filter((row) => cell(row, 'kind') === 'primary').map((row) => cell(row, 'metric')))]).toEqual(['slo-misses'])
  })

  test('the baseline has a mean and no difference, a variant has both', () => {
    const [base, variant] = rows.filter((row) => cell(row, 'metric') === 'slo-misses')
    expect([cell(base, 'n'), cell(base, 'difference'), cell(base, 'verdict')]).toEqual(['3', '', 'baseline'])
    const contrast = summary.row(1, 'slo-misses').contrast
    expect(Number(cell(variant, 'difference low'))).toBe(contrast?.low)
    expect([cell(variant, 'verdict'), cell(variant, 'difference unit'), cell(variant, 'comparison')]).toEqual([
      contrast?.verdict,
      'points',
      'points',
    ])
  })

  test('a refused metric has an empty mean and its reason', () => {
    const row = rows.find((r) => cell(r, 'metric') === 'latency-p999')
    expect(row === undefined ? '' : [cell(row, 'n'), cell(row, 'mean'), cell(row, 'reason')]).toEqual([
      '0',
      '',
      '"p99.9 needs 100,000 requests, the run had 10"',
    ])
  })
})

describe('timeseries.csv', () => {
  const study = fixtureStudy({ variants: 2, replications: 2, requests: 10, samples: 7 })

  test('has every sample of every run, time first', () => {
    const [head, ...rows] = lines(timeseriesCsv(study))
    expect(head.slice(0, 4)).toEqual(['variant', 'replication', 'time [s]', 'demand [requests/s]'])
    expect(rows).toHaveLength(2 * 2 * 7)
    expect(rows.slice(0, 3).map((row) => row[2])).toEqual(['5', '10', '15'])
  })

  test('keeps every k-th sample, with the smallest k that fits: 28 rows into 16 needs 2, into 12 needs 3, into 1 cannot go below one a run', () => {
    expect([28, 16, 12, 1].map((most) => timeseriesStride(study, most))).toEqual([1, 2, 3, 7])
    const rows = lines(timeseriesCsv(study, 12)).slice(1)
    expect(rows.map((row) => row[2])).toEqual(['5', '20', '35', '5', '20', '35', '5', '20', '35', '5', '20', '35'])
  })
})

describe('effects.csv', () => {
  test('has a row per metric, main effect and interaction, with the axes in words', () => {
    const study = fixtureStudy({ variants: 12, replications: 3, requests: 10, samples: 2 })
    const summary = summarise(study)
    const [head, ...rows] = lines(effectsCsv(summary))
    // 4 x 3 combinations: 3 + 2 main effects, 3 * 2 interactions
    expect(rows).toHaveLength(summary.present.length * 11)
    expect(rows[0].slice(0, 8)).toEqual(['slo-misses', 'main', 'scheduling', 'best-fit', 'least-allocated', '', '', ''])
    expect(rows[10].slice(0, 8)).toEqual([
      'slo-misses',
      'interaction',
      'scheduling',
      'first-fit',
      'least-allocated',
      'slb',
      'least-connections',
      'round-robin',
    ])
    const { contrast } = summary.effects[0].main[0]
    expect(['pairs', 'difference', 'p Holm', 'verdict'].map((name) => rows[0][head.indexOf(name)])).toEqual([
      '3',
      String(contrast.difference),
      String(contrast.adjusted),
      contrast.verdict,
    ])
  })

  test('is its header alone when one axis was varied', () => {
    const study = fixtureStudy({ variants: 2, replications: 3, requests: 10, samples: 2 })
    const one = {
      ...study,
      axes: [study.axes[0]],
      variants: study.variants.map((variant) => ({ ...variant, values: variant.values.slice(0, 1) })),
    }
    expect(lines(effectsCsv(summarise(one)))).toHaveLength(1)
  })
})

import { describe, expect, test } from 'vitest'
import { METRICS } from '../../sim/index.ts'
import { comparisonData, comparisonLines, comparisonMarkdown, headline } from './compare-text.ts'
import { compareRuns, runsTableOf } from './compare.ts'
import type { ComparedRow, CompareOptions } from './compare.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { RunsTable } from '../tables/read-runs.ts'
import { readRuns } from '../tables/read-runs.ts'
import { runsCsv } from '../tables/runs.ts'

const options: CompareOptions = { margins: { relative: 0.02, points: 1 }, gate: ['slo-misses'] }
const names = { before: 'main', after: 'branch' }

/** A side with one metric, by variant and replication. */
function side(
  values: readonly (readonly number[])[],
  { metric = 'slo-misses', seed = '7', id = '', axes = ['scheduling'], variants = values.map((_, i) => [`v${i}`]) } = {},
): RunsTable {
  const rows = values.flatMap((list, variant) => list.map((value, replication) => ({ variant, replication, value })))
  return {
    axes,
    variants: variants.map((own) => ({ label: own.join(', '), values: own })),
    rows: rows.length,
    variant: Int32Array.from(rows, (row) => row.variant),
    replication: Int32Array.from(rows, (row) => row.replication),
    seed: rows.map(() => seed),
    id: rows.map((row) => `${id}${row.variant}/${row.replication}`),
    events: new Float64Array(rows.length),
    metrics: METRICS.filter((one) => one.id === metric),
    values: [Float64Array.from(rows, (row) => row.value)],
    ignored: [],
  }
}

const only = (rows: readonly ComparedRow[]): ComparedRow => (rows.length === 1 ? rows[0] : expect.fail(`${rows.length} rows`))

describe('two folders', () => {
  test('equal seeds and replications are paired: 10, 20, 30 to 12, 23, 34 is +3 [0.52, 5.48], of three runs', () => {
    // the margin is 1 point, t = (3 - 1) / (1 / sqrt 3) = 3.464, two degrees: p = (1 - 3.464 / sqrt(2 + 12)) / 2 = 0.0371, no regression yet
    const row = only(compareRuns(side([[10, 20, 30]], { id: 'a' }), side([[12, 23, 34]], { id: 'b' }), options).rows)
    expect(row).toMatchObject({ paired: true, runs: [3, 3], before: 20, after: 23, gated: true, regression: false })
    expect(row.contrast).toMatchObject({ difference: 3, verdict: 'worse' })
    expect(row.contrast.low).toBeCloseTo(0.516, 3)
    expect(row.p).toBeCloseTo(0.5 * (1 - Math.sqrt(12) / Math.sqrt(14)), 6)
  })

  test('a regression lies beyond the margin: +3 points with little noise; the same the other way is none', () => {
    const [before, after] = [side([[10, 20, 30, 40]], { id: 'a' }), side([[13, 23.1, 33, 43.1]], { id: 'b' })]
    expect(compareRuns(before, after, options)).toMatchObject({ regressions: 1 })
    expect(compareRuns(after, before, options)).toMatchObject({ regressions: 0 })
    expect(only(compareRuns(after, before, options).rows).contrast.verdict).toBe('better')
    // allocation: higher is better
    const [more, less] = [
      side([[10, 20, 30, 40]], { id: 'a', metric: 'allocation-cpu' }),
      side([[13, 23.1, 33, 43.1]], { id: 'b', metric: 'allocation-cpu' }),
    ]
    expect(compareRuns(more, less, { ...options, gate: ['allocation-cpu'] }).regressions).toBe(0)
    expect(compareRuns(less, more, { ...options, gate: ['allocation-cpu'] }).regressions).toBe(1)
    // not gated: judged, and fails nothing
    expect(only(compareRuns(before, after, { ...options, gate: [] }).rows)).toMatchObject({
      regression: false,
      p: null,
      contrast: { verdict: 'worse' },
    })
  })

  test('other seeds are two samples, by Welch, and the notes say so', () => {
    const comparison = compareRuns(side([[10, 20, 30]]), side([[12, 23, 34, 45]], { seed: '8' }), options)
    expect(only(comparison.rows)).toMatchObject({ paired: false, runs: [3, 4], before: 20, after: 28.5 })
    expect(comparison.notes).toEqual(['v0: seeds differ, so the runs are compared unpaired, which needs many more runs'])
  })

  test('replications that only one side has are left out of pairs, with a note', () => {
    const comparison = compareRuns(side([[10, 20, 30, 99]], { id: 'a' }), side([[12, 23, 34]], { id: 'b' }), options)
    expect(only(comparison.rows)).toMatchObject({ runs: [3, 3], before: 20 })
    expect(comparison.notes).toEqual(['v0: 3 runs are paired by seed and replication; the others are left out'])
  })

  test('the same runs twice are equivalent, with a note that they are the same', () => {
    const study = fixtureStudy({ variants: 3, replications: 3, requests: 10, samples: 2 })
    const [before, after] = [runsTableOf(study), readRuns(runsCsv(study))]
    const comparison = compareRuns(before, after, options)
    expect(comparison.regressions).toBe(0)
    expect(comparison.rows.every(({ contrast }) => contrast.verdict === 'equivalent')).toBe(true)
    expect(comparison.notes).toEqual(['all variants: the runs have the same ids, so file, seed and version are the same on both sides'])
    expect(comparison.rows[0]).toMatchObject({ gated: true })
    expect(comparison.rows[0].metric.id).toBe('slo-misses')
  })

  test('variants meet by their axis values, whatever the order of axes; the others are named', () => {
    const before = side(
      [
        [1, 2],
        [3, 4],
      ],
      {
        axes: ['slb', 'scheduling'],
        variants: [
          ['rr', 'best'],
          ['rr', 'first'],
        ],
      },
    )
    const after = side(
      [
        [3, 4],
        [5, 6],
      ],
      {
        axes: ['scheduling', 'slb'],
        variants: [
          ['first', 'rr'],
          ['worst', 'rr'],
        ],
        id: 'x',
      },
    )
    const comparison = compareRuns(before, after, options)
    expect(only(comparison.rows)).toMatchObject({ variant: 'first, rr', before: 3.5, after: 3.5 })
    expect(comparison).toMatchObject({ onlyBefore: ['rr, best'], onlyAfter: ['worst, rr'] })
  })

  test('two lone variants are compared although they differ, and the notes say so', () => {
    const comparison = compareRuns(side([[1, 2]], { variants: [['a']] }), side([[1, 2]], { variants: [['b']], id: 'x' }), options)
    expect(comparison.rows).toHaveLength(1)
    expect(comparison.notes[0]).toBe('each side has one variant, so these are compared although they differ: a, then b')
  })

  test('Holm over the gated rows: the p-value of one regression among three variants is times three', () => {
    const quiet = [10, 20, 30, 41]
    const before = side([quiet, quiet, quiet], { id: 'a' })
    const after = side([[11.4, 22.9, 32, 43.7], quiet.map((value, i) => value - i), quiet.map((value, i) => value - i)], { id: 'b' })
    const alone = compareRuns(side([quiet], { id: 'a' }), side([[11.4, 22.9, 32, 43.7]], { id: 'b' }), options)
    const all = compareRuns(before, after, options)
    expect(all.rows[0].p).toBeCloseTo(3 * (alone.rows[0].p ?? NaN), 12)
    expect([alone.regressions, all.regressions]).toEqual([1, 0])
  })

  test('one run a side has no interval and is no regression; a metric that only one side has is named', () => {
    expect(only(compareRuns(side([[10]]), side([[90]], { id: 'x' }), options).rows)).toMatchObject({
      regression: false,
      contrast: { verdict: 'inconclusive', difference: 80 },
    })
    expect(compareRuns(side([[10]]), side([[10]], { metric: 'cost', id: 'x' }), options)).toMatchObject({
      rows: [],
      notes: ['not in both folders, so not compared: slo-misses'],
    })
    expect(() => compareRuns(side([[1]]), side([[1]]), { ...options, gate: ['speed'] })).toThrow(/^unknown metric: speed; accepted: /)
  })
})

describe('in words', () => {
  const comparison = compareRuns(
    side(
      [
        [10, 20, 30, 40],
        [1, 2, 3, 4],
      ],
      { id: 'a' },
    ),
    side(
      [
        [13, 23.1, 33, 43.1],
        [1, 2, 3, 4],
      ],
      { id: 'b' },
    ),
    options,
  )

  test('markdown for a pull request', () => {
    expect(comparisonMarkdown(comparison, names)).toBe(`### orchsim: branch against main

**1 of 2 gated rows is a regression beyond the margin**

| variant | metric | before | after | change [95 % interval] | verdict |
| --- | --- | ---: | ---: | --- | --- |
| v0 | SLO misses [%] | 25.0 | 28.1 | +3.05 points [2.96, 3.14] (paired, n = 4) | **regression** |
| v1 | SLO misses [%] | 2.50 | 2.50 | 0 points [0, 0] (paired, n = 4) | equivalent |
`)
  })

  test('lines for a terminal, in columns', () => {
    const [title, blank, head, rule, first] = comparisonLines(comparison, names).split('\n')
    expect([title, blank]).toEqual(['branch against main', ''])
    expect(first.indexOf('SLO')).toBe(head.indexOf('metric'))
    expect(rule).toMatch(/^-+ {3}-+/)
    expect(comparisonLines(comparison, names)).toContain(headline(comparison))
  })

  test('hostile names end no cell and become no markup', () => {
    const variants = [['a | b <img src=x onerror=alert(1)> @everyone https://evil [x](y)\n| c']]
    const text = comparisonMarkdown(compareRuns(side([[1, 2]], { variants }), side([[1, 2]], { variants, id: 'x' }), options), {
      before: '<script>',
      after: '`x`',
    })
    expect(text).not.toMatch(/<img|<script|@everyone|https:\/\/|\[x\]|`/)
    for (const line of text.split('\n').filter((one) => one.startsWith('|'))) expect(line.split('|')).toHaveLength(8)
  })

  test('data is JSON without loss, with a version', () => {
    const data = comparisonData(comparison, names)
    expect(JSON.parse(JSON.stringify(data))).toEqual(data)
    expect(data).toMatchObject({ version: 1, regressions: 1, before: 'main', after: 'branch' })
    expect(data.rows[0]).toMatchObject({
      variant: 'v0',
      metric: 'slo-misses',
      paired: true,
      regression: true,
      changeUnit: 'points',
      verdict: 'worse',
    })
  })
})

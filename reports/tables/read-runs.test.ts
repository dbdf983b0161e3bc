import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { METRICS } from '../../sim/index.ts'
import { comparisonData, comparisonLines, comparisonMarkdown } from '../compare/compare-text.ts'
import { compareRuns, runsTableOf } from '../compare/compare.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { readRuns, RunsError, studyOfRuns } from './read-runs.ts'
import { runsCsv } from './runs.ts'
import { slowCases } from '../../sim/testing/index.ts'

const study = fixtureStudy({ variants: 3, replications: 2, requests: 10, samples: 2 })
const whole = runsCsv(study)
const head = 'scheduling,variant,replication,seed,id,slo-misses [%],cost [$],events'
const small = `${head}\na,A,0,7,x,1.5,2,10\na,A,1,7,y,,3,11\nb,"B, or so",0,7,z,1e-3,-4,12\n`

describe('runs.csv read back', () => {
  test('by hand: axes, variants, keys, metrics by heading, empty cells', () => {
    const table = readRuns(small)
    expect(table).toMatchObject({
      axes: ['scheduling'],
      variants: [
        { label: 'A', values: ['a'] },
        { label: 'B, or so', values: ['b'] },
      ],
      rows: 3,
      seed: ['7', '7', '7'],
      id: ['x', 'y', 'z'],
      ignored: [],
    })
    expect([table.variant, table.replication, table.events].map((column) => [...column])).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [10, 11, 12],
    ])
    expect(table.metrics.map(({ id }) => id)).toEqual(['slo-misses', 'cost'])
    expect(table.values.map((column) => [...column])).toEqual([
      [1.5, NaN, 0.001],
      [2, 3, -4],
    ])
  })

  test('what was written is read back: every number to its last bit, and the same summary', () => {
    const table = readRuns(whole)
    const { variants, ...rest } = runsTableOf(study)
    expect(table).toMatchObject(rest)
    expect(table.variants).toEqual(variants.map(({ label, values }) => ({ label, values })))
    const again = summarise(studyOfRuns(table, study))
    const before = summarise(study)
    for (const metric of before.present)
      for (const variant of [0, 1, 2]) {
        expect(again.row(variant, metric.id).contrast, metric.id).toEqual(before.row(variant, metric.id).contrast)
        expect(again.row(variant, metric.id).low).toEqual(before.row(variant, metric.id).low)
      }
    expect(again.effects).toHaveLength(before.effects.length)
  })

  test('line ends of Windows, a byte order mark and a missing last line end change nothing', () => {
    for (const text of [small.replaceAll('\n', '\r\n'), `\uFEFF${small}`, small.trimEnd()]) expect(readRuns(text)).toEqual(readRuns(small))
  })

  test('names that a spreadsheet would run come back without their apostrophe; quotes and line breaks come back', () => {
    const names = ['=1+1', '-x', 'a "b"', 'two\nlines', 'ünï']
    const odd = {
      ...study,
      axes: [{ name: '@axis', values: names }],
      variants: names.map((name) => ({ label: `label ${name}`, short: name, values: [name] })),
      runs: names.map((_, variant) => ({ ...study.runs[0], variant })),
    }
    const table = readRuns(runsCsv(odd))
    expect(table.axes).toEqual(['@axis'])
    expect(table.variants.map(({ values }) => values[0])).toEqual(names)
  })

  test('metrics of another version are left out and named; an axis may be called like a key', () => {
    expect(readRuns('variant,variant,replication,seed,id,charm [1],events\na,A,0,7,x,very,10\n')).toMatchObject({
      axes: ['variant'],
      ignored: ['charm [1]'],
      metrics: [],
    })
  })

  test.each([
    ['', '1:1: found an empty file; accepted: the header and rows of a runs.csv'],
    [`${head}\n`, '2:1: found no run; accepted: a row per run below the header'],
    ['a,b\n1,2\n', '1:1: found the columns "a", "b"; accepted: one per axis, then variant, replication, seed, id, then the metrics'],
    [small.replace('events', 'ends'), '1:64: found "ends" as the last column; accepted: events'],
    [small.replace('cost [$]', 'cost [€]'), '1:55: found "cost [€]"; accepted: "cost [$]", the unit being part of it'],
    [small.replace('cost [$]', 'slo-misses [%]'), '1:55: found the column "slo-misses [%]" a second time; accepted: each once'],
    [small.replace('scheduling,', 'scheduling,scheduling,'), '1:12: found the axis "scheduling" a second time; accepted: each once'],
    [small.replace('1.5', 'fast'), '2:11: found "fast"; accepted: a number such as 12.5 or 1e-3'],
    [small.replace('1.5', '0x10'), '2:11: found "0x10"; accepted: a number such as 12.5 or 1e-3'],
    [small.replace('1.5', '1e999'), '2:11: found "1e999"; accepted: a number such as 12.5 or 1e-3'],
    [small.replace(',12\n', ',\n'), '4:28: found ""; accepted: a number such as 12.5 or 1e-3'],
    [small.replace('a,A,1,7', 'a,A,-1,7'), '3:5: found "-1" as replication; accepted: a whole number from 0 to 999999'],
    [small.replace('a,A,1,7', 'a,A,0,7'), '3:5: found replication 0 of this variant a second time; accepted: each once'],
    [
      small.replace('a,A,1,7', 'b,A,1,7'),
      '3:3: found the variant "A" with axis values that do not belong to it ("A" before); accepted: one label per combination of axis values',
    ],
    [
      small.replace('a,A,1,7', 'a,C,1,7'),
      '3:3: found the variant "C" with axis values that do not belong to it ("A" before); accepted: one label per combination of axis values',
    ],
    [small.replace(',10\n', ',10,11\n'), '2:17: found a cell too many; accepted: 8 cells, one per column'],
    [small.replace(',2,10\n', '\n'), '2:11: found a row of 6 cells; accepted: 8 cells, one per column'],
    [small.replace('so"', 'so'), '4:3: found a quote that is never closed'],
    [small.replace('so"', 'so"x'), '4:3: found text after the closing quote of a cell; accepted: a comma or the end of the line'],
    [
      small.replace('1.5', '1"5'),
      '2:11: found a quote inside a cell that does not start with one; accepted: the whole cell in quotes, quotes in it doubled',
    ],
    [small.replace('1.5', '1\r5'), '2:12: found a carriage return inside a line; accepted: lines that end in LF or CRLF'],
  ])('%j: %s', (text, message) => {
    expect(() => readRuns(text, 'r.csv')).toThrow(RunsError)
    expect(() => readRuns(text, 'r.csv')).toThrow(`r.csv:${message}`)
  })
})

/** Plainly `expect`: a hundred times dearer, and asked some hundred thousand times here. */
function holds(truth: boolean, otherwise: string): void {
  if (!truth) throw new Error(otherwise)
}

/** Damage to a file: something replaced by something else, somewhere. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.nat(12),
  put: fc.oneof(
    fc.constantFrom('', '"', '""', ',', '\n', '\r', '\r\n', '\uFEFF', '-', 'NaN', '1e9', ',,', 'variant', '\0', '='),
    fc.string({ maxLength: 6 }),
  ),
})

const damaged = (text: string, wounds: readonly { at: number; drop: number; put: string }[]): string =>
  wounds.reduce((now, { at, drop, put }) => {
    const place = Math.floor(at * now.length)
    return now.slice(0, place) + put + now.slice(place + drop)
  }, text)

describe('fuzz', () => {
  test('10,000 damaged or made-up files: a table whose columns agree, or a RunsError with a place inside the text', () => {
    let read = 0
    let refused = 0
    const file = fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(fc.constantFrom(small, small.replaceAll('\n', '\r\n')), fc.array(damage, { maxLength: 3 }))
          .map(([text, wounds]) => damaged(text, wounds)),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.constantFrom(...head.split(','), 'a', '1', '"', '\n', ','), { maxLength: 40 })
          .map((parts) => parts.join(',')),
      },
    )
    fc.assert(
      fc.property(file, (text) => {
        try {
          const table = readRuns(text)
          read++
          holds(
            [table.variant, table.replication, table.seed, table.id, table.events, ...table.values].every(
              ({ length }) => length === table.rows,
            ),
            'columns of unequal length',
          )
          holds(
            table.variant.every((row) => row >= 0 && row < table.variants.length),
            'a row of no variant',
          )
        } catch (error) {
          if (!(error instanceof RunsError)) throw error
          refused++
          const { line, column } = error.place
          holds(line >= 1 && line <= text.split('\n').length + 1 && column >= 1, `a place outside the text: ${line}:${column}`)
          holds(/^runs\.csv:\d+:\d+: found /.test(error.message), error.message)
        }
      }),
      { numRuns: slowCases(10_000), seed: 1 },
    )
    expect(Math.min(read, refused)).toBeGreaterThan(slowCases(1000))
  })

  test('10,000 pairs of tables, hostile names and numbers among them: every comparison has verdicts, words and JSON without loss', () => {
    const value = fc.oneof(fc.constantFrom(0, -0, 1, NaN, 1e308, -1e308, 5e-324, 100), fc.double({ min: -10, max: 10, noNaN: true }))
    const name = fc.oneof(fc.constantFrom('a', 'b', 'constructor', '__proto__', '|', '<b>'), fc.string({ maxLength: 4 }))
    const metrics = METRICS.filter(({ id }) => ['slo-misses', 'cost', 'recovery', 'usage-cpu'].includes(id))
    const side = fc
      .record({
        axes: fc.uniqueArray(name, { maxLength: 2 }),
        names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
        seed: fc.constantFrom('1', '2'),
        runs: fc.integer({ min: 1, max: 4 }),
        values: fc.array(value, { minLength: 1, maxLength: 12 }),
      })
      .map(({ axes, names, seed, runs, values }) => {
        const rows = names.flatMap((_, variant) => Array.from({ length: runs }, (__, replication) => ({ variant, replication })))
        return {
          axes,
          rows: rows.length,
          ignored: [],
          variants: names.map((own) => ({ label: own, values: axes.map(() => own) })),
          variant: Int32Array.from(rows, (row) => row.variant),
          replication: Int32Array.from(rows, (row) => row.replication),
          seed: rows.map(() => seed),
          id: rows.map((row) => `${seed}/${row.variant}/${row.replication}/${values.length}`),
          events: new Float64Array(rows.length),
          metrics,
          values: metrics.map((_, m) => Float64Array.from(rows, (__, row) => values[(row + 5 * m) % values.length])),
        }
      })
    const margins = fc.record({
      relative: fc.double({ min: 0, max: 1, noNaN: true }),
      points: fc.double({ min: 0, max: 100, noNaN: true }),
    })
    fc.assert(
      fc.property(side, side, margins, fc.subarray(['slo-misses', 'cost', 'usage-cpu', 'latency-p99']), (before, after, limits, gate) => {
        const comparison = compareRuns(before, after, { margins: limits, gate })
        const names = { before: before.variants[0].label, after: after.variants[0].label }
        for (const row of comparison.rows) {
          holds(['better', 'worse', 'changed', 'equivalent', 'inconclusive'].includes(row.contrast.verdict), row.contrast.verdict)
          holds(!row.regression || row.contrast.verdict === 'worse', 'a regression that is not worse')
        }
        const data = comparisonData(comparison, names)
        const text = JSON.stringify(data)
        holds(JSON.stringify(JSON.parse(text)) === text && !/:(undefined|NaN)/.test(text), 'lost in JSON')
        const cells = comparisonMarkdown(comparison, names)
          .split('\n')
          .filter((one) => one.startsWith('|'))
          .map((line) => line.split('|').length)
        holds(
          cells.every((count) => count === 8),
          'a name that ends a cell',
        )
        holds(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(comparisonLines(comparison, names, { all: true })), 'a control character')
      }),
      { numRuns: slowCases(10_000), seed: 2 },
    )
  }, 180_000)
})

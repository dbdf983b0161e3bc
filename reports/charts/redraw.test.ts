import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeReports } from '../index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { readTable, TableError } from '../tables/read-table.ts'
import { ChartError, checkFields, readOwnSpec } from './own-spec.ts'
import { chartsIn, drawFromFolder } from './redraw.ts'
import { renderSvg } from './render.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redraw-'))
  await writeReports(folder, fixtureStudy({ variants: 3, replications: 2, requests: 300, samples: 6 }))
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** In this process, as most pictures here: a process of its own for each would take most of the time of this file. */
const own = (spec: unknown): Promise<Awaited<ReturnType<typeof drawFromFolder>>> =>
  drawFromFolder(folder, { file: 'mine.json', text: JSON.stringify(spec) }, renderSvg)
const bars = {
  data: { name: 'runs' },
  mark: 'point',
  encoding: { x: { field: 'slo-misses', type: 'quantitative' }, y: { field: 'variant', type: 'nominal' } },
}

describe('a chart of the report, drawn again from its folder', () => {
  test('gives the picture that is there', async () => {
    expect(await chartsIn(folder)).toEqual([
      'latency',
      'metrics',
      'nodes',
      'packing',
      'pending',
      'pending-tail',
      'slo-misses-against-cost',
      'timeseries',
    ])
    for (const name of await chartsIn(folder)) {
      // One in a process of its own, as users get it.
      const { svg, warnings, png } = name === 'packing' ? await drawFromFolder(folder, name) : await drawFromFolder(folder, name, renderSvg)
      expect(`${svg}\n`, name).toBe(await readFile(join(folder, 'charts', `${name}.svg`), 'utf8'))
      expect(warnings).toEqual([])
      if (name === 'packing') expect(Buffer.from(await png()).equals(await readFile(join(folder, 'charts', `${name}.png`)))).toBe(true)
    }
  })

  test('an unknown name is an error that lists the known ones', async () => {
    await expect(drawFromFolder(folder, 'latncy')).rejects.toThrow(
      /found no chart "latncy" \(did you mean latency\?\); accepted: latency, metrics, nodes/,
    )
    await expect(drawFromFolder(join(folder, 'nowhere'), 'latency')).rejects.toThrow(
      'accepted: the folder has no charts, or a specification of your own with --spec',
    )
    await expect(drawFromFolder(folder, '../runs')).rejects.toThrow(ChartError)
  })
})

describe("a user's own specification over the tables", () => {
  test('draws runs.csv: a point a run, columns by the names of metrics, without their units', async () => {
    const { name, svg, spec, warnings } = await own(bars)
    expect([name, warnings]).toEqual(['mine', []])
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(6)
    expect((spec.datasets as Record<string, unknown[]>).runs).toHaveLength(6)
  })

  test.each([
    ['summary', 'mean', 'metric'],
    ['timeseries', 'demand', 'variant'],
    ['effects', 'difference', 'level'],
  ])('draws %s.csv', async (name, x, y) => {
    const { svg } = await own({
      data: { name },
      mark: 'point',
      encoding: { x: { field: x, type: 'quantitative' }, y: { field: y, type: 'nominal' } },
    })
    expect(svg).toContain('<svg')
  })

  test('several tables, transforms and data of its own', async () => {
    const { svg } = await own({
      datasets: { limits: [{ limit: 3 }] },
      layer: [
        {
          data: { name: 'runs' },
          transform: [{ aggregate: [{ op: 'mean', field: 'cost', as: 'mean cost' }], groupby: ['variant'] }],
          mark: 'bar',
          encoding: { y: { field: 'variant' }, x: { field: 'mean cost', type: 'quantitative' } },
        },
        { data: { name: 'limits' }, mark: 'rule', encoding: { x: { field: 'limit', type: 'quantitative' } } },
      ],
    })
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(3)
  })

  test.each([
    ['not JSON', '{', /^mine\.json: not JSON/],
    ['no object', '[1]', /^mine\.json: found a list; accepted: a vega-lite specification/],
    [
      'another table',
      JSON.stringify({ ...bars, data: { name: 'rums' } }),
      /^mine\.json: data: found the data "rums" \(did you mean runs\?\); accepted: runs, summary, timeseries, effects/,
    ],
    [
      'a column that is none',
      JSON.stringify({ ...bars, encoding: { x: { field: 'slo-miss' } } }),
      /^mine\.json: encoding\.x\.field: found the column "slo-miss" \(did you mean slo-misses\?\); accepted: scheduling, slb, variant/,
    ],
    [
      'an address',
      JSON.stringify({ ...bars, data: { url: 'https://example.org/x.csv' } }),
      /^mine\.json: data\.url: found the address "https:\/\/example\.org\/x\.csv"; accepted: "data": \{ "name": "runs" \}, since charts load no external data/,
    ],
    ['a file', JSON.stringify({ ...bars, data: { url: 'file:///etc/passwd' } }), /charts load no external data/],
    [
      'an address deep inside',
      JSON.stringify({
        hconcat: [{ layer: [{ ...bars, transform: [{ lookup: 'variant', from: { key: 'variant', data: { url: 'x.csv' } } }] }] }],
      }),
      /^mine\.json: hconcat\[0\]\.layer\[0\]\.transform\[0\]\.from\.data\.url/,
    ],
    ['images', JSON.stringify({ ...bars, mark: { type: 'image' } }), /^mine\.json: mark: found the mark "image"/],
    [
      'links',
      JSON.stringify({ ...bars, encoding: { ...bars.encoding, href: { field: 'variant' } } }),
      /^mine\.json: encoding\.href: found a channel of addresses/,
    ],
    [
      'rows without end',
      JSON.stringify({ ...bars, data: { sequence: { start: 0, stop: 1e12 } } }),
      /^mine\.json: data\.sequence: found a sequence of 1000000000000 rows; accepted: at most 1000000/,
    ],
    ['no mark', JSON.stringify({ data: { name: 'runs' } }), /^mine\.json: vega-lite cannot draw it: /],
    [
      'an expression that is none',
      JSON.stringify({ ...bars, transform: [{ calculate: 'datum.(', as: 'x' }] }),
      /^mine\.json: vega-lite cannot draw it: /,
    ],
  ])('%s: an error with its place', async (_, text, message) => {
    const error: unknown = await drawFromFolder(folder, { file: 'mine.json', text }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ChartError)
    expect((error as ChartError).message).toMatch(message)
  })

  test('warnings of vega are returned', async () => {
    const { warnings } = await own({ ...bars, encoding: { ...bars.encoding, shape: { field: 'cost', type: 'quantitative' } } })
    expect(warnings.length).toBeGreaterThan(0)
  })

  test('a table that is missing, or no table, is an error with its place', async () => {
    const broken = join(folder, 'broken')
    await mkdir(broken, { recursive: true })
    const draw = (): Promise<unknown> => drawFromFolder(broken, { file: 'mine.json', text: JSON.stringify(bars) })
    await expect(draw()).rejects.toThrow(/^mine\.json: found no runs\.csv in .*; accepted: a results folder$/)
    await writeFile(join(broken, 'runs.csv'), 'variant,slo-misses [%]\na,1\nb\n')
    await expect(draw()).rejects.toThrow(/^runs\.csv:3:1: found 1 cells; accepted: 2, one per column$/)
  })
})

describe('readTable', () => {
  test('numbers, empty cells and text; units leave the headings where that leaves two different', () => {
    expect(readTable('name,a [ms],b [s],b [%],note\n"x, ""y""",1.5,,7,\n\'=z,-2e-3,3,,q\n', 't.csv')).toEqual({
      columns: ['name', 'a', 'b [s]', 'b [%]', 'note'],
      rows: [
        { name: 'x, "y"', a: 1.5, 'b [s]': null, 'b [%]': 7, note: '' },
        { name: '=z', a: -0.002, 'b [s]': 3, 'b [%]': null, note: 'q' },
      ],
    })
  })
})

describe('fuzz', () => {
  test('10,000 texts as a table: rows of its columns, or a TableError with line and column', () => {
    const piece = fc.constantFrom(
      'a',
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      '1',
      '-2.5e3',
      ' ',
      '[ms]',
      '=',
      '\ufeff',
      '\u2028',
      '__proto__',
      'x [%]',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 40 }),
          fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            const { columns, rows } = readTable(text, 'f.csv')
            expect(new Set(columns).size).toBe(columns.length)
            for (const row of rows) expect(Object.keys(row).sort()).toEqual([...columns].sort())
          } catch (error) {
            if (!(error instanceof TableError)) throw error
            expect(error.message).toMatch(/^f\.csv:\d+:\d+: found /)
          }
        },
      ),
      { numRuns: 10_000, seed: 7 },
    )
  })

  const leaf = fc.oneof(
    fc.constantFrom('runs', 'cost', 'point', 'image', 'http://x', 'quantitative', 'constructor', '__proto__', ''),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const key = fc.constantFrom(
    'data',
    'name',
    'url',
    'href',
    'mark',
    'type',
    'encoding',
    'x',
    'y',
    'field',
    'transform',
    'as',
    'values',
    'datasets',
    'layer',
    'sequence',
    'stop',
    '__proto__',
  )
  const spec = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('node'), { maxLength: 3 }), fc.dictionary(key, tie('node'), { maxKeys: 4 })),
  })).node

  test('10,000 specifications: read, or a ChartError that names the file', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          spec.map((value) => JSON.stringify(value) ?? ''),
          fc.string({ maxLength: 60 }),
        ),
        (text) => {
          try {
            const read = readOwnSpec(text, 'f.json')
            checkFields(read.spec, { runs: ['cost', 'variant'] }, 'f.json')
          } catch (error) {
            if (!(error instanceof ChartError)) throw error
            expect(error.message).toMatch(/^f\.json: /)
          }
        },
      ),
      { numRuns: 10_000, seed: 7 },
    )
  })

  test('specifications with something changed: drawn, or a ChartError, and never anything loaded', async () => {
    const part = fc.tuple(fc.constantFrom('mark', 'data', 'encoding', 'transform', 'width', 'params', 'title', 'projection'), spec)
    await fc.assert(
      fc.asyncProperty(part, async ([name, value]) => {
        try {
          // In this process: 300 processes would take minutes; limited.test.ts draws hostile ones in theirs.
          const { svg } = await drawFromFolder(folder, { file: 'mine.json', text: JSON.stringify({ ...bars, [name]: value }) }, renderSvg)
          expect(svg).toMatch(/^<svg /)
          expect(svg.replace(/http:\/\/www\.w3\.org\/[^"]*/g, '')).not.toMatch(/(xlink:)?href=/)
        } catch (error) {
          if (!(error instanceof ChartError)) throw error
        }
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})

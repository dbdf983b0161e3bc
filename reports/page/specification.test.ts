import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chartsOf } from '../charts/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { rowsOf } from './client/rows.ts'
import { spotAt, spotBeside, spotsBeside } from './client/scene.ts'
import type { Spot } from './client/scene.ts'
import { specificationFor, timeOf } from './client/specification.ts'
import { columnsOf, pageData, safeJson } from './data.ts'
import type { PageChart } from './ways.ts'

const summary = summarise(fixtureStudy({ variants: 5, replications: 3, requests: 300, samples: 20, nodes: 8 }))
const data = pageData(summary, chartsOf(summary))

async function chartOf(name: string): Promise<{ chart: PageChart; names: string[]; rows: Record<string, ReturnType<typeof rowsOf>> }> {
  const { charts, variants } = await data
  const chart = charts.find((each) => each.name === name)
  if (chart === undefined) throw new Error(name)
  return {
    chart,
    names: variants.map((variant) => variant.name),
    rows: Object.fromEntries(Object.entries(chart.data).map(([key, columns]) => [key, rowsOf(columns)])),
  }
}

const ALL = [0, 1, 2, 3, 4]
const choice = (shown: readonly number[], zoom: readonly [number, number] | null = null) => ({
  narrow: false,
  log: { x: false, y: false },
  shown,
  zoom,
})

interface Compiled {
  readonly data: { readonly name: string; readonly values?: { variant: string; time: number }[] }[]
  readonly scales: { readonly name: string; readonly domain: unknown; readonly range: unknown }[]
}

describe('the specification for what the reader chose', () => {
  test('shown variants only: in the rows, in the scales of names, and each with the colour that it had', async () => {
    const { chart, names, rows } = await chartOf('timeseries')
    const all = specificationFor(chart, rows, names, choice(ALL)) as unknown as Compiled
    const some = specificationFor(chart, rows, names, choice([1, 4])) as unknown as Compiled
    const valuesOf = ({ data: sources }: Compiled) => sources.find(({ name }) => name === 'demand')?.values ?? []
    expect(new Set(valuesOf(all).map(({ variant }) => variant))).toEqual(new Set(names))
    expect(new Set(valuesOf(some).map(({ variant }) => variant))).toEqual(new Set([names[1], names[4]]))
    const colours = ({ scales }: Compiled) => scales.find(({ name }) => name === 'color') as { domain: string[]; range: string[] }
    expect(colours(some).domain).toEqual([names[1], names[4]])
    expect(colours(some).range).toEqual([colours(all).range[1], colours(all).range[4]])
  })

  test('a stretch of time: the rows in it and one on each side, the axis from end to end, no zero forced into it', async () => {
    const { chart, names, rows } = await chartOf('timeseries')
    expect(timeOf(chart)).toEqual([0, 100])
    const spec = specificationFor(chart, rows, names, choice([0], [22, 41])) as unknown as Compiled
    expect(spec.data.find(({ name }) => name === 'demand')?.values?.map(({ time }) => time)).toEqual([20, 25, 30, 35, 40, 45])
    for (const scale of spec.scales.filter(({ name }) => name.endsWith('_x')))
      expect(scale).toMatchObject({ domain: [22, 41], zero: false, nice: false })
  })

  test('at most as many variants as the chart can show, bands when they are few', async () => {
    const map = await chartOf('nodes')
    const shown =
      (specificationFor(map.chart, map.rows, map.names, choice(ALL)) as unknown as Compiled).data.find(({ name }) => name === 'nodes')
        ?.values ?? []
    expect(new Set(shown.map(({ variant }) => variant)).size).toBe(4)
    const lines = await chartOf('timeseries')
    const hasBands = (count: number): boolean =>
      JSON.stringify(specificationFor(lines.chart, lines.rows, lines.names, choice(ALL.slice(0, count)))).includes('"type":"area"')
    expect([5, 4, 3, 1].map(hasBands)).toEqual([false, true, true, true])
  })

  test('making one changes nothing that the next is made of', async () => {
    const { chart, names, rows } = await chartOf('metrics')
    const before = JSON.stringify([chart, rows])
    specificationFor(chart, rows, names, choice([2], [1, 2]))
    specificationFor(chart, rows, names, choice([]))
    expect(JSON.stringify([chart, rows])).toBe(before)
  })
})

describe('data of the page', () => {
  test('rows to columns and back are the same rows, whatever the keys are called', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
      fc.constant(null),
    )
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: number, texts: fc.string(), variant: fc.constantFrom('a', 'constructor'), n: fc.integer() }), {
          maxLength: 20,
        }),
        (rows) => {
          const columns = columnsOf(rows)
          expect(rowsOf(JSON.parse(JSON.stringify(columns)) as typeof columns)).toEqual(rows)
        },
      ),
      { numRuns: 500, seed: 7 },
    )
  })

  test('10,000 names as JSON in a page: never an end of the element, a comment or a line break, and read back as they were', () => {
    const piece = fc.constantFrom('</script>', '<!--', '<script', ']]>', '&lt;', '\u2028', '\u2029', '"', '\\', '\u0000', '\ud800', 'x')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        (name) => {
          const text = safeJson({ [name]: [name] })
          expect(text).not.toMatch(/[<>&\u2028\u2029\n\r]/)
          expect(JSON.parse(text)).toEqual({ [name]: [name] })
        },
      ),
      { numRuns: 10_000, seed: 7 },
    )
  })
})

describe('what is pointed at', () => {
  const panel = { left: 0, top: 0, width: 100, height: 100 }
  const spot = (x: number, y: number, series = 1, size = 0): Spot => ({
    x,
    y,
    halfWidth: size,
    halfHeight: size,
    panel,
    series,
    isLine: true,
    colour: '',
    values: {},
  })
  const spots = [spot(10, 10), spot(20, 12), spot(30, 14), spot(10, 50, 2), spot(20, 52, 2), spot(80, 80, 3, 10)]

  test('the nearest point within reach, or the rectangle that holds the pointer', () => {
    expect(spotAt(spots, 19, 20)).toBe(spots[1])
    expect(spotAt(spots, 72, 88)).toBe(spots[5])
    expect(spotAt(spots, 61, 34)).toBe(null)
    expect(spotAt([], 0, 0)).toBe(null)
  })

  test('arrows go along a series and to the next one at about the same place, and stay at the ends', () => {
    expect(spotBeside(spots, null, 'right')).toBe(spots[0])
    expect(spotBeside(spots, spots[0], 'right')).toBe(spots[1])
    expect(spotBeside(spots, spots[0], 'left')).toBe(spots[0])
    expect(spotBeside(spots, spots[2], 'down')).toBe(spots[4])
    expect(spotBeside(spots, spots[3], 'up')).toBe(spots[0])
    expect(spotBeside(spots, spots[0], 'up')).toBe(spots[0])
  })

  test('the other lines at the same place, from the top down', () => {
    expect(spotsBeside(spots, spots[4])).toEqual([spots[1], spots[4]])
  })
})

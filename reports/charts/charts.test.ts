import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { fixtureStudy } from '../study.fixture.ts'
import type { FixtureOptions } from '../study.fixture.ts'
import { summarise } from '../summary.ts'
import { FONT_FAMILY, fontFile, readFontWidths } from './font.ts'
import { chartsOf } from './index.ts'
import type { Chart } from './index.ts'
import { renderPng, renderSvg } from './render.ts'
import { looksOf } from './theme.ts'

const small = { requests: 1000, samples: 24 }

const CASES: Readonly<Record<string, FixtureOptions>> = {
  'one variant, one replication': { ...small, variants: 1, replications: 1 },
  'two variants, ten replications, bands': { ...small, variants: 2, replications: 10 },
  'four variants, one sample': { ...small, variants: 4, samples: 1 },
  'twelve variants, three services': { ...small, variants: 12, replications: 2, services: ['web', 'api', '<b>&'] },
  'fourteen variants with equal beginnings': { ...small, variants: 14, replications: 1, name: (i) => `${'a-very-long-name-of-a-scheduler '.repeat(3)}${i} ${'and-a-balancer'.repeat(3)}` },
  'ten requests': { variants: 2, replications: 2, requests: 10, samples: 3 },
}

const charts = (options: FixtureOptions): Chart[] => chartsOf(summarise(fixtureStudy(options)))

const sizeOf = (svg: string): { width: number; height: number } => {
  const found = /<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg)
  return { width: Number(found?.[1]), height: Number(found?.[2]) }
}

describe('charts', () => {
  test.each(Object.entries(CASES))('%s: drawn without a warning, nothing clipped at the edges', async (_, options) => {
    const list = charts(options)
    expect(list.map((chart) => chart.name)).toEqual(
      ['metrics', 'slo-misses-against-cost', 'latency', ...(options.services === undefined ? [] : ['latency-by-service']), 'timeseries'],
    )
    for (const chart of list) {
      const { svg, warnings } = await renderSvg(chart.spec)
      expect(warnings, chart.name).toEqual([])
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      // Texts only, in the true font: each must lie within the picture.
      const texts = new Resvg(svg.replace(/<path[^>]*>(<\/path>)?|<rect[^>]*>(<\/rect>)?|<line[^>]*>(<\/line>)?/g, ''), {
        font: { loadSystemFonts: false, fontFiles: [fontFile()], defaultFontFamily: FONT_FAMILY },
      }).getBBox()
      const { width, height } = sizeOf(svg)
      if (texts === undefined) throw new Error(`no text at all: ${chart.name}`)
      expect(texts.x, chart.name).toBeGreaterThanOrEqual(0)
      expect(texts.y, chart.name).toBeGreaterThanOrEqual(0)
      expect(texts.x + texts.width, chart.name).toBeLessThanOrEqual(width)
      expect(texts.y + texts.height, chart.name).toBeLessThanOrEqual(height)
      expect(width, chart.name).toBeLessThan(1300)
    }
  })

  test('without values there is no chart, with one that says nothing', () => {
    expect(charts({ empty: true })).toEqual([])
    expect(charts({ empty: true, variants: 1, replications: 1 })).toEqual([])
  })

  test('a variant has one colour and one dash in every chart, the baseline first, and up to twelve differ', () => {
    const study = fixtureStudy({ ...small, variants: 12, replications: 2 })
    const looks = looksOf(study)
    const scales = JSON.stringify(chartsOf(summarise(study)).map((chart) => chart.spec)).match(/"scale":\{"domain":\["least-allocated[^}]*"#[^}]*\}/g) ?? []
    expect(scales.length).toBeGreaterThan(10)
    expect(new Set(scales)).toEqual(new Set([`"scale":${JSON.stringify(looks.colour.scale)}`]))
    const range = (looks.colour.scale as { range: string[] }).range
    expect(new Set(range).size).toBe(12)
  })

  test('past the last colour the next variants get another dash and another shape', () => {
    const looks = looksOf(fixtureStudy({ ...small, variants: 14, replications: 1, name: (i) => `v${i}` }))
    const of = (channel: 'colour' | 'dash' | 'shape', variant: number): string => JSON.stringify((looks[channel].scale as { range: unknown[] }).range[variant])
    expect(of('colour', 12)).toBe(of('colour', 1))
    expect(of('dash', 12)).not.toBe(of('dash', 1))
    expect(of('shape', 12)).not.toBe(of('shape', 1))
  })

  test('a line of the latency chart falls from all requests to ten of them', () => {
    const study = fixtureStudy({ variants: 1, replications: 2, requests: 5000, samples: 2 })
    const chart = chartsOf(summarise(study)).find((c) => c.name === 'latency')
    const rows = (chart?.spec.layer as { data: { values: { ms: number; beyond: number }[] } }[])[0].data.values
    expect(rows.length).toBeLessThanOrEqual(300)
    for (let i = 1; i < rows.length; i++) {
      expect(rows[i].ms).toBeGreaterThan(rows[i - 1].ms)
      expect(rows[i].beyond).toBeLessThan(rows[i - 1].beyond)
    }
    expect(rows[rows.length - 1].beyond).toBeCloseTo(10 / 10_000, 9)
  })

  test('the subtitle says how many replications', () => {
    const text = (replications: number): string => JSON.stringify(charts({ ...small, replications, variants: 2 }).map((chart) => chart.spec.title))
    expect(text(5).match(/5 replications/g)).toHaveLength(4)
    expect(text(1).match(/one replication|1 replication/g)).toHaveLength(4)
  })
})

describe('rendering', () => {
  test('gives the same bytes each time, and needs nothing from outside', async () => {
    const [chart] = charts({ ...small, variants: 2 })
    const first = await renderSvg(chart.spec)
    await renderSvg(charts({ ...small, variants: 3 })[1].spec)
    const second = await renderSvg(chart.spec)
    expect(second.svg).toBe(first.svg)
    expect(Buffer.from(await renderPng(first.svg)).equals(Buffer.from(await renderPng(second.svg)))).toBe(true)
    expect(first.svg.replace(/http:\/\/www\.w3\.org\/[^"]*/g, '')).not.toMatch(/https?:|<script|<image|@import| style=/)
  })

  test('draws text: without it the PNG would be another one', async () => {
    const [chart] = charts({ ...small, variants: 2 })
    const { svg } = await renderSvg(chart.spec)
    const png = await renderPng(svg)
    expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG')
    expect(Buffer.from(png).equals(Buffer.from(await renderPng(svg.replace(/<text.*?<\/text>/g, ''))))).toBe(false)
  })

  test('a specification with a mistake is told of', async () => {
    const { warnings } = await renderSvg({ data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative', scale: { type: 'log', zero: true } } } })
    expect(warnings.length).toBeGreaterThan(0)
  })
})

describe('font', () => {
  test('widths are those of the file: at 2048 px, units per em, space is 651 and M is 1767 wide', () => {
    // DejaVu Sans 2.37: a space of 0.318 em, an M of 0.863 em.
    const font = readFontWidths()
    expect([font.width(' ', 2048), font.width('M', 2048), font.width('MM', 2048), font.width('', 12)]).toEqual([651, 1767, 3534, 0])
  })

  test('an absent font is an error, not a chart without text', () => {
    expect(() => fontFile(new URL('../fonts/Absent.ttf', import.meta.url))).toThrow(/^font for charts not found: .*Absent\.ttf/)
  })
})

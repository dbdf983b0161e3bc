import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { fixtureStudy } from '../study.fixture.ts'
import type { FixtureOptions } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { FONT_FAMILY, fontFile, readFontWidths } from './font.ts'
import { chartNames, chartsOf, specOf } from './index.ts'
import type { Chart } from './index.ts'
import { renderPng, renderSvg } from './render.ts'
import { looksOf, NARROW, USUAL, WIDTH } from './theme.ts'

const small = { requests: 1000, samples: 24 }

const CASES: Readonly<Record<string, FixtureOptions>> = {
  'one variant, one replication': { ...small, variants: 1, replications: 1 },
  'two variants, ten replications, bands': { ...small, variants: 2, replications: 10 },
  'four variants, one sample': { ...small, variants: 4, samples: 1 },
  'twelve variants, three services': { ...small, variants: 12, replications: 2, services: ['web', 'api', '<b>&'] },
  'fourteen variants with equal beginnings': {
    ...small,
    variants: 14,
    replications: 1,
    name: (i) => `${'a-very-long-name-of-a-scheduler '.repeat(3)}${i} ${'and-a-balancer'.repeat(3)}`,
  },
  'ten requests': { variants: 2, replications: 2, requests: 10, samples: 3 },
}

const charts = (options: FixtureOptions): Chart[] => chartsOf(summarise(fixtureStudy(options)))

const sizeOf = (svg: string): { width: number; height: number } => {
  const found = /<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg)
  return { width: Number(found?.[1]), height: Number(found?.[2]) }
}

/** What every study has; then what needs two services, and two axes that cross. */
const ALWAYS = ['metrics', 'slo-misses-against-cost', 'latency', 'pending', 'pending-tail', 'packing', 'timeseries', 'nodes']

describe('charts', () => {
  test.each(Object.entries(CASES))('%s: drawn without a warning, nothing clipped at the edges', async (_, options) => {
    const list = charts(options)
    const names = [
      ...ALWAYS,
      ...(options.services === undefined ? [] : ['latency-by-service']),
      ...((options.variants ?? 0) > 4 ? ['interaction'] : []),
    ].filter((name) => name !== 'packing' || options.samples !== 1)
    expect(list.map((chart) => chart.name)).toEqual(chartNames.filter((name) => names.includes(name)))
    for (const chart of list) {
      const { svg, warnings } = await renderSvg(specOf(chart, 'study'))
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

  test('courses, an episode and 60 marks: drawn without a warning, and the marks share labels', async () => {
    const { runs, ...rest } = fixtureStudy({ ...small, variants: 2, replications: 2 })
    const marks = Array.from({ length: 60 }, (_, i) => ({
      kind: 'fault' as const,
      text: `crash of ${i % 3} nodes`,
      from: 10 + 30 * i,
      to: 12 + 30 * i,
    }))
    const at = (...values: number[]): Float64Array => Float64Array.from(values)
    const lane = { version: 'v1', template: 0, ordinal: 0, states: ['ready', 'terminating'] as const, from: at(60, 70), end: 75 }
    const course = {
      workload: 'web',
      times: at(-1, 60, 70),
      desired: at(2, 2, 2),
      current: at(2, 3, 2),
      ready: at(2, 2, 2),
      updated: at(0, 1, 2),
    }
    const failed = { first: 60, counts: at(0, 4, 2) }
    const episode = { kind: 'rollout' as const, workload: 'web', from: 60, to: 80, end: 85, lanes: [lane, lane], pods: 2, failed }
    const courses = { replicas: [course, { ...course, workload: '<b>' }], omitted: 3, episode }
    const study = {
      ...rest,
      runs: runs.map((run) => ({ ...run, result: { ...run.result, marks, ...(run.replication === 0 ? { courses } : {}) } })),
    }
    const drawn = chartsOf(summarise(study)).filter(({ name }) => ['timeseries', 'replicas', 'rollout', 'nodes'].includes(name))
    expect(drawn.map(({ name }) => name)).toEqual(['timeseries', 'replicas', 'rollout', 'nodes'])
    for (const chart of drawn) {
      for (const width of [WIDTH, NARROW]) {
        const { svg, warnings } = await renderSvg(specOf(chart, '', { ...USUAL, width }))
        expect(warnings, chart.name).toEqual([])
        expect(svg).not.toMatch(/NaN|undefined|Infinity/)
        expect(svg).toMatch(/faults|crash of/)
      }
    }
    const rows = drawn[2].data.rollout.filter(({ type, variant }) => type === 'failed' && variant === 'least-allocated · round-robin')
    expect(rows.map(({ requests }) => requests)).toEqual([4, 2])
    const labels = drawn[0].data.marks.filter(({ type, narrow }) => type === 'label' && narrow === 0)
    expect(labels.length).toBeLessThan(20)
  })

  test('without values there is no chart, with one that says nothing', () => {
    expect(charts({ empty: true })).toEqual([])
    expect(charts({ empty: true, variants: 1, replications: 1 })).toEqual([])
  })

  test('a variant has one colour and one dash in every chart, the baseline first, and up to twelve differ', () => {
    const study = fixtureStudy({ ...small, variants: 12, replications: 2 })
    const looks = looksOf(study)
    const scales =
      JSON.stringify(chartsOf(summarise(study)).map((chart) => specOf(chart, 'study'))).match(
        /"scale":\{"domain":\["least-allocated[^}]*"#[^}]*\}/g,
      ) ?? []
    expect(scales.length).toBeGreaterThan(10)
    expect(new Set(scales)).toEqual(new Set([`"scale":${JSON.stringify(looks.colour.scale)}`]))
    const range = (looks.colour.scale as { range: string[] }).range
    expect(new Set(range).size).toBe(12)
  })

  test('neighbours differ in dash and shape, and past the last colour the next variants get another dash and another shape', () => {
    const looks = looksOf(fixtureStudy({ ...small, variants: 14, replications: 1, name: (i) => `v${i}` }))
    const of = (channel: 'colour' | 'dash' | 'shape', variant: number): string =>
      JSON.stringify((looks[channel].scale as { range: unknown[] }).range[variant])
    for (let i = 1; i < 14; i++) expect([of('dash', i), of('shape', i)]).not.toEqual([of('dash', i - 1), of('shape', i - 1)])
    for (let i = 1; i < 14; i++) expect(of('dash', i)).not.toBe(of('dash', i - 1))
    expect(of('colour', 12)).toBe(of('colour', 1))
    expect(of('dash', 12)).not.toBe(of('dash', 1))
    expect(of('shape', 12)).not.toBe(of('shape', 1))
  })

  test('a line of the latency chart falls from all requests to ten of them', () => {
    const study = fixtureStudy({ variants: 1, replications: 2, requests: 5000, samples: 2 })
    const chart = chartsOf(summarise(study)).find((c) => c.name === 'latency')
    const rows = chart?.data.latency as unknown as { value: number; beyond: number }[]
    expect(rows.length).toBeLessThanOrEqual(300)
    for (let i = 1; i < rows.length; i++) {
      expect(rows[i].value).toBeGreaterThan(rows[i - 1].value)
      expect(rows[i].beyond).toBeLessThan(rows[i - 1].beyond)
    }
    expect(rows[rows.length - 1].beyond).toBeCloseTo(10 / 10_000, 9)
  })

  test('title, unit, number of replications and kind of interval stand at every chart', () => {
    for (const replications of [1, 5]) {
      for (const chart of charts({ ...small, replications, variants: 8, services: ['web', 'api'] })) {
        const heading = `${chart.title}; ${chart.subtitle.join('; ')}`
        expect(heading, chart.name).toMatch(
          chart.name === 'nodes' ? /one replication/ : replications === 1 ? /one replication|1 replication/ : /5 replications/,
        )
        const spec = JSON.stringify(specOf(chart, 'study'))
        expect(spec, chart.name).toMatch(/\[(%|ms|s|min|\$|requests\/s|nodes)\]|"title":"nodes"/)
        if (replications > 1 && /"(low|bottom)"/.test(JSON.stringify(chart.data)) && chart.name !== 'nodes' && chart.name !== 'timeseries')
          expect(heading, chart.name).toMatch(/95 % interval/)
      }
    }
  })

  test('band of a time series: mean ± t(0.975, n - 1) sd / √n over replications, on the log scale, for up to four variants', () => {
    const series = (replications: number): Chart | undefined =>
      charts({ ...small, variants: 4, replications, samples: 1 }).find(({ name }) => name === 'timeseries')
    const study = fixtureStudy({ ...small, variants: 4, replications: 4, samples: 1 })
    const values = study.runs
      .filter(({ variant }) => variant === 0)
      .map(({ result }) => Number(result.series.columns.find(({ name }) => name === 'demand')?.values[0]))
    const mean = values.reduce((sum, value) => sum + value, 0) / 4
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / 3)
    const row = series(4)?.data.demand[0] as { low: number; high: number; mean: number }
    expect(row.mean).toBeCloseTo(mean, 2)
    const half = (3.182446 * sd) / 2 // t(0.975, 3) = 3.182446 in any table
    expect(row.high).toBeCloseTo(mean * Math.exp(half / mean), 1)
    expect(row.low).toBeCloseTo(mean * Math.exp(-half / mean), 1)
    expect(series(4)?.subtitle[0]).toContain('band: its 95 % interval across them')
    expect(series(1)?.data.demand[0]).toMatchObject({ low: null, high: null })
    expect(JSON.stringify(series(1)?.draw(USUAL))).not.toContain('"area"')
  })

  test('a heat map shows at most four variants, blank where no node is up', () => {
    const chart = charts({ ...small, variants: 6, replications: 1, nodes: 30 }).find(({ name }) => name === 'nodes')
    const rows = (
      chart === undefined
        ? {}
        : (specOf(chart, 'study').datasets as Record<
            string,
            { variant: string; map: string; from: number; to: number; top: number; share: number }[]
          >)
    ).nodes
    expect(new Set(rows.map(({ variant }) => variant)).size).toBe(4)
    expect(new Set(chart?.data.nodes.map(({ variant }) => variant)).size).toBe(6)
    expect(rows.every(({ share, from, to }) => share >= 5 && share <= 95 && to > from)).toBe(true)
    // The fixture's last nodes come with the 21st sample, which describes the time from 5 to 5.25 minutes.
    expect(Math.min(...rows.filter(({ top }) => top === 30).map(({ from }) => from))).toBe(5)
    // 60 samples of 15 s: from time zero to the last one, the horizon
    expect([Math.min(...rows.map(({ from }) => from)), Math.max(...rows.map(({ to }) => to))]).toEqual([0, 15])
  })

  test('axes of whole things have whole ticks only, and the study stands in the title of each picture', async () => {
    const study = fixtureStudy({ ...small, variants: 2, replications: 2, nodes: 3 })
    for (const chart of chartsOf(summarise(study))) {
      const spec = specOf(chart, study.name)
      expect((spec.title as { text: string }).text).toBe(`tight-or-loose: ${chart.title}`)
      const axes = JSON.stringify(spec).match(/"tickMinStep":1/g)?.length ?? 0
      expect(axes > 0, chart.name).toBe(['metrics', 'packing', 'timeseries', 'nodes'].includes(chart.name))
    }
  })

  test('no line touches the edge of its panel, where half of it would be cut off', () => {
    const study = fixtureStudy({ ...small, variants: 4, replications: 4 })
    const found = chartsOf(summarise(study)).find(({ name }) => name === 'timeseries') ?? expect.fail()
    const drawn = found.draw(found.usual) as {
      vconcat: { data: { name: string }; layer: { encoding: { y: { scale: { domain: [number, number] } } } }[] }[]
    }
    for (const { data, layer } of drawn.vconcat) {
      const [low, high] = layer[0].encoding.y.scale.domain
      for (const { mean } of found.data[data.name] as unknown as { mean: number }[]) {
        expect(mean - low, data.name).toBeGreaterThan(0.02 * (high - low))
        expect(high - mean, data.name).toBeGreaterThan(0.02 * (high - low))
      }
    }
  })

  test('no picture of nodes, no pending times, no bound: those charts are left out', () => {
    const study = fixtureStudy({ ...small, variants: 2, replications: 2 })
    const bare = {
      ...study,
      runs: study.runs.map((run) => {
        const { pending: _, nodeGrid: __, ...result } = run.result
        return {
          ...run,
          result: { ...result, series: { ...result.series, columns: result.series.columns.filter(({ name }) => name !== 'fewest') } },
        }
      }),
    }
    expect(chartsOf(summarise(bare)).map(({ name }) => name)).toEqual(['metrics', 'slo-misses-against-cost', 'latency', 'timeseries'])
  })
})

describe('rendering', () => {
  test('gives the same bytes each time, and needs nothing from outside', async () => {
    const [chart] = charts({ ...small, variants: 2 })
    const first = await renderSvg(specOf(chart, 'study'))
    await renderSvg(specOf(charts({ ...small, variants: 3 })[1], 'study'))
    const second = await renderSvg(specOf(chart, 'study'))
    expect(second.svg).toBe(first.svg)
    expect(Buffer.from(await renderPng(first.svg)).equals(Buffer.from(await renderPng(second.svg)))).toBe(true)
    expect(first.svg.replace(/http:\/\/www\.w3\.org\/[^"]*/g, '')).not.toMatch(/https?:|<script|<image|@import| style=/)
  })

  test('draws text: without it the PNG would be another one', async () => {
    const [chart] = charts({ ...small, variants: 2 })
    const { svg } = await renderSvg(specOf(chart, 'study'))
    const png = await renderPng(svg)
    expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG')
    expect(Buffer.from(png).equals(Buffer.from(await renderPng(svg.replace(/<text.*?<\/text>/g, ''))))).toBe(false)
  })

  test('a specification with a mistake gives a warning', async () => {
    const { warnings } = await renderSvg({
      data: { values: [{ a: 1 }] },
      mark: 'point',
      encoding: { x: { field: 'a', type: 'quantitative', scale: { type: 'log', zero: true } } },
    })
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

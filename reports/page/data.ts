/** What the page's script works on: the compiled charts and their data, as text that is safe inside an HTML page. */
import { compileSpec } from '../charts/render.ts'
import { bareSpecOf, CONFIG, looksOf, NARROW, WIDTH } from '../charts/theme.ts'
import type { Chart, ChartSpec, Json } from '../charts/theme.ts'
import type { Summary } from '../summary/summary.ts'
import type { Column, Columns, PageChart, PageData, VegaSpec } from './ways.ts'
import { wayKey, waysOf } from './ways.ts'

export async function pageData({ study }: Summary, charts: readonly Chart[]): Promise<PageData> {
  const { names } = looksOf(study)
  const { vega } = await compileSpec({ data: { values: [{}] }, mark: 'point', config: PAGE_CONFIG })
  return {
    variants: study.variants.map(({ values }, variant) => ({ name: names[variant], values })),
    axes: study.axes,
    charts: await Promise.all(charts.map((chart) => pageChart(chart, names.length))),
    config: vega.config as VegaSpec,
  }
}

/**
 * The page is the background. Without the texts for those who cannot see on every single mark: the tooltip, which the keyboard reaches
 * too, says the same.
 */
const PAGE_CONFIG: ChartSpec = { ...CONFIG, background: 'transparent', aria: false }

async function pageChart(chart: Chart, variants: number): Promise<PageChart> {
  const specs: Record<string, VegaSpec> = {}
  const usual = { x: chart.usual.log.x, y: chart.usual.log.y }
  const { switches, fewVariants } = chart
  for (const way of waysOf({ switches, usual, fewVariants }, variants)) {
    const how = { width: way.narrow ? NARROW : WIDTH, log: { x: way.x, y: way.y }, few: way.few }
    const { vega } = await compileSpec({ ...bareSpecOf(chart, how), datasets: emptied(chart), config: PAGE_CONFIG })
    specs[wayKey(way)] = withoutValues(vega, Object.keys(chart.data))
  }
  return {
    name: chart.name,
    title: chart.title,
    switches,
    usual,
    time: chart.time,
    mostVariants: chart.mostVariants === Infinity ? null : chart.mostVariants,
    fewVariants,
    data: Object.fromEntries(Object.entries(chart.data).map(([name, rows]) => [name, columnsOf(rows)])),
    specs,
  }
}

/** One row each: an empty data set would be left out by the compiler. */
const emptied = ({ data }: Chart): ChartSpec => Object.fromEntries(Object.entries(data).map(([name, rows]) => [name, rows.slice(0, 1)]))

/** The configuration goes along once for all charts, the values once for all ways. */
function withoutValues(vega: ChartSpec, names: readonly string[]): VegaSpec {
  const { config: _, $schema: __, ...rest } = vega
  const data = (vega.data as readonly ChartSpec[]).map((source) => {
    if (!names.includes(source.name as string)) return source
    const { values: ___, ...bare } = source
    return bare
  })
  return { ...rest, data }
}

export function columnsOf(rows: readonly ChartSpec[]): Columns {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return { rows: rows.length, columns: Object.fromEntries(keys.map((key) => [key, columnOf(rows.map((row) => row[key] ?? null))])) }
}

/** Below so many values a number of rows, the list is the shorter way to say them. */
const FEW = 0.3

function columnOf(values: readonly Json[]): Column {
  const places = new Map<string | number | null, number>()
  const at = values.map((value) => {
    const key = value === null || typeof value === 'number' ? value : String(value)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, places.size)
    return places.size - 1
  })
  const numbers = values.every((value) => value === null || typeof value === 'number')
  return numbers && places.size > FEW * values.length ? values : { values: [...places.keys()], places: at }
}

/**
 * JSON that cannot end the element it stands in (`</script>`, `<!--`), and is one line to old parsers too. A name from a user's file may
 * hold anything.
 */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The data of the page's script: the compiled charts and their rows, as JSON that is safe within HTML. */
import { plainText } from '../format.ts'
import { runDetails, valueNames } from './runs.ts'
import { compileSpec } from '../charts/render.ts'
import { bareSpecOf, CONFIG, looksOf, NARROW, WIDTH } from '../charts/theme.ts'
import type { Chart, ChartSpec, Json } from '../charts/theme.ts'
import type { Summary } from '../summary/summary.ts'
import type { Column, Columns, PageChart, PageData, VegaSpec } from './ways.ts'
import { wayKey, waysOf } from './ways.ts'

/** Compiles each chart in all its ways. */
export async function pageData(summary: Summary, charts: readonly Chart[]): Promise<PageData> {
  const { study } = summary
  const { names } = looksOf(study)
  const { vega } = await compileSpec({ data: { values: [{}] }, mark: 'point', config: PAGE_CONFIG })
  return {
    variants: study.variants.map(({ values }, variant) => ({ name: names[variant], values })),
    axes: study.axes,
    charts: await Promise.all(charts.map((chart) => pageChart(chart, names.length))),
    study: plainText(study.name),
    values: valueNames(summary),
    runs: runDetails(summary),
    config: vega.config as VegaSpec,
  }
}

/** Transparent, and without ARIA texts on each mark: the tooltip, which the keyboard reaches too, has the same text. */
const PAGE_CONFIG: ChartSpec = { ...CONFIG, background: 'transparent', aria: false }

async function pageChart(chart: Chart, variants: number): Promise<PageChart> {
  const specs: Record<string, VegaSpec> = {}
  const usual = { x: chart.usual.log.x, y: chart.usual.log.y }
  const { switches, fewVariants } = chart
  for (const way of waysOf({ switches, usual, fewVariants }, variants)) {
    const how = { width: way.narrow ? NARROW : WIDTH, log: { x: way.x, y: way.y }, few: way.few }
    const { vega } = await compileSpec({ ...bareSpecOf(chart, how), datasets: oneRow(chart), config: PAGE_CONFIG })
    specs[wayKey(way)] = withoutValues(vega, Object.keys(chart.data))
  }
  return {
    name: chart.name,
    title: chart.title,
    switches,
    usual,
    time: chart.time,
    maxVariants: chart.maxVariants === Infinity ? null : chart.maxVariants,
    fewVariants,
    data: Object.fromEntries(Object.entries(chart.data).map(([name, rows]) => [name, columnsOf(rows)])),
    specs,
  }
}

/** Data sets cut to one row: the compiler would drop an empty one. */
const oneRow = ({ data }: Chart): ChartSpec => Object.fromEntries(Object.entries(data).map(([name, rows]) => [name, rows.slice(0, 1)]))

/** A compiled specification without its configuration, which the page has once, and without its rows, which each chart has once. */
function withoutValues(vega: ChartSpec, names: readonly string[]): VegaSpec {
  const { config: _, $schema: __, ...rest } = vega
  const data = (vega.data as readonly ChartSpec[]).map((source) => {
    if (!names.includes(source.name as string)) return source
    const { values: ___, ...bare } = source
    return bare
  })
  return { ...rest, data }
}

/** Rows as columns. */
export function columnsOf(rows: readonly ChartSpec[]): Columns {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return { rows: rows.length, columns: Object.fromEntries(keys.map((key) => [key, columnOf(rows.map((row) => row[key] ?? null))])) }
}

/** Numbers are stored by their place in a list when there are at most this many distinct ones per row. */
const MAX_DISTINCT = 0.3

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
  return numbers && places.size > MAX_DISTINCT * values.length ? values : { values: [...places.keys()], places: at }
}

/** JSON without `<`, `>`, `&` and line separators, so that a user's name cannot end the script element (`</script>`, `<!--`). */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

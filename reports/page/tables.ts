/** The tables of the page: means, differences to the baseline, all metrics with a value, and the definitions of the metrics. */
import { mainMetrics } from '../summary/main-metrics.ts'
import { formatInterval, formatNumber, withUnit } from '../format.ts'
import { htmlList, htmlTable } from './html.ts'
import type { HtmlCell, HtmlRow } from './html.ts'
import { contrastText } from '../text/sentences.ts'
import { metricsOf } from '../study.ts'
import type { Summary, SummaryRow } from '../summary/summary.ts'

const MAIN_METRICS = 6
/** Maximum of rows of the table of all metrics. */
const MAX_ROWS = 1500

/** The HTML of the section. */
export function tables(summary: Summary): string {
  const { study } = summary
  if (summary.present.length === 0) return '<p>No metric has a value.</p>'
  const main = mainMetrics(summary, MAIN_METRICS)
  const header = [
    'variant',
    ...main.map((metric) => withUnit(metric.label, metric.unit) + (metric.id === study.primary ? ' (primary)' : '')),
  ]
  const values = study.variants.map((variant, i): HtmlRow => ({
    variant: i,
    cells: [variant.short, ...main.map((metric) => meanCell(summary.row(i, metric.id)))],
  }))
  const parts = [htmlTable('Mean and half the 95 % interval over replications', header, values)]
  if (study.variants.length > 1) {
    const rows = study.variants.slice(1).map((variant, i): HtmlRow => ({
      variant: i + 1,
      cells: [variant.short, ...main.map((metric) => contrastCell(summary.row(i + 1, metric.id)))],
    }))
    parts.push(
      htmlTable('Paired difference to the baseline with its 95 % interval, and verdict; all but the primary are exploratory', header, rows),
    )
  }
  const definitions = summary.present.map((metric) => `${withUnit(metric.label, metric.unit)}: ${metric.definition}`)
  const meaning = `<details>\n<summary>What the metrics mean</summary>\n${htmlList(definitions)}\n</details>`
  parts.push(`<div data-search="search metrics">\n${allMetrics(summary)}\n${meaning}\n</div>`)
  return parts.join('\n')
}

function allMetrics(summary: Summary): string {
  const { study } = summary
  // Metric by metric, so that the variants of one stand together and a cut leaves out whole metrics.
  const rows = summary.present.flatMap((metric) => study.variants.map((variant, i) => fullRow(variant.short, summary.row(i, metric.id))))
  const shown = rows.slice(0, MAX_ROWS)
  const caption =
    rows.length > shown.length ? `The first ${shown.length} of ${rows.length} rows; summary.csv has all` : 'Every metric that has a value'
  const table = htmlTable(
    caption,
    ['metric', 'variant', 'group', 'n', 'mean', 'sd', '95 % interval', 'against the baseline', 'verdict'],
    shown,
  )
  return `<details>\n<summary>Every metric (${summary.present.length} of ${metricsOf(study).length} have a value)</summary>\n${table}\n</details>`
}

const meanCell = (row: SummaryRow): HtmlCell => ({ text: formatInterval(row, '±'), value: row.mean })

function contrastCell(row: SummaryRow): HtmlCell {
  const { contrast } = row
  if (contrast === null || contrast.pairs === 0) return '-'
  return { text: `${contrastText(row, contrast)}\n${contrast.verdict}`, kind: contrast.verdict, value: contrast.difference }
}

function fullRow(name: string, row: SummaryRow): HtmlRow {
  const { contrast, metric } = row
  const interval = Number.isNaN(row.low) ? '-' : `[${formatNumber(row.low, 4)}, ${formatNumber(row.high, 4)}]`
  const verdict: HtmlCell = contrast === null ? 'baseline' : { text: contrast.verdict, kind: contrast.verdict }
  const against: HtmlCell =
    contrast === null || contrast.pairs === 0 ? '-' : { text: contrastText(row, contrast), value: contrast.difference }
  const numbers: HtmlCell[] = [
    { text: String(row.n), value: row.n },
    { text: formatNumber(row.mean, 4), value: row.mean },
    { text: formatNumber(row.sd), value: row.sd },
    { text: interval, value: row.low },
  ]
  return { variant: row.variant, cells: [withUnit(metric.label, metric.unit), name, metric.group, ...numbers, against, verdict] }
}

/** report.html: one file, no network, no scripts; what was asked, what came out, how sure that is, and how to get it again. */
import { createHash } from 'node:crypto'
import { METRICS } from '../sim/metrics/standard.ts'
import type { MetricDefinition } from '../sim/metrics/standard.ts'
import { mainMetrics } from './charts/metrics.ts'
import { formatMean, formatNumber, plainText, withUnit } from './format.ts'
import { escapeHtml, htmlTable, inlineSvg } from './html.ts'
import type { HtmlCell } from './html.ts'
import { basis, contrastText, primarySentences } from './sentences.ts'
import { STYLE } from './style.ts'
import { plannedReplications } from './study.ts'
import type { Study } from './study.ts'
import type { Summary, SummaryRow } from './summary.ts'

export interface DrawnChart {
  readonly name: string
  readonly title: string
  readonly svg: string
}

const MAIN_METRICS = 6
/** Notes of single runs that are shown; the rest is counted. */
const MOST_NOTES = 40

export function page(summary: Summary, charts: readonly DrawnChart[], notes: readonly string[]): string {
  const { study } = summary
  // Everything inline is named by its digest, and nothing else is allowed: no network, no script, no base, no form.
  const digest = createHash('sha256').update(STYLE).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`
  const parts = [
    `<h1>${escapeHtml(study.name)}</h1>`,
    study.question.trim() === '' ? '' : `<p class="question">${escapeHtml(study.question)}</p>`,
    verdicts(summary),
    section('Set-up', list(setup(study))),
    ...(charts.length === 0 ? [] : [section('Charts', charts.map(figure).join('\n'))]),
    section('Tables', tables(summary)),
    section('What to know', whatToKnow(summary, notes)),
    section('Reproduce', reproduce(study)),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(study.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`
}

const section = (title: string, body: string): string => `<section>\n<h2>${escapeHtml(title)}</h2>\n${body}\n</section>`

const list = (items: readonly string[]): string => `<ul>\n${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`

function verdicts(summary: Summary): string {
  const { study } = summary
  const primary = summary.row(0, study.primary)
  if (study.variants.length < 2) {
    const missing = primary.missing === '' ? 'no value' : primary.missing
    const value = primary.n > 0 ? `${formatMean(primary.mean, (primary.high - primary.low) / 2, '±')} ${primary.metric.unit}` : missing
    return section('Result', `<p>One variant, so nothing is compared. ${escapeHtml(primary.metric.label)}: ${escapeHtml(value)}.</p>`)
  }
  const items = primarySentences(summary).map((text, i) => {
    const verdict = summary.row(i + 1, study.primary).contrast?.verdict ?? 'inconclusive'
    return `<li class="${verdict}">${escapeHtml(text)}</li>`
  })
  const note = `Primary metric: ${primary.metric.label} (${primary.metric.definition}); ${basis(summary)}; p-values corrected by Holm over ${items.length === 1 ? 'one contrast' : `${items.length} contrasts`}.`
  return section('Verdicts', `<ul class="verdicts">\n${items.join('\n')}\n</ul>\n<p class="faint">${escapeHtml(note)} ${escapeHtml(rule(primary.metric, study))}</p>`)
}

function rule(metric: MetricDefinition, study: Study): string {
  const margin =
    metric.comparison === 'points' ? `${study.margins.points} percentage ${study.margins.points === 1 ? 'point' : 'points'}`
    : metric.comparison === 'ratio' ? `${formatNumber(100 * study.margins.relative)} %`
    : `${formatNumber(100 * study.margins.relative)} % of the baseline's mean`
  return `Equivalent: the whole interval lies within ${margin}. Inconclusive is not "no difference": more replications may tell.`
}

function setup(study: Study): string[] {
  const axes = study.axes.map((axis) => `${axis.name}: ${axis.values.join(', ')}`)
  const planned = plannedReplications(study)
  const runs = `${study.variants.length} ${study.variants.length === 1 ? 'variant' : 'variants'}, ${planned} ${planned === 1 ? 'replication' : 'replications'} each, ${study.runs.length} ${study.runs.length === 1 ? 'run' : 'runs'} finished`
  const baseline = study.variants.length > 1 ? [`baseline: ${study.variants[0].label}`] : []
  return [...axes, runs, ...baseline, ...(study.setup ?? [])]
}

function figure(chart: DrawnChart): string {
  return `<figure class="card">\n${inlineSvg(chart.svg, chart.name)}\n</figure>`
}

function tables(summary: Summary): string {
  const { study } = summary
  if (summary.present.length === 0) return '<p>No metric has a value.</p>'
  const main = mainMetrics(summary, MAIN_METRICS)
  const header = ['variant', ...main.map((metric) => withUnit(metric.label, metric.unit) + (metric.id === study.primary ? ' (primary)' : ''))]
  const values = study.variants.map((variant, i) => [variant.short, ...main.map((metric) => meanText(summary.row(i, metric.id)))])
  const parts = [htmlTable('Mean and half the 95 % interval over replications', header, values)]
  if (study.variants.length > 1) {
    const rows = study.variants.slice(1).map((variant, i) => [variant.short, ...main.map((metric) => contrastCell(summary.row(i + 1, metric.id)))])
    parts.push(htmlTable('Paired difference to the baseline with its 95 % interval, and verdict; all but the primary are exploratory', header, rows))
  }
  const everything = study.variants.flatMap((variant, i) => summary.present.map((metric) => fullRow(variant.short, summary.row(i, metric.id))))
  const all = htmlTable('Every metric that has a value', ['variant', 'metric', 'n', 'mean', 'sd', '95 % interval', 'against the baseline', 'verdict'], everything)
  parts.push(`<details>\n<summary>Every metric (${summary.present.length} of ${METRICS.length} have a value)</summary>\n${all}\n</details>`)
  const definitions = summary.present.map((metric) => `${withUnit(metric.label, metric.unit)}: ${metric.definition}`)
  parts.push(`<details>\n<summary>What the metrics mean</summary>\n${list(definitions)}\n</details>`)
  return parts.join('\n')
}

const meanText = (row: SummaryRow): string => formatMean(row.mean, (row.high - row.low) / 2, '±')

function contrastCell(row: SummaryRow): HtmlCell {
  const { contrast } = row
  if (contrast === null || contrast.pairs === 0) return '-'
  return { text: `${contrastText(row, contrast)}\n${contrast.verdict}`, kind: contrast.verdict }
}

function fullRow(name: string, row: SummaryRow): HtmlCell[] {
  const { contrast, metric } = row
  const interval = Number.isNaN(row.low) ? '-' : `[${formatNumber(row.low, 4)}, ${formatNumber(row.high, 4)}]`
  const verdict: HtmlCell = contrast === null ? 'baseline' : { text: contrast.verdict, kind: contrast.verdict }
  const against = contrast === null || contrast.pairs === 0 ? '-' : contrastText(row, contrast)
  return [name, withUnit(metric.label, metric.unit), String(row.n), formatNumber(row.mean, 4), formatNumber(row.sd), interval, against, verdict]
}

function whatToKnow(summary: Summary, notes: readonly string[]): string {
  const { study } = summary
  const items = [...study.notes, ...missingRuns(study), ...notes, ...refusals(summary), ...runNotes(study)]
  return items.length === 0 ? '<p>Nothing was missing, refused or unfinished.</p>' : list(items.map(plainText))
}

function missingRuns(study: Study): string[] {
  const planned = study.variants.length * plannedReplications(study)
  return study.runs.length < planned ? [`${planned - study.runs.length} of ${planned} runs are missing: intervals rest on the rest`] : []
}

/** One line per metric and reason, with the variants that it concerns. */
function refusals(summary: Summary): string[] {
  const { study } = summary
  const lines = new Map<string, string[]>()
  for (const row of summary.rows) {
    if (row.missing === '') continue
    const key = `${row.metric.label}: ${row.missing}`
    lines.set(key, [...(lines.get(key) ?? []), study.variants[row.variant].short])
  }
  return [...lines].map(([text, variants]) => (variants.length === study.variants.length ? text : `${text} (${variants.join(', ')})`))
}

/** Notes of single runs, equal ones counted once. */
function runNotes(study: Study): string[] {
  const counts = new Map<string, number>()
  for (const run of study.runs) for (const note of run.result.notes) counts.set(note, (counts.get(note) ?? 0) + 1)
  const lines = [...counts].map(([note, count]) => `${note} (${count === study.runs.length ? 'every run' : count === 1 ? '1 run' : `${count} runs`})`)
  return lines.length > MOST_NOTES ? [...lines.slice(0, MOST_NOTES), `and ${lines.length - MOST_NOTES} further notes of single runs, in runs' own results`] : lines
}

function reproduce(study: Study): string {
  const { command, digest, version } = study.reproduce
  return `<pre>${escapeHtml(command)}</pre>\n<p class="faint">orchsim ${escapeHtml(version)}; digest of the experiment ${escapeHtml(digest)}. The same file and seed give the same bytes.</p>`
}

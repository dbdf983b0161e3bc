/**
 * report.html: one file that loads nothing. It is complete without its script and on paper; with the script, charts and tables are
 * interactive. Its Content-Security-Policy allows its own style and script only, each by its digest.
 */
import { alikeAsOne } from '../text/alike.ts'
import { createHash } from 'node:crypto'
import type { MetricDefinition } from '../../sim/index.ts'
import { mainMetrics } from '../summary/main-metrics.ts'
import { frontSentence } from '../charts/tradeoff.ts'
import { formatNumber, plainText } from '../format.ts'
import { escapeHtml, htmlList, inlineSvg, variantAttribute } from './html.ts'
import { safeJson } from './data.ts'
import { effectsSection } from './effects.ts'
import { pageScript } from './script.ts'
import { servicesSection } from './services.ts'
import { tables } from './tables.ts'
import type { PageData } from './ways.ts'
import { answerOf } from '../text/answer.ts'
import { runsSection } from './runs.ts'
import { basis, contrastText, primarySentences } from '../text/sentences.ts'
import { STYLE } from './style.ts'
import { plannedReplications } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'

/** A chart as the page displays it without its script. */
export interface DrawnChart {
  readonly name: string
  readonly title: string
  readonly subtitle: readonly string[]
  readonly svg: string
}

/** What the page needs besides the summary. */
export interface PageParts {
  readonly charts: readonly DrawnChart[]
  /** The data of the script; null for a page without a script. */
  readonly data: PageData | null
  /** Notes on the creation of the report. */
  readonly notes: readonly string[]
}

/** Other metrics listed beside a verdict. */
const OTHER_METRICS = 4
/** Notes of single runs that are listed; further ones are counted. */
const MAX_NOTES = 40

/** The HTML of the page. */
export function page(summary: Summary, { charts, data, notes }: PageParts): string {
  const { study } = summary
  const hasScript = data !== null && charts.length > 0
  const script = hasScript ? pageScript() : ''
  // Allows the inline style and script by their digests and forbids all else: network, other scripts, eval, base, forms.
  const scripts = hasScript ? ` script-src 'sha256-${digest(script)}';` : ''
  const policy = `default-src 'none';${scripts} style-src 'sha256-${digest(STYLE)}'; base-uri 'none'; form-action 'none'`
  const effects = effectsSection(summary)
  const byService = servicesSection(study)
  const parts = [
    `<h1>${escapeHtml(study.name)}</h1>`,
    study.question.trim() === '' ? '' : `<p class="question">${escapeHtml(study.question)}</p>`,
    `<p class="answer">${escapeHtml(answerOf(summary))}</p>`,
    CONTENTS,
    '<div id="filter"></div>',
    verdicts(summary),
    warnings(summary),
    section('Set-up', htmlList(setup(study))),
    charts.length === 0
      ? ''
      : section(
          'Charts',
          charts.map((chart) => figure(chart, chart.name === 'slo-misses-against-cost' ? frontSentence(summary) : '')).join('\n'),
        ),
    effects === '' ? '' : section('Effects of the axes', effects),
    byService === '' ? '' : section('Services and calls', byService),
    section('Tables', tables(summary)),
    study.runs.length === 0 ? '' : section('Single runs', runsSection(summary)),
    section('Notes', allNotes(summary, notes)),
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
${withContents(parts.filter((part) => part !== '')).join('\n')}
</main>
${hasScript ? `<script type="application/json" id="data">${safeJson(data)}</script>\n<script>${script}</script>\n` : ''}</body>
</html>
`
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64')

const section = (title: string, body: string): string =>
  `<section id="${idOf(title)}" tabindex="-1">\n<h2>${escapeHtml(title)}</h2>\n${body}\n</section>`

const idOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')

/** Where the table of contents stands among the parts. */
const CONTENTS = '<contents>'

/** The parts with the table of contents made from the sections and charts that there are. */
function withContents(parts: readonly string[]): string[] {
  const sections = parts.flatMap((part) => /^<section id="([^"]*)"[^>]*>\n<h2>([^<]*)<\/h2>/.exec(part)?.slice(1, 3).map(String) ?? [])
  const charts = parts.flatMap((part) =>
    [...part.matchAll(/<figure class="card" id="([^"]*)"[^]*?<h3>([^<]*)<\/h3>/g)].map(
      ([, id, title]) => `<li><a href="#${id}">${title}</a></li>`,
    ),
  )
  const items: string[] = []
  for (let i = 0; i < sections.length; i += 2) {
    const below = sections[i] === 'charts' && charts.length > 0 ? `<ul>${charts.join('')}</ul>` : ''
    items.push(`<li><a href="#${sections[i]}">${sections[i + 1]}</a>${below}</li>`)
  }
  const contents = `<nav class="contents" aria-label="Contents"><ul>${items.join('')}</ul></nav>`
  return parts.map((part) => (part === CONTENTS ? contents : part))
}

function verdicts(summary: Summary): string {
  const { study } = summary
  // The answer above says all there is to say of one variant.
  if (study.variants.length < 2) return ''
  const primary = summary.row(0, study.primary)
  const items = primarySentences(summary).map((text, i) => {
    const verdict = summary.row(i + 1, study.primary).contrast?.verdict ?? 'inconclusive'
    const others = otherContrasts(summary, i + 1)
    return `<li class="${verdict}"${variantAttribute(i + 1)}>${escapeHtml(text)}${others === '' ? '' : `<br><span class="faint">${escapeHtml(others)}</span>`}</li>`
  })
  const note = `Primary metric: ${primary.metric.label} (${primary.metric.definition}); ${basis(summary)}; p-values corrected by Holm over ${items.length === 1 ? 'one contrast' : `${items.length} contrasts`}.`
  return section(
    'Verdicts',
    `<ul class="verdicts">\n${items.join('\n')}\n</ul>\n<p class="faint">${escapeHtml(note)} ${escapeHtml(rule(primary.metric, study))}</p>`,
  )
}

/** Contrasts of other main metrics: "cost -12.1 % [-12.9, -11.2], better; latency p99 ...". */
function otherContrasts(summary: Summary, variant: number): string {
  const others = mainMetrics(summary, OTHER_METRICS + 1).filter(({ id }) => id !== summary.study.primary)
  const texts = others.flatMap(({ id, label }) => {
    const { contrast, metric } = summary.row(variant, id)
    return contrast === null || contrast.pairs === 0 ? [] : [`${label} ${contrastText({ metric }, contrast)}, ${contrast.verdict}`]
  })
  return texts.length === 0 ? '' : `exploratory: ${texts.join('; ')}`
}

function warnings({ warnings: all }: Summary): string {
  if (all.length === 0) return ''
  return section(
    'Warnings',
    `<ul class="warnings">\n${all.map(({ text, variants }) => `<li${variants.length === 1 ? variantAttribute(variants[0]) : ''}>${escapeHtml(text)}</li>`).join('\n')}\n</ul>`,
  )
}

function rule(metric: MetricDefinition, study: Study): string {
  const margin =
    metric.comparison === 'points'
      ? `${study.margins.points} percentage ${study.margins.points === 1 ? 'point' : 'points'}`
      : metric.comparison === 'ratio'
        ? `${formatNumber(100 * study.margins.relative)} %`
        : `${formatNumber(100 * study.margins.relative)} % of the baseline's mean`
  return `Equivalent: the whole interval lies within ${margin}. Inconclusive does not mean "no difference"; more replications may decide.`
}

function setup(study: Study): string[] {
  const axes = study.axes.map((axis) => `${axis.name}: ${axis.values.join(', ')}`)
  const planned = plannedReplications(study)
  const fewest = Math.min(planned, ...(study.requested ?? []))
  const counts =
    fewest < planned ? `${fewest} to ${planned} replications` : `${planned} ${planned === 1 ? 'replication' : 'replications'} each`
  const runs = `${study.variants.length} ${study.variants.length === 1 ? 'variant' : 'variants'}, ${counts}, ${study.runs.length} ${study.runs.length === 1 ? 'run' : 'runs'} finished`
  const baseline = study.variants.length > 1 ? [`baseline: ${study.variants[0].label}`] : []
  return [...axes, runs, ...baseline, ...(study.setup ?? [])]
}

function figure({ name, title, subtitle, svg }: DrawnChart, remark: string): string {
  const caption = [...subtitle.map((text) => `${text}.`), ...(remark === '' ? [] : [remark])]
    .map((text) => `<p class="faint">${escapeHtml(text)}</p>`)
    .join('')
  return `<figure class="card" id="chart-${name}" tabindex="-1">
<div class="static">${inlineSvg(svg, name, `${title}: ${subtitle.join('; ')}`)}</div>
<figcaption><h3>${escapeHtml(title)}</h3>${caption}</figcaption>
</figure>`
}

function allNotes(summary: Summary, notes: readonly string[]): string {
  const { study } = summary
  const items = [...study.notes, ...notes, ...refusals(summary), ...runNotes(study)]
  return items.length === 0 ? '<p>Nothing was missing, refused or unfinished.</p>' : htmlList(items.map(plainText))
}

/** One line per metric and reason, with the variants concerned. */
function refusals(summary: Summary): string[] {
  const { study } = summary
  const lines = new Map<string, string[]>()
  for (const row of summary.rows) {
    if (row.missing === '') continue
    const key = `${row.metric.label}: ${row.missing}`
    lines.set(key, [...(lines.get(key) ?? []), study.variants[row.variant].short])
  }
  return alikeAsOne(lines).map(([text, variants]) =>
    variants.length === study.variants.length ? text : `${text} (${variants.join(', ')})`,
  )
}

/** Notes of single runs; equal ones, and those that differ in one number, are merged. */
function runNotes(study: Study): string[] {
  const runs = new Map<string, number[]>()
  study.runs.forEach(({ result }, run) => {
    for (const note of new Set(result.notes)) runs.set(note, [...(runs.get(note) ?? []), run])
  })
  const lines = alikeAsOne(runs)
    .map(([note, of]) => [note, new Set(of).size] as const)
    .map(([note, count]) => `${note} (${count === study.runs.length ? 'every run' : count === 1 ? '1 run' : `${count} runs`})`)
  return lines.length > MAX_NOTES
    ? [...lines.slice(0, MAX_NOTES), `and ${lines.length - MAX_NOTES} further notes of single runs, in the results of those runs`]
    : lines
}

function reproduce(study: Study): string {
  const { command, digest, version } = study.reproduce
  return `<pre>${escapeHtml(command)}</pre>\n<p class="faint">orchsim ${escapeHtml(version)}; digest of the experiment ${escapeHtml(digest)}. The same file and seed give the same bytes.</p>`
}

/**
 * The comparison that `orchsim run` prints: question, table, a sentence per contrast, effects, sparklines, warnings. ASCII except for
 * users' names and the sparklines; the same study, width and colour give the same bytes.
 */
import pc from 'picocolors'
import { answerOf } from './answer.ts'
import { mainMetrics } from '../summary/main-metrics.ts'
import { formatInterval, plainText, shortened, distinctNames, withUnit } from '../format.ts'
import { basis, effectSentence, primarySentences, SIGNS } from './sentences.ts'
import { SPARK_COLUMNS, sparksOf } from './sparkline.ts'
import type { Verdict } from '../statistics/contrast.ts'
import { scopesOf } from '../summary/scopes.ts'
import { summarise } from '../summary/summary.ts'
import type { Summary, SummaryRow } from '../summary/summary.ts'
import type { Warning } from '../summary/warnings.ts'
import type { Study } from '../study.ts'

/** What depends on the screen. */
export interface TextOptions {
  readonly colour: boolean
  /** Columns of the screen; the table leaves out metrics that do not fit and says how many. Absent for piped output, then 120. */
  readonly width?: number
}

const WIDTH = 120
const MAX_METRICS = 8
/** Longer names lose their middle, as in the charts. */
const NAME_LIMIT = 44
/** Names are never cut below this length. */
const MIN_NAME = 12
const MAX_EFFECTS = 12
const MAX_SPARKS = 6
const SPARK_CELLS = 48
const GAP = '   '

/** The whole text, ending in a line feed. */
export function comparisonText(study: Study, { colour, width = WIDTH }: TextOptions): string {
  const summary = summarise(study)
  const paint = painter(colour)
  const lines: string[] = []
  if (study.question.trim() !== '') lines.push(plainText(study.question))
  // With two variants the sentence below the table is the answer.
  if (study.variants.length > 2 || study.selection !== undefined) lines.push(...wrapped(answerOf(summary).split(' '), width, ' '))
  if (lines.length > 0) lines.push('')
  lines.push(...comparison(summary, width, paint))
  const sentences = primarySentences(summary)
  if (sentences.length > 0) {
    lines.push('', `${shortened(basis(summary), 160)}:`)
    sentences.forEach((text, i) => lines.push(`  ${paint.verdict(summary.row(i + 1, study.primary).contrast?.verdict ?? null, text)}`))
  } else {
    const { missing } = summary.row(0, study.primary)
    if (missing !== '') lines.push('', `${study.primary}: ${plainText(missing)}`)
  }
  const isBeside = ({ kind }: Warning): boolean => kind === 'unplaced' || kind === 'equal'
  const beside = summary.warnings.filter(isBeside)
  for (const { text } of beside) lines.push(`  ${paint.warning('warning:')} ${plainText(text)}`)
  if (scopesOf(study).length > 0) lines.push('', 'metrics of each service and call: services.csv, report.html')
  lines.push(...effects(summary, paint), ...overTime(study, width, paint))
  const others = summary.warnings.filter((warning) => !isBeside(warning))
  if (others.length + study.notes.length > 0) lines.push('')
  for (const { text } of others) lines.push(`${paint.warning('warning:')} ${plainText(text)}`)
  for (const note of study.notes) lines.push(`note: ${plainText(note)}`)
  return `${lines.join('\n')}\n`
}

/** A cell in three parts, each aligned within its column: the number, the mark of the best mean, the verdict. */
interface CellText {
  readonly value: string
  readonly best: boolean
  readonly sign: string
  readonly verdict: Verdict | null
}

function comparison(summary: Summary, width: number, paint: Painter): string[] {
  const { study } = summary
  const metrics = mainMetrics(summary, MAX_METRICS)
  if (metrics.length === 0) return ['no metric has a value: nothing to compare']
  const columns = metrics.map((metric) => {
    const rows = study.variants.map((_, variant) => summary.row(variant, metric.id))
    const best = bestOf(rows)
    const primary = metric.id === study.primary
    const cells = rows.map((row, variant): CellText => ({ ...cell(row, primary), best: best.has(variant) }))
    return {
      head: withUnit(metric.label, metric.unit) + (primary ? ' *' : ''),
      left: primary && study.variants.length > 1,
      cells,
      texts: aligned(cells),
    }
  })
  const widths = columns.map(({ head, texts }) => Math.max(lengthOf(head), ...texts.map(lengthOf)))
  const free = width - widths[0] - GAP.length
  const names = distinctNames(
    study.variants.map((variant) => variant.short),
    Math.max(MIN_NAME, Math.min(NAME_LIMIT, free)),
  )
  const first = Math.max('variant'.length, ...names.map(lengthOf))
  let used = first
  const shown = columns.filter((_, i) => (used += GAP.length + widths[i]) <= width || i === 0)
  const lines = [
    paint.strong(joined(['variant'.padEnd(first), ...shown.map(({ head, left }, i) => placed(head, widths[i], left))])),
    paint.faint(joined(['-'.repeat(first), ...shown.map((_, i) => '-'.repeat(widths[i]))])),
    ...names.map((name, variant) =>
      joined([
        placed(name, first, true),
        ...shown.map(({ texts, cells, left }, i) => paint.verdict(cells[variant].verdict, placed(texts[variant], widths[i], left))),
      ]),
    ),
  ]
  const halves = shown.some(({ cells }) => cells.some(({ value }) => /\+\/-|\[/.test(value)))
  const left = summary.present.length - shown.length
  const legend = [
    halves ? 'mean +/- half the 95 % interval, or mean [interval] where it is lopsided' : 'one replication, so no intervals',
    `* primary metric, all others are exploratory`,
    '< best mean of its column',
    ...(Object.keys(SIGNS) as Verdict[])
      .filter((verdict) => verdict !== 'changed' || shown.some(({ cells }) => cells.some((one) => one.verdict === 'changed')))
      .map((verdict) => `${SIGNS[verdict]} ${verdict}`),
    ...(left > 0 ? [`${left} more ${left === 1 ? 'metric' : 'metrics'} in summary.csv`] : []),
  ]
  return [...lines, '', ...wrapped(legend, width).map(paint.faint)]
}

/** Variants with the best mean; none when the metric has no better side, fewer than two means exist, or all are equal. */
function bestOf(rows: readonly SummaryRow[]): ReadonlySet<number> {
  const { better } = rows[0].metric
  const means = rows.map(({ mean }) => mean).filter((mean) => !Number.isNaN(mean))
  if (better === 'neither' || means.length < 2) return new Set()
  const [low, high] = [Math.min(...means), Math.max(...means)]
  if (low === high) return new Set()
  const best = better === 'lower' ? low : high
  return new Set(rows.flatMap(({ mean }, variant) => (mean === best ? [variant] : [])))
}

/** The primary metric gets its verdict as sign and word, the others as a sign only. */
function cell(row: SummaryRow, primary: boolean): Omit<CellText, 'best'> {
  const value = formatInterval(row)
  const verdict = row.contrast?.verdict ?? null
  if (verdict === null) return { value, verdict, sign: primary ? '  baseline' : '' }
  // No sign without a comparison.
  if (!primary && row.contrast?.pairs === 0) return { value, verdict: null, sign: '' }
  return { value, verdict, sign: primary ? `${SIGNS[verdict]} ${verdict}` : SIGNS[verdict] }
}

/** Aligned cells: numbers flush right, then the mark, then signs flush left. */
function aligned(cells: readonly CellText[]): string[] {
  const leading = Math.max(...cells.map(({ value }) => lengthOf(value)))
  const trailing = Math.max(...cells.map(({ sign }) => lengthOf(sign)))
  const marked = cells.some(({ best }) => best)
  return cells.map(({ value, best, sign }) => {
    const parts = [
      ' '.repeat(leading - lengthOf(value)) + value,
      ...(marked ? [best ? '<' : ' '] : []),
      ...(trailing > 0 ? [sign.padEnd(trailing)] : []),
    ]
    return parts.join(' ')
  })
}

function placed(text: string, width: number, left: boolean): string {
  const gap = ' '.repeat(width - lengthOf(text))
  return left ? text + gap : gap + text
}

const joined = (cells: readonly string[]): string => cells.join(GAP).trimEnd()

/** Parts joined by semicolons (or `mark`), with line breaks between parts where the width is reached. */
function wrapped(parts: readonly string[], width: number, mark = ';'): string[] {
  return parts.reduce<string[]>((lines, part, i) => {
    const text = i < parts.length - 1 ? `${part}${mark.trim()}` : part
    const last = lines[lines.length - 1]
    if (last === undefined || lengthOf(last) + 1 + lengthOf(text) > width) return [...lines, text]
    return [...lines.slice(0, -1), `${last} ${text}`]
  }, [])
}

/** Effects on the primary metric; none below two axes with several values. */
function effects({ study, effects: all }: Summary, paint: Painter): string[] {
  const own = all.find(({ metric }) => metric.id === study.primary)
  if (own === undefined) return []
  const list = [...own.main, ...own.interactions].filter(({ contrast }) => contrast.pairs > 0)
  if (list.length === 0) return []
  const left = list.length - MAX_EFFECTS
  return [
    '',
    'effects of the axes, each averaged over the others:',
    ...list.slice(0, MAX_EFFECTS).map((effect) => `  ${paint.verdict(effect.contrast.verdict, effectSentence(study, own, effect))}`),
    ...(left > 0 ? [`  and ${left} more in effects.csv`] : []),
  ]
}

function overTime(study: Study, width: number, paint: Painter): string[] {
  const names = distinctNames(
    study.variants.map((variant) => variant.short),
    24,
  ).slice(0, MAX_SPARKS)
  const first = Math.max('all'.length, ...names.map(lengthOf))
  const sparks = sparksOf(study, SPARK_COLUMNS, Math.max(8, Math.min(SPARK_CELLS, width - first - 5)))
  if (sparks.length === 0) return []
  const left = study.variants.length - names.length
  return [
    '',
    `over time, mean of replications${left > 0 ? ` (the first ${names.length} of ${study.variants.length} variants)` : ''}:`,
    ...sparks.flatMap(({ heading, lines }) => [`  ${paint.faint(heading)}`, ...sparkLines(lines, names, first)]),
  ]
}

/** One line when all variants are equal, as for demand; else one per variant. */
function sparkLines(lines: readonly string[], names: readonly string[], width: number): string[] {
  const alike = lines.length > 1 && lines.every((line) => line === lines[0])
  return lines
    .slice(0, alike ? 1 : names.length)
    .map((line, variant) => `    ${placed(alike ? 'all' : names[variant], width, true)} ${line}`)
}

/** Characters, not UTF-16 units: names may contain any character. */
const lengthOf = (text: string): number => Array.from(text).length

interface Painter {
  strong(text: string): string
  faint(text: string): string
  warning(text: string): string
  verdict(verdict: Verdict | null, text: string): string
}

function painter(colour: boolean): Painter {
  const colours = pc.createColors(colour)
  const same = (text: string): string => text
  const byVerdict: Readonly<Record<Verdict, (text: string) => string>> = {
    better: colours.green,
    worse: colours.red,
    changed: colours.yellow,
    equivalent: colours.cyan,
    inconclusive: same,
  }
  return {
    strong: colours.bold,
    faint: colours.dim,
    warning: colours.yellow,
    verdict: (verdict, text) => (verdict === null ? text : byVerdict[verdict](text)),
  }
}

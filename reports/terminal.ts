/** The comparison as text for the end of a run: what was asked, a table, a sentence per contrast. ASCII but for the users' own names. */
import pc from 'picocolors'
import { mainMetrics } from './charts/metrics.ts'
import { formatMean, plainText, shortened, distinctNames, withUnit } from './format.ts'
import { basis, primarySentences, SIGNS } from './sentences.ts'
import type { Verdict } from './statistics/contrast.ts'
import { summarise } from './summary.ts'
import type { SummaryRow } from './summary.ts'
import type { Study } from './study.ts'

const MOST_METRICS = 5
/** Names longer than this lose their middle, as in the charts. */
const NAME_LIMIT = 44

interface CellText {
  readonly text: string
  readonly verdict: Verdict | null
}

export function comparisonText(study: Study, { colour }: { colour: boolean }): string {
  const summary = summarise(study)
  const paint = painter(colour)
  const lines: string[] = []
  const metrics = mainMetrics(summary, MOST_METRICS)
  if (study.question.trim() !== '') lines.push(plainText(study.question), '')
  if (metrics.length === 0) {
    lines.push('no metric has a value: nothing to compare')
  } else {
    const names = distinctNames(study.variants.map((variant) => variant.short), NAME_LIMIT)
    const header = ['variant', ...metrics.map((metric, i) => withUnit(metric.label, metric.unit) + (i === 0 && metric.id === study.primary ? ' *' : ''))]
    const rows = names.map((name, i): CellText[] => [{ text: name, verdict: null }, ...metrics.map((metric) => cell(summary.row(i, metric.id), study.primary))])
    lines.push(...table(header, rows, paint))
    const halves = metrics.some((metric) => names.some((_, i) => !Number.isNaN(summary.row(i, metric.id).low)))
    lines.push('', paint.faint(`* primary metric; ${halves ? 'mean +/- half the 95 % interval' : 'one replication, so no intervals'}; ${legend()}`))
  }
  const sentences = primarySentences(summary)
  if (sentences.length > 0) {
    lines.push('', `${shortened(basis(summary), 160)}:`)
    sentences.forEach((text, i) => lines.push(`  ${paint.verdict(summary.row(i + 1, study.primary).contrast?.verdict ?? null, text)}`))
  } else {
    const { missing } = summary.row(0, study.primary)
    if (missing !== '') lines.push('', `${study.primary}: ${plainText(missing)}`)
  }
  for (const note of study.notes) lines.push(`note: ${plainText(note)}`)
  return `${lines.join('\n')}\n`
}

function legend(): string {
  return (Object.keys(SIGNS) as Verdict[]).filter((verdict) => verdict !== 'changed').map((verdict) => `${SIGNS[verdict]} ${verdict}`).join(', ')
}

/** The primary metric carries its verdict as sign and word; the others carry none, since they are exploratory. */
function cell(row: SummaryRow, primary: string): CellText {
  const value = formatMean(row.mean, (row.high - row.low) / 2)
  if (row.metric.id !== primary) return { text: value, verdict: null }
  const verdict = row.contrast?.verdict ?? null
  return { text: `${value}  ${verdict === null ? '  baseline' : `${SIGNS[verdict]} ${verdict}`}`, verdict }
}

/** Numbers to the right; the column of the primary metric to the left of its verdict, so that both parts stand in line. */
function table(header: readonly string[], rows: readonly (readonly CellText[])[], paint: Painter): string[] {
  const parts = rows.map((row) => row.map(({ text }) => text.split('  ')))
  const leading = header.map((_, column) => Math.max(...parts.map((row) => lengthOf(row[column][0]))))
  const texts = parts.map((row) => row.map((part, column) => {
    if (column === 0) return part[0]
    const rest = part.slice(1).join('  ')
    return `${' '.repeat(leading[column] - lengthOf(part[0]))}${part[0]}${rest === '' ? '' : `  ${rest}`}`
  }))
  const widths = header.map((head, column) => Math.max(lengthOf(head), ...texts.map((row) => lengthOf(row[column]))))
  const line = (cells: readonly string[], side: (column: number) => boolean): string[] =>
    cells.map((text, column) => {
      const gap = ' '.repeat(widths[column] - lengthOf(text))
      return side(column) ? text + gap : gap + text
    })
  const verdicts = rows[0].map((_, column) => parts.some((row) => row[column].length > 1))
  const left = (column: number): boolean => column === 0 || verdicts[column]
  const join = (cells: readonly string[]): string => cells.join('   ').trimEnd()
  return [
    paint.strong(join(line(header, left))),
    paint.faint(widths.map((width) => '-'.repeat(width)).join('   ')),
    ...texts.map((row, i) => join(line(row, left).map((text, column) => paint.verdict(rows[i][column].verdict, text)))),
  ]
}

/** Characters, not UTF-16 units: names may hold any. */
const lengthOf = (text: string): number => Array.from(text).length

interface Painter {
  strong(text: string): string
  faint(text: string): string
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
  return { strong: colours.bold, faint: colours.dim, verdict: (verdict, text) => (verdict === null ? text : byVerdict[verdict](text)) }
}


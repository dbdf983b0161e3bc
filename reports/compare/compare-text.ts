/** A comparison of two results folders as text: markdown for a pull request, lines for a terminal, plain data for `--json`. */
import type { ComparedRow, RunComparison } from './compare.ts'
import { formatMean, plainText, shortened, withUnit } from '../format.ts'
import { contrastText, contrastUnit, sentence } from '../text/sentences.ts'
import type { Verdict } from '../statistics/contrast.ts'

/** The names of the two folders. */
export interface ComparedNames {
  readonly before: string
  readonly after: string
}

/** Rows per table; more could exceed GitHub's limit of 65,536 characters per comment. */
const MAX_ROWS = 200

/** Markdown: a headline, the gated rows as a table, all others in a closed `<details>`, then notes. */
export function comparisonMarkdown(comparison: RunComparison, names: ComparedNames): string {
  const gated = comparison.rows.filter((row) => row.gated)
  const others = comparison.rows.filter((row) => !row.gated)
  const parts = [
    `### orchsim: ${escaped(names.after)} against ${escaped(names.before)}`,
    `**${headline(comparison)}**`,
    ...(gated.length > 0 ? [markdownTable(gated)] : []),
    ...(others.length > 0
      ? [
          `<details>\n<summary>${others.length} exploratory rows: not corrected for multiple tests, never a regression</summary>\n\n${markdownTable(others)}\n\n</details>`,
        ]
      : []),
    ...(remarks(comparison).length > 0
      ? [
          remarks(comparison)
            .map((text) => `- ${escaped(text)}`)
            .join('\n'),
        ]
      : []),
  ]
  return `${parts.join('\n\n')}\n`
}

/** One sentence: how many gated rows are regressions. */
export function headline({ rows, regressions }: RunComparison): string {
  const gated = rows.filter((row) => row.gated).length
  if (gated === 0) return 'nothing to compare: no gated metric has a value on both sides'
  if (regressions > 0)
    return `${regressions} of ${gated} gated rows ${regressions === 1 ? 'is a regression' : 'are regressions'} beyond the margin`
  return `no regression beyond the margin in ${gated} gated ${gated === 1 ? 'row' : 'rows'}`
}

const HEADER = ['variant', 'metric', 'before', 'after', 'change [95 % interval]', 'verdict']

function cells(row: ComparedRow): string[] {
  const { metric, before, after, contrast, variant, paired, runs } = row
  const n = runs[0] === runs[1] ? `n = ${runs[0]}` : `n = ${runs[0]} and ${runs[1]}`
  return [
    shortened(plainText(variant), 80),
    withUnit(metric.label, metric.unit),
    formatMean(before, NaN),
    formatMean(after, NaN),
    `${contrastText(row, contrast)} (${paired ? 'paired, ' : ''}${n})`,
    row.regression ? 'regression' : contrast.verdict,
  ]
}

function markdownTable(rows: readonly ComparedRow[]): string {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`
  const listed = rows.slice(0, MAX_ROWS).map((row) => {
    const texts = cells(row)
    texts[0] = escaped(texts[0])
    if (row.regression) texts[5] = `**${texts[5]}**`
    return line(texts)
  })
  const left = rows.length - listed.length
  return [line(HEADER), '| --- | --- | ---: | ---: | --- | --- |', ...listed, ...(left > 0 ? ['', `and ${left} further rows`] : [])].join(
    '\n',
  )
}

/** Escapes names from users' files, so that they cannot end a cell or become a link, a mention, an image or HTML. */
const escaped = (text: string): string =>
  plainText(text).replace(/[\\`*_{}[\]<>#!|~&@]|(?<=:)\/\//g, (found) =>
    Array.from(found, (character) => `&#${character.charCodeAt(0)};`).join(''),
  )

/** Text for a terminal, ASCII except for names: the gated rows, or all rows. */
export function comparisonLines(comparison: RunComparison, names: ComparedNames, { all = false } = {}): string {
  const rows = comparison.rows.filter((row) => all || row.gated)
  const texts = [HEADER, ...rows.map(cells)]
  const widths = HEADER.map((_, column) => Math.max(...texts.map((row) => Array.from(row[column]).length)))
  const lines = texts.map((row) =>
    row
      .map((text, column) => {
        const gap = ' '.repeat(widths[column] - Array.from(text).length)
        return column === 2 || column === 3 ? gap + text : text + gap
      })
      .join('   ')
      .trimEnd(),
  )
  const table = rows.length === 0 ? [] : [lines[0], widths.map((width) => '-'.repeat(width)).join('   '), ...lines.slice(1), '']
  return [
    `${plainText(names.after)} against ${plainText(names.before)}`,
    '',
    ...table,
    ...rows
      .filter(({ gated }) => gated)
      .map((row) => `${plainText(row.variant)}: ${sentence(row, row.contrast, names.after, names.before)}`),
    headline(comparison),
    ...remarks(comparison).map((text) => `note: ${plainText(text)}`),
    '',
  ].join('\n')
}

function remarks({ notes, onlyBefore, onlyAfter }: RunComparison): string[] {
  return [
    ...(onlyBefore.length > 0 ? [`only before: ${labels(onlyBefore)}`] : []),
    ...(onlyAfter.length > 0 ? [`only after: ${labels(onlyAfter)}`] : []),
    ...[...new Set(notes)].slice(0, 20),
  ]
}

const labels = (list: readonly string[]): string => `${list.slice(0, 5).join('; ')}${list.length > 5 ? ` and ${list.length - 5} more` : ''}`

/** The comparison as plain data; missing numbers are null. */
export interface PlainComparison {
  readonly version: 1
  readonly before: string
  readonly after: string
  readonly regressions: number
  readonly rows: readonly {
    readonly variant: string
    readonly metric: string
    readonly unit: string
    readonly paired: boolean
    readonly runs: readonly [number, number]
    readonly before: number | null
    readonly after: number | null
    readonly change: number | null
    readonly interval: readonly [number, number] | null
    readonly changeUnit: string
    readonly verdict: Verdict
    readonly reason: string
    readonly gated: boolean
    readonly regression: boolean
    readonly p: number | null
  }[]
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
  readonly notes: readonly string[]
}

/** The comparison as `compare --json` prints it. */
export function comparisonData(comparison: RunComparison, names: ComparedNames): PlainComparison {
  const number = (value: number): number | null => (Number.isFinite(value) ? value : null)
  const { regressions, onlyBefore, onlyAfter, notes } = comparison
  const rows = comparison.rows.map((row) => {
    const { variant, metric, paired, runs, contrast, gated, regression, p } = row
    const { low, high, difference, verdict, reason } = contrast
    return {
      variant,
      metric: metric.id,
      unit: metric.unit,
      paired,
      runs,
      before: number(row.before),
      after: number(row.after),
      change: number(difference),
      interval: Number.isFinite(low) && Number.isFinite(high) ? ([low, high] as const) : null,
      changeUnit: contrastUnit(row, contrast),
      verdict,
      reason,
      gated,
      regression,
      p,
    }
  })
  return { version: 1, ...names, regressions, rows, onlyBefore, onlyAfter, notes }
}

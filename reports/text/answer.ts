/** The answer to the question of a study in one or two sentences: what the page and the terminal say first. */
import { formatInterval, plainText } from '../format.ts'
import type { Verdict } from '../statistics/contrast.ts'
import type { Summary, SummaryRow } from '../summary/summary.ts'
import { sentence } from './sentences.ts'

/** Variants listed by name; more are counted. */
const MAX_NAMED = 3

/** Verdicts in the order of the sentence. */
const ORDER: readonly Verdict[] = ['better', 'worse', 'changed', 'equivalent', 'inconclusive']

/**
 * The answer. With one variant its value, with two the verdict, with more the count of each verdict and the sentence on the best variant; before it
 * the selected variant, where one was to be selected.
 */
export function answerOf(summary: Summary): string {
  const { selection } = summary.study
  return selection === undefined ? comparedText(summary) : `${plainText(selection)}. ${comparedText(summary)}`
}

function comparedText(summary: Summary): string {
  const { study } = summary
  if (study.variants.length === 0) return 'There is no variant, so there is no answer.'
  const rows = study.variants.map((_, variant) => summary.row(variant, study.primary))
  const { metric } = rows[0]
  if (rows.every(({ n }) => n === 0)) {
    const reason = rows.find(({ missing }) => missing !== '')?.missing
    return `There is no answer: no run has a value of ${metric.label}${reason === undefined ? '' : ` (${plainText(reason)})`}.`
  }
  if (rows.length === 1) {
    const unit = metric.unit === '1' ? '' : ` ${metric.unit}`
    return `There is one variant, so nothing is compared. ${metric.label}: ${formatInterval(rows[0], '±')}${unit}.`
  }
  const others = rows.slice(1)
  const foremost = foremostOf(others)
  const repeated = sentence(foremost, contrastOf(foremost), study.variants[foremost.variant].short, study.variants[0].short)
  if (others.length === 1) return repeated
  const counts = ORDER.flatMap((verdict) => {
    const found = others.filter(({ contrast }) => contrast?.verdict === verdict)
    return found.length === 0
      ? []
      : [`${found.length === others.length ? 'all are' : countText(found.length)} ${verdict}${names(summary, found)}`]
  })
  return `In ${metric.label}, of ${others.length} variants compared with ${plainText(study.variants[0].short)}, ${counts.join(', ')}. ${repeated}`
}

const countText = (count: number): string => (count === 1 ? '1 is' : `${count} are`)

function names({ study }: Summary, rows: readonly SummaryRow[]): string {
  if (rows.length > MAX_NAMED) return ''
  return ` (${rows.map(({ variant }) => plainText(study.variants[variant].short)).join('; ')})`
}

const contrastOf = ({ contrast }: SummaryRow) => {
  if (contrast === null) throw new TypeError('the baseline has no contrast')
  return contrast
}

/** The row that the second sentence is about: the best of the better ones, else the largest change of the first verdict there is. */
function foremostOf(rows: readonly SummaryRow[]): SummaryRow {
  const rank = ({ contrast }: SummaryRow): number => ORDER.indexOf(contrast?.verdict ?? 'inconclusive')
  const size = ({ contrast }: SummaryRow): number => Math.abs(contrast?.difference ?? 0) || 0
  return rows.reduce((first, row) => (rank(row) < rank(first) || (rank(row) === rank(first) && size(row) > size(first)) ? row : first))
}

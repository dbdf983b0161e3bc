/** summary.csv: one row per variant and metric, in plan order and the order of METRICS. reports/README.md explains the columns. */
import { contrastUnit } from '../text/sentences.ts'
import type { Summary } from '../summary/summary.ts'
import { csvOf } from './csv.ts'
import type { Rows } from './csv.ts'

const HEADER = [
  'variant',
  'metric',
  'unit',
  'better',
  'n',
  'mean',
  'sd',
  'low',
  'high',
  'pooled',
  'comparison',
  'pairs',
  'difference',
  'difference low',
  'difference high',
  'difference unit',
  'margin',
  'p',
  'p Holm',
  'verdict',
  'kind',
  'reason',
]

/** The table. */
export function summaryRows(summary: Summary): Rows {
  const { study } = summary
  const rows = summary.rows.map((row) => {
    const { contrast, metric } = row
    const own = [
      study.variants[row.variant].label,
      metric.id,
      metric.unit,
      metric.better,
      row.n,
      row.mean,
      row.sd,
      row.low,
      row.high,
      row.pooled,
    ]
    const kind = metric.id === study.primary ? 'primary' : 'exploratory'
    if (contrast === null) {
      return [
        ...studyValues(summary, row.variant),
        ...own,
        metric.comparison,
        null,
        null,
        null,
        null,
        '',
        null,
        null,
        null,
        'baseline',
        kind,
        row.missing,
      ]
    }
    const reasons = [contrast.reason, row.missing].filter((reason) => reason !== '').join('; ')
    return [
      ...studyValues(summary, row.variant),
      ...own,
      contrast.comparison,
      contrast.pairs,
      contrast.difference,
      contrast.low,
      contrast.high,
      contrastUnit(row, contrast),
      contrast.margin,
      contrast.p,
      contrast.adjusted,
      contrast.verdict,
      kind,
      reasons,
    ]
  })
  return { header: [...study.axes.map((axis) => axis.name), ...HEADER], rows }
}

function studyValues(summary: Summary, variant: number): readonly string[] {
  return summary.study.variants[variant].values
}

/** summary.csv as text. */
export const summaryCsv = (summary: Summary): string => csvOf(summaryRows(summary))

/** services.csv: one row per service or call, metric and variant. reports/README.md explains the columns. */
import { scopeRows } from '../summary/scopes.ts'
import type { Study } from '../study.ts'
import { contrastUnit } from '../text/sentences.ts'
import { csvOf } from './csv.ts'
import type { Rows } from './csv.ts'

const HEADER = [
  'kind',
  'name',
  'variant',
  'metric',
  'unit',
  'better',
  'n',
  'mean',
  'low',
  'high',
  'comparison',
  'pairs',
  'difference',
  'difference low',
  'difference high',
  'difference unit',
  'verdict',
  'reason',
]

/** The table; without rows when the runs have one service and no call. */
export function servicesRows(study: Study): Rows {
  const rows = scopeRows(study).map((row) => {
    const { scope, variant, metric, n, mean, low, high, contrast, missing } = row
    const { label, values } = study.variants[variant]
    const against =
      contrast === null
        ? [metric.comparison, null, null, null, null, '', 'baseline', missing]
        : [
            contrast.comparison,
            contrast.pairs,
            contrast.difference,
            contrast.low,
            contrast.high,
            contrastUnit(row, contrast),
            contrast.verdict,
            [contrast.reason, missing].filter((reason) => reason !== '').join('; '),
          ]
    return [...values, scope.kind, scope.name, label, metric.id, metric.unit, metric.better, n, mean, low, high, ...against]
  })
  return { header: [...study.axes.map((axis) => axis.name), ...HEADER], rows }
}

/** services.csv as text, '' without rows. */
export function servicesCsv(study: Study): string {
  const table = servicesRows(study)
  return table.rows.length === 0 ? '' : csvOf(table)
}

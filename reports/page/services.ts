/** The section about services and calls: one table of each, a row per name and variant. */
import { formatMean, withUnit } from '../format.ts'
import { scopeRows } from '../summary/scopes.ts'
import type { ScopeRow } from '../summary/scopes.ts'
import type { Study } from '../study.ts'
import { htmlList, htmlTable } from './html.ts'
import type { HtmlRow } from './html.ts'

/** Columns that every table has when some row has a value; others only where a value differs from 0. */
const MAIN: ReadonlySet<string> = new Set(['requests', 'latency-mean', 'latency-p50', 'latency-p99', 'requests-per-pod'])
/** Values that say nothing unless they differ from this. */
const NORMAL: ReadonlyMap<string, number> = new Map([['retry-amplification', 1]])
const MAX_ROWS = 400

/** The HTML of the section, '' for runs of one service without calls. */
export function servicesSection(study: Study): string {
  const rows = scopeRows(study)
  if (rows.length === 0) return ''
  const parts = (['service', 'call'] as const).flatMap((kind) => {
    const own = rows.filter(({ scope }) => scope.kind === kind)
    return own.length === 0 ? [] : [tableOf(study, kind, own)]
  })
  const metrics = [...new Map(rows.map(({ metric }) => [metric.id, metric])).values()]
  const definitions = metrics.map((metric) => `${withUnit(metric.label, metric.unit)}: ${metric.definition}`)
  parts.push(`<details>\n<summary>What the columns mean</summary>\n${htmlList(definitions)}\n</details>`)
  return parts.join('\n')
}

function tableOf(study: Study, kind: 'service' | 'call', rows: readonly ScopeRow[]): string {
  const metrics = [...new Map(rows.map(({ metric }) => [metric.id as string, metric])).values()].filter(({ id }) =>
    rows.some(
      ({ metric, mean }) =>
        metric.id === id && !Number.isNaN(mean) && (MAIN.has(id) || id.startsWith('latency-p') || mean !== (NORMAL.get(id) ?? 0)),
    ),
  )
  const cells = new Map(rows.map((row) => [`${row.scope.name} ${row.variant} ${row.metric.id}`, row]))
  const names = [...new Set(rows.map(({ scope }) => scope.name))]
  const lines = names.flatMap((name) =>
    study.variants.map((variant, i): HtmlRow => ({
      variant: i,
      cells: [
        name,
        variant.short,
        ...metrics.map(({ id }) => {
          const row = cells.get(`${name} ${i} ${id}`)
          return row === undefined || row.n === 0 ? '-' : { text: formatMean(row.mean, (row.high - row.low) / 2, '±'), value: row.mean }
        }),
      ],
    })),
  )
  const shown = lines.slice(0, MAX_ROWS)
  const what = kind === 'service' ? 'Services: all requests to each, from outside and from other services' : 'Calls: caller->called service'
  const cut = lines.length > shown.length ? `; the first ${shown.length} of ${lines.length} rows, services.csv has all` : ''
  return htmlTable(
    `${what}; mean and half the 95 % interval over replications${cut}`,
    [kind, 'variant', ...metrics.map(({ label, unit }) => withUnit(label, unit))],
    shown,
  )
}

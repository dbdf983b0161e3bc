/** events.csv: what `kubectl get events` would have listed, of the first replication of each variant that keeps events. */
import type { Study } from '../study.ts'
import { csvOf, type Rows } from './csv.ts'

const HEADER = ['variant', 'first [s]', 'last [s]', 'count', 'type', 'reason', 'kind', 'object', 'message']

/** The table; without rows when no run keeps events. */
export function eventsRows({ runs, variants }: Study): Rows {
  const rows = runs.flatMap(({ variant, result }) =>
    (result.objectEvents?.list ?? []).map(({ first, last, count, type, reason, kind, name, message }) => [
      variants[variant].label,
      first,
      last,
      count,
      type,
      reason,
      kind,
      name,
      message,
    ]),
  )
  return { header: HEADER, rows }
}

/** events.csv as text; empty when no run keeps events. */
export function eventsCsv(study: Study): string {
  return study.runs.some(({ result }) => result.objectEvents !== undefined) ? csvOf(eventsRows(study)) : ''
}

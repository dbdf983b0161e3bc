/** decisions.csv: a sample of the scheduling decisions of the first replication of each variant that keeps them. */
import type { Study } from '../study.ts'
import { csvOf, type Rows } from './csv.ts'

const HEADER = [
  'variant',
  'time [s]',
  'scheduler',
  'owner',
  'pod',
  'created [s]',
  'cpu [millicores]',
  'memory [bytes]',
  'outcome',
  'node',
  'why',
  'one of',
]

/** The table; without rows when no run keeps decisions. */
export function decisionsRows({ runs, variants }: Study): Rows {
  const rows = runs.flatMap(({ variant, result: { decisions } }) =>
    (decisions?.list ?? []).map(({ time, scheduler, owner, pod, created, cpu, memory, outcome, node, why }) => [
      variants[variant].label,
      time,
      scheduler,
      owner,
      pod,
      created,
      cpu,
      memory,
      outcome,
      node < 0 ? null : node,
      why,
      decisions!.every,
    ]),
  )
  return { header: HEADER, rows }
}

/** decisions.csv as text; empty when no run keeps decisions. */
export function decisionsCsv(study: Study): string {
  return study.runs.some(({ result }) => result.decisions !== undefined) ? csvOf(decisionsRows(study)) : ''
}

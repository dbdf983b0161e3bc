/** How many pods wait longer than x for a node, all replications of a variant merged. Pods that never got one count with their wait until the end. */
import { Histogram } from '../../sim/metrics/histogram.ts'
import { formatNumber } from '../format.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary.ts'
import { survivalOf, survivalView } from './survival.ts'
import { USUAL } from './theme.ts'
import type { Chart } from './theme.ts'

const MICROSECONDS = 1_000_000
const SUBJECT = { x: 'pending time [s]', y: 'pods that wait longer' }

export function pendingChart({ study }: Summary): Chart[] {
  const survival = survivalOf(study, study.variants.map((_, variant) => pooledPending(study, variant)), MICROSECONDS)
  if (survival === null) return []
  const n = plannedReplications(study)
  // Where nothing ever waited, a logarithmic axis has no place for it.
  const log = { x: survival.most > 0, y: false }
  return [{
    name: 'pending',
    title: 'Pending time of pods',
    subtitle: [`share of pods that wait longer from created to bound; ${formatNumber(survival.count)} pods in all, ${n === 1 ? '1 replication' : `${n} replications merged`} per variant`],
    usual: { ...USUAL, log },
    switches: log.x ? ['x', 'y'] : ['y'],
    time: 0,
    mostVariants: Infinity,
    fewVariants: 0,
    data: { pending: survival.rows },
    draw: (how) => survivalView(study, survival, 'pending', SUBJECT, how, 280),
  }]
}

function pooledPending(study: Study, variant: number): Histogram {
  const pooled = new Histogram()
  for (const { result } of runsOf(study, variant)) {
    if (result.pending !== undefined && result.pending.buckets.length > 0) pooled.merge(Histogram.fromSparse(result.pending))
  }
  return pooled
}

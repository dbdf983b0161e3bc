/** runs.csv: one row per run, every metric with its unit in the heading; an empty cell is a metric that does not apply or was refused. */
import type { MetricDefinition } from '../../sim/index.ts'
import { metricsOf } from '../study.ts'
import type { Study } from '../study.ts'
import { csvOf } from './csv.ts'
import type { Rows } from './csv.ts'

/** The table. */
export function runsRows(study: Study): Rows {
  const metrics = metricsOf(study)
  const header = [...study.axes.map((axis) => axis.name), 'variant', 'replication', 'seed', 'id', ...metrics.map(metricHeading), 'events']
  const rows = study.runs.map(({ variant, replication, seed, id, result }) => [
    ...study.variants[variant].values,
    study.variants[variant].label,
    replication,
    seed,
    id,
    ...metrics.map((metric) => result.metrics[metric.id] ?? null),
    result.events,
  ])
  return { header, rows }
}

/** The heading of a metric with its unit, "latency-p99 [ms]", so that a file with other units is refused. */
export const metricHeading = ({ id, unit }: MetricDefinition): string => `${id} [${unit}]`

/** runs.csv as text. */
export const runsCsv = (study: Study): string => csvOf(runsRows(study))

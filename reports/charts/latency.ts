/** Latency distributions: the share of requests slower than x, replications merged; in total and one panel per service. */
import { formatNumber } from '../format.ts'
import { pooledLatency } from '../summary/pooled.ts'
import { plannedReplications } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { survivalOf, survivalView } from './survival.ts'
import type { Survival } from './survival.ts'
import { columnsFor, panelTitle, USUAL } from './theme.ts'
import type { Chart, ChartSpec, How } from './theme.ts'

const MICROSECONDS = 1000
const MAX_SERVICES = 6
const SUBJECT = { x: 'latency [ms]', y: 'slower requests' }

interface Panel {
  readonly service: string
  readonly survival: Survival
}

/** The charts `latency` and, with several services, `latency-by-service`. */
export function latencyCharts(summary: Summary): Chart[] {
  const { study } = summary
  const all = survivalOf(
    study,
    study.variants.map((_, variant) => pooledLatency(study, variant)),
    { divisor: MICROSECONDS },
  )
  if (all === null) return []
  const single = chartOf('latency', 'Latency distribution', study, all.count, { latency: all.rows }, (how) =>
    survivalView(study, all, 'latency', SUBJECT, how, 380),
  )
  const services = [...new Set(study.runs.flatMap((run) => Object.keys(run.result.latencyByService)))]
  const panels = services.flatMap((service): Panel[] => {
    const survival = survivalOf(
      study,
      study.variants.map((_, variant) => pooledLatency(study, variant, service)),
      { divisor: MICROSECONDS, panels: services.length },
    )
    return survival === null ? [] : [{ service, survival }]
  })
  return panels.length > 1 ? [single, byService(study, all.count, panels)] : [single]
}

function byService(study: Study, requests: number, panels: readonly Panel[]): Chart {
  const shown = panels.slice(0, MAX_SERVICES)
  const title =
    panels.length > shown.length
      ? `Latency distribution of the first ${shown.length} of ${panels.length} services`
      : 'Latency distribution by service'
  const data = Object.fromEntries(shown.map(({ survival }, i) => [`service-${i + 1}`, survival.rows]))
  return chartOf('latency-by-service', title, study, requests, data, (how) => {
    const columns = columnsFor(how)
    const each = { ...how, width: columns === 1 ? how.width : how.width / 2 - 50 }
    return {
      columns,
      concat: shown.map(({ service, survival }, i) => ({
        title: panelTitle(service),
        ...survivalView(study, survival, `service-${i + 1}`, SUBJECT, each, 200),
      })),
    }
  })
}

function chartOf(name: string, title: string, study: Study, requests: number, data: Chart['data'], draw: (how: How) => ChartSpec): Chart {
  const n = plannedReplications(study)
  return {
    name,
    title,
    subtitle: [
      `share of requests slower than a latency; ${formatNumber(requests)} requests in total, ${n === 1 ? '1 replication' : `${n} replications merged`} per variant`,
    ],
    usual: { ...USUAL, log: { x: true, y: true } },
    switches: ['x', 'y'],
    time: 0,
    maxVariants: Infinity,
    fewVariants: 0,
    data,
    draw,
  }
}

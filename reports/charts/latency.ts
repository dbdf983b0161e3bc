/**
 * How many requests are slower than x, on logarithmic axes: the tail is where variants differ, and a density or a plain distribution
 * function hides it. All replications of a variant are merged; a line ends where fewer than ten requests are left beyond it.
 */
import type { Histogram } from '../../sim/metrics/histogram.ts'
import { formatNumber } from '../format.ts'
import { pooledLatency } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { plannedReplications } from '../study.ts'
import { heading, LINE_WIDTH, looksOf, panelTitle, rounded, topLevel, WIDTH } from './theme.ts'
import type { Chart, ChartSpec, Json, Looks } from './theme.ts'

/** Points of a line. */
const POINTS = 240
const LEAST_BEYOND = 10
const MICROSECONDS = 1000
const MOST_SERVICES = 6
/** Pixels at the right end for the names of quantiles. */
const LABEL_ROOM = 54

interface Panel {
  readonly rows: readonly ChartSpec[]
  readonly requests: number
  readonly fastest: number
  readonly slowest: number
  readonly rarest: number
}

export function latencyCharts(summary: Summary): Chart[] {
  const { study } = summary
  const looks = looksOf(study)
  const all = panelOf(summary, looks)
  if (all === null) return []
  const services = [...new Set(study.runs.flatMap((run) => Object.keys(run.result.latencyByService)))]
  const charts = [chartOf('latency', 'Latency distribution', summary, all.requests, single(all, looks))]
  const panels = services.flatMap((service) => {
    const panel = panelOf(summary, looks, service)
    return panel === null ? [] : [{ service, panel }]
  })
  if (panels.length > 1) {
    const shown = panels.slice(0, MOST_SERVICES)
    const title = panels.length > shown.length ? `Latency distribution of the first ${shown.length} of ${panels.length} services` : 'Latency distribution by service'
    const views = shown.map(({ service, panel }) => ({ title: panelTitle(service), ...view(panel, looks, WIDTH / 2 - 50, 200) }))
    charts.push(chartOf('latency-by-service', title, summary, all.requests, { columns: 2, concat: views }))
  }
  return charts
}

function chartOf(name: string, title: string, summary: Summary, requests: number, body: ChartSpec): Chart {
  const n = plannedReplications(summary.study)
  const subtitle = `share of requests slower than a latency; ${formatNumber(requests)} requests in all, ${n === 1 ? '1 replication' : `${n} replications merged`} per variant`
  return { name, title, spec: topLevel(heading(title, [subtitle]), `${title}: ${subtitle}`, body) }
}

function panelOf(summary: Summary, looks: Looks, service?: string): Panel | null {
  const rows: ChartSpec[] = []
  let requests = 0
  let fastest = Infinity
  let slowest = 0
  let rarest = 1
  looks.names.forEach((name, variant) => {
    const latency = pooledLatency(summary.study, variant, service)
    requests += latency.count
    for (const { milliseconds, beyond } of survival(latency)) {
      rows.push({ variant: name, width: looks.widths[variant], ms: rounded(milliseconds), beyond: rounded(beyond) })
      fastest = Math.min(fastest, milliseconds)
      slowest = Math.max(slowest, milliseconds)
      rarest = Math.min(rarest, beyond)
    }
  })
  return rows.length === 0 ? null : { rows, requests, fastest, slowest, rarest }
}

/** Steps of equal ratio in the share beyond, so that each decade of the tail gets the same number of points. */
function survival(latency: Histogram): { milliseconds: number; beyond: number }[] {
  if (latency.count === 0) return []
  const least = Math.min(0.5, LEAST_BEYOND / latency.count)
  const points: { milliseconds: number; beyond: number }[] = []
  let before = -1
  for (let i = 0; i < POINTS; i++) {
    const beyond = Math.exp((Math.log(least) * i) / (POINTS - 1))
    const milliseconds = latency.quantile(Math.max(0, 1 - beyond)) / MICROSECONDS
    // No logarithm of zero; and a quantile that repeats is the same bucket, of which the last point says all.
    if (milliseconds <= 0) continue
    if (milliseconds === before) points.pop()
    points.push({ milliseconds, beyond })
    before = milliseconds
  }
  return points
}

const single = (panel: Panel, looks: Looks): ChartSpec => view(panel, looks, WIDTH, 380)

function view(panel: Panel, looks: Looks, width: number, height: number): ChartSpec {
  const x = decades(panel.fastest, panel.slowest, LABEL_ROOM / width, width < WIDTH ? [1, 3] : [1, 2, 5])
  const shares = [1, 0.5, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001].filter((share) => share >= panel.rarest / 1.0001 || share === 1)
  const line: ChartSpec = {
    mark: { type: 'line' },
    encoding: {
      x: {
        field: 'ms', type: 'quantitative', title: 'latency [ms], logarithmic',
        scale: { type: 'log', domain: [x.low, x.high], nice: false },
        axis: { values: x.ticks, labelExpr: "format(datum.value, ',~r')", grid: true },
      },
      y: {
        field: 'beyond', type: 'quantitative', title: 'slower requests [%], logarithmic',
        scale: { type: 'log', domain: [panel.rarest, 1], nice: false },
        axis: { values: shares, labelExpr: "format(datum.value * 100, '~r')" },
      },
      color: looks.colour,
      strokeDash: looks.dash,
      strokeWidth: LINE_WIDTH,
    },
  }
  const marks: Json[] = [
    { share: 0.5, name: 'p50' },
    { share: 0.01, name: 'p99' },
    { share: 0.001, name: 'p99.9' },
  ].filter(({ share }) => share >= panel.rarest)
  const names: ChartSpec = {
    data: { values: marks },
    mark: { type: 'text', align: 'right', dx: -4, baseline: 'bottom', dy: -3, fontSize: 11, color: '#59636e' },
    encoding: { x: { value: width }, y: { field: 'share', type: 'quantitative' }, text: { field: 'name' } },
  }
  return { width, height, layer: [{ data: { values: panel.rows }, ...line }, names] }
}

/** A domain just around the values with a share of room to the right, and ticks at round numbers within it. */
function decades(fastest: number, slowest: number, room: number, steps: readonly number[]): { low: number; high: number; ticks: number[] } {
  const low = fastest / 1.1
  const end = Math.max(slowest, low * 2)
  const high = end * Math.exp((Math.log(end / low) * room) / (1 - room))
  const ticks: number[] = []
  for (let exponent = -3; exponent <= 9; exponent++) {
    // Read from text, so that 3e-1 is 0.3 and not 3 * 0.1.
    for (const step of steps) {
      const tick = Number(`${step}e${exponent}`)
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  // Many decades: keep the powers of ten only.
  const shown = ticks.length > 14 ? ticks.filter((tick) => String(tick).replace(/[0.]/g, '') === '1' || /^1e/.test(String(tick))) : ticks
  return { low: rounded(low), high: rounded(high), ticks: shown }
}

/** The pair to read first: what is missed against what is paid. Small dots are replications, the large one their mean with both intervals. */
import { metricById } from '../../sim/metrics/standard.ts'
import { withUnit } from '../format.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Summary } from '../summary.ts'
import { heading, looksOf, rounded, topLevel, WIDTH } from './theme.ts'
import type { Chart, ChartSpec } from './theme.ts'

const MISSES = 'slo-misses'
const COST = 'cost'

export function tradeoffChart(summary: Summary): Chart[] {
  const { study } = summary
  const looks = looksOf(study)
  const means: ChartSpec[] = []
  const dots: ChartSpec[] = []
  looks.names.forEach((variant, i) => {
    const [x, y] = [summary.row(i, COST), summary.row(i, MISSES)]
    if (x.n === 0 || y.n === 0) return
    const end = (value: number, mean: number): number => rounded(Number.isNaN(value) ? mean : value)
    means.push({
      variant, x: rounded(x.mean), y: rounded(y.mean),
      left: end(x.low, x.mean), right: end(x.high, x.mean),
      bottom: Math.max(0, end(y.low, y.mean)), top: end(y.high, y.mean),
    })
    for (const { result } of runsOf(study, i)) {
      const [cost, misses] = [result.metrics[COST], result.metrics[MISSES]]
      if (typeof cost === 'number' && typeof misses === 'number') dots.push({ variant, x: rounded(cost), y: rounded(misses) })
    }
  })
  if (means.length === 0) return []
  const xs = [...means.flatMap((m) => [m.left, m.right]), ...dots.map((d) => d.x)] as number[]
  const [low, high] = [Math.min(...xs), Math.max(...xs)]
  const air = Math.max(0.08 * (high - low), 0.01 * high) || 1
  const xScale: ChartSpec = { domain: [rounded(Math.max(0, low - air)), rounded(high + air)], nice: true, zero: false }
  const axis: ChartSpec = { tickCount: 8, labelExpr: "format(datum.value, ',~r')" }
  const heads = { x: titleOf(COST), y: titleOf(MISSES) }
  const x = (field: string): ChartSpec => ({ field, type: 'quantitative', title: heads.x, scale: xScale, axis })
  const ys = [...means.map((m) => m.top), ...dots.map((d) => d.y)] as number[]
  const yScale: ChartSpec = Math.max(...ys) > 0 ? { zero: true, nice: true } : { domain: [0, 1] }
  const y = (field: string): ChartSpec => ({ field, type: 'quantitative', title: heads.y, scale: yScale, axis: { ...axis, tickCount: 6 } })
  const line: ChartSpec = { type: 'rule', strokeWidth: 1.5 }
  const n = plannedReplications(study)
  const title = 'SLO misses against cost'
  const subtitle = `lower left is better; ${n === 1 ? 'one replication' : `mean with 95 % intervals over ${n} replications, each a small dot`}`
  const body: ChartSpec = {
    width: WIDTH,
    height: 360,
    layer: [
      { data: { values: dots }, mark: { type: 'point', filled: true, size: 22, opacity: 0.4 }, encoding: { x: x('x'), y: y('y'), color: looks.colour, shape: looks.shape } },
      { data: { values: means }, mark: line, encoding: { x: x('left'), x2: { field: 'right' }, y: y('y'), color: looks.colour } },
      { data: { values: means }, mark: line, encoding: { x: x('x'), y: y('bottom'), y2: { field: 'top' }, color: looks.colour } },
      {
        data: { values: means },
        mark: { type: 'point', filled: true, size: 130, opacity: 1, stroke: '#ffffff', strokeWidth: 1 },
        encoding: { x: x('x'), y: y('y'), color: looks.colour, shape: looks.shape },
      },
    ],
  }
  return [{ name: 'slo-misses-against-cost', title, spec: topLevel(heading(title, [subtitle]), `${title}: ${subtitle}`, body) }]
}

function titleOf(id: string): string {
  const metric = metricById(id)
  return metric === undefined ? id : withUnit(metric.label, metric.unit)
}

/** Nodes with pods against the fewest nodes that could hold them, one row per variant: the distance is what tighter packing could save. */
import { formatInterval } from '../format.ts'
import { intervalOf } from '../statistics/interval.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { looksOf, tooltipText, PLAIN_LABELS, rounded, ticksFor, tooltipNumber, USUAL, widestOf } from './theme.ts'
import type { Chart, ChartSpec, How, Json } from './theme.ts'

/** The chart `packing`; none without samples of nodes in use. */
export function packingChart({ study }: Summary): Chart[] {
  const { names } = looksOf(study)
  const rows = names.flatMap((variant, i): ChartSpec[] => {
    const means = runsOf(study, i).flatMap(({ result }) => timeMeans(result.series) ?? [])
    if (means.length === 0) return []
    const used = intervalOf(
      means.map((mean) => mean.used),
      { scale: 'log' },
    )
    const fewest = intervalOf(means.map((mean) => mean.fewest))
    const end = (value: number): number => rounded(Number.isNaN(value) ? used.mean : value)
    return [
      {
        variant,
        used: rounded(used.mean),
        low: end(used.low),
        high: end(used.high),
        fewest: rounded(fewest.mean),
        gap: rounded(used.mean / fewest.mean - 1),
        n: means.length,
        interval: formatInterval(used, '±'),
      },
    ]
  })
  if (rows.length === 0) return []
  const n = plannedReplications(study)
  return [
    {
      name: 'packing',
      title: 'Packing: nodes with pods against the fewest possible',
      subtitle: [
        `dot: nodes with pods, time mean over the window${n === 1 ? ', one replication' : `, mean and 95 % interval over ${n} replications`}`,
        'bar: the fewest nodes that could hold the same pods, resource by resource (continuous lower bound)',
      ],
      usual: USUAL,
      switches: [],
      time: 0,
      maxVariants: Infinity,
      fewVariants: 0,
      data: { packing: rows },
      draw: (how) => drawn(study, rows, how),
    },
  ]
}

/** Means over the samples with placed pods; null when there are none. */
function timeMeans(series: Study['runs'][number]['result']['series']): { used: number; fewest: number } | null {
  const column = (name: string): ArrayLike<number | string> => series.columns.find((c) => c.name === name)?.values ?? []
  const [usedAt, fewestAt] = [column('in-use'), column('fewest')]
  let used = 0
  let fewest = 0
  let samples = 0
  for (let row = 0; row < usedAt.length; row++) {
    const bound = Number(fewestAt[row])
    if (!(bound > 0)) continue
    used += Number(usedAt[row])
    fewest += bound
    samples++
  }
  return samples === 0 ? null : { used: used / samples, fewest: fewest / samples }
}

function drawn(study: Study, rows: readonly ChartSpec[], how: How): ChartSpec {
  const looks = looksOf(study, how)
  const beside = how.width < 480 ? 0 : widestOf(looks.names, 11)
  const legend: ChartSpec = beside === 0 ? {} : { legend: null }
  const values = rows.flatMap((row) => [row.fewest, row.low, row.high] as number[])
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const padding = Math.max(0.06 * (high - low), 0.01 * high)
  const scale: ChartSpec = { domain: [rounded(Math.max(0, low - padding)), rounded(high + padding)], nice: true, zero: false }
  const x = (field: string): ChartSpec => ({
    field,
    type: 'quantitative',
    title: 'nodes',
    scale,
    axis: { tickCount: 6, labelExpr: PLAIN_LABELS, ...ticksFor('nodes') },
  })
  const y: ChartSpec = {
    field: 'variant',
    type: 'nominal',
    sort: null,
    title: null,
    scale: { domain: looks.names },
    axis:
      beside === 0
        ? { labels: false, grid: true, gridDash: [1, 3] }
        : { labelLimit: 400, labelColor: '#1f2328', labelOverlap: false, grid: true, gridDash: [1, 3] },
  }
  const colour: ChartSpec = { ...looks.colour, ...legend }
  const tooltip = [
    tooltipText('variant'),
    tooltipText('interval', 'nodes with pods'),
    tooltipNumber('fewest', 'fewest possible'),
    { field: 'gap', type: 'quantitative', title: 'gap', format: '.3~%' },
    tooltipNumber('n', 'replications'),
  ]
  const layer: Json[] = [
    { mark: { type: 'rule', strokeWidth: 1, strokeDash: [2, 2] }, encoding: { x: x('fewest'), x2: { field: 'used' }, y, color: colour } },
    { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { x: x('low'), x2: { field: 'high' }, y, color: colour } },
    { mark: { type: 'tick', thickness: 2.5, size: 14, opacity: 1 }, encoding: { x: x('fewest'), y, color: colour } },
    {
      mark: { type: 'point', filled: true, size: 75, opacity: 1 },
      encoding: { x: x('used'), y, color: colour, shape: { ...looks.shape, ...legend }, tooltip },
    },
  ]
  return { width: beside === 0 ? how.width : Math.max(230, how.width - beside), height: { step: 24 }, data: { name: 'packing' }, layer }
}

/** The chart of a trace: its rate over time, and the distribution function of each spread. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  chartName,
  CONFIG,
  formatFixed,
  formatNumber,
  heading,
  panelTitle,
  plainText,
  renderPng,
  renderSvg,
  rounded,
  WIDTH,
  withUnit,
  type ChartSpec,
} from '../../reports/index.ts'
import type { Spreading, TraceFacts } from '../../workloads/index.ts'

/** Units of the time axis [s]; the largest of which the trace has at least two is used. */
const UNITS: readonly (readonly [string, number])[] = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
  ['seconds', 1],
]
const COLUMNS = 3
const GAP = 60

/** The chart as a vega-lite specification. */
export function traceChart(facts: TraceFacts, name: string): ChartSpec {
  const { rate, spreads } = facts
  const [unit, seconds] = UNITS.find(([, length]) => facts.until - facts.from >= 2 * length) ?? ['seconds', 1]
  const start = facts.kind === 'rates' || facts.kind === 'usage' ? 0 : facts.from
  const bins = rate.bins.map((value, i) => ({ time: rounded((start + i * rate.width) / seconds), value: rounded(value) }))
  const what = facts.kind === 'usage' ? rate.of : `${rate.of} per second`
  const over = {
    title: panelTitle(`${what}, mean of ${formatNumber(rate.width)} s`),
    width: WIDTH,
    height: 200,
    data: { values: bins },
    mark: { type: 'area', interpolate: 'step-after', line: { strokeWidth: 1, color: '#0072b2' }, color: '#0072b2', opacity: 0.35 },
    encoding: {
      x: { field: 'time', type: 'quantitative', title: `time of the trace [${unit}]`, scale: { nice: false } },
      y: { field: 'value', type: 'quantitative', title: what },
    },
  }
  const width = Math.floor((WIDTH - (COLUMNS - 1) * GAP) / COLUMNS)
  const rows: ChartSpec[] = []
  // A constant has no chart; the table has its value.
  const drawn = spreads.filter(({ steps }) => steps.filter(([value]) => value > 0).length > 1)
  for (let i = 0; i < drawn.length; i += COLUMNS)
    rows.push({ hconcat: drawn.slice(i, i + COLUMNS).map((spread) => distribution(spread, width)) })
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: heading(chartName(plainText(name)), [
      `${formatFixed(facts.rows, 0)} rows of format ${facts.format}; C² is variance over squared mean`,
    ]),
    vconcat: [over, ...rows],
    config: CONFIG,
  }
}

/** Share of values up to x on a logarithmic axis, which begins at the share of zeros. */
function distribution(spread: Spreading, width: number): ChartSpec {
  const points = spread.steps.filter(([value]) => value > 0).map(([value, share]) => ({ value: rounded(value), share: rounded(share) }))
  return {
    title: panelTitle(`${spread.name}: mean ${formatNumber(spread.mean)}, C² ${formatNumber(spread.cv2)}`),
    width,
    height: 150,
    data: { values: points },
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2, color: '#d55e00' },
    encoding: {
      x: {
        field: 'value',
        type: 'quantitative',
        title: withUnit(plainText(spread.name), spread.unit),
        scale: { type: 'log', nice: false },
        axis: { tickCount: 4, format: '~s' },
      },
      y: { field: 'share', type: 'quantitative', title: 'share of at most x', scale: { domain: [0, 1] }, axis: { tickCount: 5 } },
    },
  }
}

/** Writes the chart to a folder, which is created if necessary, and returns the names of its files. */
export async function writeTraceChart(facts: TraceFacts, name: string, folder: string): Promise<string[]> {
  const spec = traceChart(facts, name)
  const { svg } = await renderSvg(spec)
  const png = await renderPng(svg)
  mkdirSync(folder, { recursive: true })
  const stem = `trace-${name.replace(/[^\w.-]+/g, '-')}`
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    [`${stem}.vl.json`, `${JSON.stringify(spec)}\n`],
    [`${stem}.svg`, `${svg}\n`],
    [`${stem}.png`, png],
  ]
  return files.map(([file, content]) => {
    writeFileSync(join(folder, file), content)
    return file
  })
}

/**
 * Heat maps of CPU requested and used by groups of neighbouring nodes over time, two per variant. Of one replication, since a mean over
 * several would blur them. Shares are in steps of ten percent, which can be distinguished by eye; consecutive samples of equal step are one
 * rectangle, which keeps the picture small. Actions and faults are lines over the map, on white ones, since the map has dark and light areas.
 */
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import type { NodeGrid } from '../../sim/index.ts'
import { labelLayers, markLayers, markNotes, markRows, marksOf } from './marks.ts'
import { labelsFor, labelsIn } from './replicas.ts'
import { PLAIN_LABELS, USUAL, columnsFor, looksOf, panelHeader, rounded, ticksFor, tooltipNumber, tooltipText } from './theme.ts'
import type { Chart, ChartSpec, How } from './theme.ts'

const MAX_VARIANTS = 4
/** Rows of a map: more groups are merged. With many variants maps have fewer rows, at least MIN_ROWS, to limit the total of cells. */
const MAX_ROWS = 25
const MIN_ROWS = 10
const MAX_CELLS = 16_000
const STEP = 10
/** Cividis (Nuñez, Anderton, Renslow 2018), ten steps: even in lightness, the same to the colour-blind. */
const COLOURS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838']

const MAPS = [
  { key: 'requested', of: (grid: NodeGrid) => grid.allocation },
  { key: 'used', of: (grid: NodeGrid) => grid.usage },
] as const

/** The chart `nodes`; none when no run has a grid of nodes. */
export function nodesChart({ study }: Summary): Chart[] {
  const { names } = looksOf(study)
  const grids = names.map((_, variant) => runsOf(study, variant).find(({ result }) => result.nodeGrid !== undefined)?.result.nodeGrid)
  const longest = Math.max(...grids.map((grid) => (grid === undefined ? 0 : endOf(grid))))
  if (!(longest > 0)) return []
  const [unit, seconds] = longest > 3 * 3600 ? (['h', 3600] as const) : longest > 300 ? (['min', 60] as const) : (['s', 1] as const)
  const samples = grids.reduce((sum, grid) => sum + (grid?.times.length ?? 0), 0)
  const maxRows = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(MAX_CELLS / (MAPS.length * samples))))
  const marks = marksOf(study)
  const axis = { from: 0, to: longest, seconds }
  const rows = names.flatMap((variant, i) => {
    const grid = grids[i]
    if (grid === undefined) return []
    const own = marks.filter((mark) => mark.variants.includes(i))
    const lines = [...markRows(own, axis), ...labelsFor(own, axis)]
    return MAPS.flatMap(({ key, of }) => [
      ...cells(grid, of(grid), { variant, map: key, seconds, fold: foldOf(grid, maxRows) }),
      ...lines.map((line): ChartSpec => ({ variant, map: key, ...line })),
    ])
  })
  const nodes = Math.max(...grids.map((grid) => grid?.nodes ?? 0))
  const drawnOf = names.length > MAX_VARIANTS ? `; the first ${MAX_VARIANTS} of ${names.length} variants` : ''
  const group = Math.max(...grids.map((grid) => (grid === undefined ? 0 : grid.span * foldOf(grid, maxRows))))
  return [
    {
      name: 'nodes',
      title: 'CPU of the nodes over time, requested and used',
      subtitle: [
        `share of the nodes' CPU that is requested by pods, and used by them; one replication${drawnOf}`,
        `one row is ${group === 1 ? 'one node' : `up to ${group} neighbouring nodes`}; blank: no node up`,
        ...markNotes(study),
      ],
      usual: USUAL,
      switches: [],
      time: seconds,
      maxVariants: MAX_VARIANTS,
      fewVariants: 0,
      data: { nodes: rows },
      draw: (how) => drawn(study, rows, { nodes, end: longest / seconds, unit }, how),
    },
  ]
}

/** Groups of the grid per row of the map. */
const foldOf = ({ groups }: NodeGrid, maxRows: number): number => Math.ceil(groups / maxRows)

/** The last sample, at the horizon: a sample describes the time since the one before it, as in the time series. */
const endOf = ({ times }: NodeGrid): number => (times.length === 0 ? 0 : times[times.length - 1])

interface CellOptions {
  readonly variant: string
  readonly map: string
  readonly seconds: number
  readonly fold: number
}

function cells(grid: NodeGrid, shares: Float32Array, { variant, map, seconds, fold }: CellOptions): ChartSpec[] {
  const rows: ChartSpec[] = []
  for (let first = 0; first < grid.groups; first += fold) {
    const bottom = first * grid.span
    const top = Math.min(grid.nodes, (first + fold) * grid.span)
    let open = -1
    let step = -1
    const close = (until: number): void => {
      if (step < 0) return
      rows.push({
        variant,
        map,
        from: rounded(startOf(grid, open) / seconds),
        to: rounded(until / seconds),
        bottom,
        top,
        share: step * STEP + STEP / 2,
      })
    }
    for (let sample = 0; sample < grid.times.length; sample++) {
      const now = stepOf(grid, shares, sample, first, fold)
      if (now === step) continue
      close(startOf(grid, sample))
      open = sample
      step = now
    }
    close(endOf(grid))
  }
  return rows
}

/** Start of the time that a sample describes; the first begins at time zero. */
const startOf = ({ times }: NodeGrid, sample: number): number => (sample === 0 ? Math.min(0, times[0]) : times[sample - 1])

/** Step of the mean share of the groups that are up; -1 when none is. A full node is in the last step. */
function stepOf(grid: NodeGrid, shares: Float32Array, look: number, first: number, fold: number): number {
  let sum = 0
  let count = 0
  for (let group = first; group < Math.min(grid.groups, first + fold); group++) {
    const share = shares[look * grid.groups + group]
    if (Number.isNaN(share)) continue
    sum += share
    count++
  }
  return count === 0 ? -1 : Math.min(COLOURS.length - 1, Math.max(0, Math.floor(sum / count / STEP)))
}

interface Axes {
  readonly nodes: number
  readonly end: number
  readonly unit: string
}

function drawn(study: Study, rows: readonly ChartSpec[], { nodes, end, unit }: Axes, how: How): ChartSpec {
  const columns = columnsFor(how)
  const width = columns === 1 ? how.width : Math.round(how.width / 2 - 30)
  const shown = looksOf(study).names.flatMap((variant) => MAPS.map(({ key }) => `${key}: ${variant}`))
  const legend: ChartSpec = {
    title: 'share of allocatable CPU [%]',
    orient: 'bottom',
    direction: 'horizontal',
    columns: how.width < 480 ? 5 : 10,
    symbolType: 'square',
    symbolSize: 160,
    values: COLOURS.map((_, i) => i * STEP + STEP / 2),
    labelExpr: `(datum.value - ${STEP / 2}) + '–' + (datum.value + ${STEP / 2})`,
    titleFontSize: 12,
    titleFontWeight: 'normal',
  }
  const x: ChartSpec = {
    field: 'from',
    type: 'quantitative',
    title: `time [${unit}]`,
    scale: { domain: [0, rounded(end)], nice: false },
    axis: { grid: false, tickCount: 6 },
  }
  return {
    data: { name: 'nodes' },
    transform: [
      { calculate: "datum.map + ': ' + datum.variant", as: 'panel' },
      { calculate: `(datum.share - ${STEP / 2}) + ' to ' + (datum.share + ${STEP / 2}) + ' %'`, as: 'percent' },
    ],
    columns,
    facet: {
      field: 'panel',
      type: 'nominal',
      sort: shown,
      title: null,
      header: panelHeader(width),
    },
    spacing: 22,
    spec: {
      width,
      height: 150,
      layer: [
        mapLayer(x, nodes, unit, legend),
        ...(rows.some(({ type }) => type !== undefined) ? linesOver(x, unit, labelsIn(rows, how)) : []),
      ],
    },
  }
}

/** Lines of actions and faults over a map. */
function linesOver(x: ChartSpec, unit: string, labels: readonly ChartSpec[]): ChartSpec[] {
  const white: ChartSpec = {
    transform: [{ filter: "datum.type === 'action' || datum.type === 'fault'" }],
    mark: { type: 'rule', color: '#ffffff', strokeWidth: 3.2, opacity: 0.85, clip: true },
    encoding: { x: { ...x, field: 'from' } },
  }
  return [white, ...markLayers(x, unit), ...labelLayers(x, labels)]
}

/** The rectangles of a map. */
function mapLayer(x: ChartSpec, nodes: number, unit: string, legend: ChartSpec): ChartSpec {
  return {
    transform: [{ filter: 'isValid(datum.share)' }],
    mark: { type: 'rect', clip: true, aria: false },
    encoding: {
      x,
      x2: { field: 'to' },
      y: {
        field: 'bottom',
        type: 'quantitative',
        title: 'nodes',
        scale: { domain: [0, nodes], nice: false },
        axis: { grid: false, tickCount: 5, labelExpr: PLAIN_LABELS, ...ticksFor('nodes') },
      },
      y2: { field: 'top' },
      color: {
        field: 'share',
        type: 'ordinal',
        scale: { domain: COLOURS.map((_, i) => i * STEP + STEP / 2), range: COLOURS },
        legend,
      },
      tooltip: [
        tooltipText('panel', 'map'),
        tooltipText('percent', 'share'),
        tooltipNumber('from', `from [${unit}]`),
        tooltipNumber('to', `to [${unit}]`),
        tooltipNumber('bottom', 'from node'),
        tooltipNumber('top', 'to node'),
      ],
    },
  }
}

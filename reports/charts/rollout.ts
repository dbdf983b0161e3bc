/**
 * A rollout pod by pod, or the recovery from a failure of nodes: a lane per pod with its states over time, and the requests that failed
 * meanwhile above, on the same axis. Of the first replication.
 */
import { plainText, shortened } from '../format.ts'
import { runsOf } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import type { EpisodeResult, LaneState } from '../../sim/index.ts'
import { halfWidth, labelLayers, markLayers, markNotes, markRows, marksOf, type TimeAxis } from './marks.ts'
import { labelsFor, labelsIn, unitFor } from './replicas.ts'
import { USUAL, columnsFor, looksOf, panelHeader, rounded, tooltipNumber, tooltipText } from './theme.ts'
import type { Chart, ChartSpec, How } from './theme.ts'

const MAX_VARIANTS = 4
/** Share of the height that the failed requests take. */
const ABOVE = 0.22
/** In order of a pod's life; colours of Okabe and Ito 2008, and greys. */
const STATES: Readonly<Record<LaneState, string>> = {
  pending: '#cfd4da',
  pulling: '#56b4e9',
  starting: '#0072b2',
  ready: '#009e73',
  'not ready': '#e69f00',
  unnoticed: '#d55e00',
  terminating: '#7a6a8a',
}

/** The chart `rollout`; none when no run has a rollout or a failure in its window. */
export function rolloutChart({ study }: Summary): Chart[] {
  const { names } = looksOf(study)
  const episodes = names.map(
    (_, variant) => runsOf(study, variant).find(({ result }) => result.courses?.episode !== undefined)?.result.courses?.episode,
  )
  const found = episodes.filter((episode) => episode !== undefined)
  if (found.length === 0) return []
  const from = Math.min(...found.map((one) => one.from))
  const end = Math.max(...found.map((one) => one.end))
  const start = Math.max(0, from - Math.max(2, (end - from) * 0.05))
  const [unit, seconds] = unitFor(end)
  const axis = { from: start, to: end, seconds }
  const lanes = Math.max(...found.map((one) => one.lanes.length))
  const most = Math.max(0, ...found.flatMap(({ failed }) => (failed === undefined ? [] : [...failed.counts])))
  const marks = marksOf(study)
  const rows = names.flatMap((variant, i) => {
    const episode = episodes[i]
    if (episode === undefined) return []
    const own = marks.filter((mark) => mark.variants.includes(i))
    const panel = `${shortened(plainText(episode.workload), 30)}, ${episode.kind}${names.length === 1 ? '' : `: ${variant}`}`
    return [...laneRows(episode, axis), ...failedRows(episode, most, lanes, axis), ...markRows(own, axis), ...labelsFor(own, axis)].map(
      (row): ChartSpec => ({ variant, panel, ...row }),
    )
  })
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  const pods = Math.max(...found.map((one) => one.pods))
  const some = names.length > MAX_VARIANTS ? `; the first ${MAX_VARIANTS} of ${names.length} variants` : ''
  const sent = found.some(({ failed }) => failed !== undefined)
  return [
    {
      name: 'rollout',
      title: kinds.length === 1 && kinds[0] === 'failure' ? 'Recovery from a failure, pod by pod' : 'A rollout, pod by pod',
      subtitle: [
        `one lane is one pod${pods > lanes ? ` (${lanes} of ${pods})` : ''}, in order of creation; one replication${some}`,
        ...(sent ? [`above: failed requests by second of arrival${most === 0 ? ', none' : `, the highest bar is ${most} requests`}`] : []),
        ...markNotes(study),
      ],
      usual: USUAL,
      switches: [],
      time: seconds,
      maxVariants: MAX_VARIANTS,
      fewVariants: 0,
      data: { rollout: rows },
      draw: (how) => drawn(rows, { axis, unit, lanes, sent }, how),
    },
  ]
}

/** A row per state of a pod; lane 0 is the uppermost. */
function laneRows({ lanes, end }: EpisodeResult, { seconds }: TimeAxis): ChartSpec[] {
  return lanes.flatMap((lane, i) =>
    lane.states.map((state, at): ChartSpec => ({
      type: 'lane',
      pod: `${plainText(lane.version)} ${lane.ordinal + 1}`,
      state,
      from: rounded(lane.from[at] / seconds),
      until: rounded(Math.min(end, lane.from[at + 1] ?? lane.end) / seconds),
      top: i + 0.08,
      bottom: i + 0.92,
    })),
  )
}

/** Bars above the lanes, in units of lanes. */
function failedRows({ failed }: EpisodeResult, most: number, lanes: number, { from, to, seconds }: TimeAxis): ChartSpec[] {
  if (failed === undefined || most === 0) return []
  const height = heightAbove(lanes)
  return [...failed.counts].flatMap((count, i): ChartSpec[] => {
    const second = failed.first + i
    if (count === 0 || second < from - 1 || second > to) return []
    return [
      {
        type: 'failed',
        requests: count,
        from: rounded(second / seconds),
        until: rounded((second + 1) / seconds),
        top: rounded(-0.3 - height * (count / most)),
        bottom: -0.3,
      },
    ]
  })
}

const heightAbove = (lanes: number): number => Math.max(1, (lanes * ABOVE) / (1 - ABOVE))

interface Frame {
  readonly axis: TimeAxis
  readonly unit: string
  readonly lanes: number
  /** Whether anyone sends requests. */
  readonly sent: boolean
}

function drawn(rows: readonly ChartSpec[], { axis, unit, lanes, sent }: Frame, how: How): ChartSpec {
  const width = halfWidth(how)
  const labels = labelsIn(rows, how)
  const top = sent ? -heightAbove(lanes) - 0.6 : 0
  const x: ChartSpec = {
    field: 'from',
    type: 'quantitative',
    title: `time [${unit}]`,
    scale: { domain: [rounded(axis.from / axis.seconds), rounded(axis.to / axis.seconds)], nice: false },
    axis: { grid: false, tickCount: 6 },
  }
  const y = (field: string): ChartSpec => ({
    field,
    type: 'quantitative',
    title: sent ? 'pods, failed requests above' : 'pods',
    scale: { domain: [lanes, rounded(top)], nice: false, zero: false },
    axis: { labels: false, grid: false, ticks: false },
  })
  const states = Object.keys(STATES).filter((state) => rows.some((row) => row.state === state)) as LaneState[]
  const legend = {
    title: null,
    orient: 'bottom',
    direction: 'horizontal',
    columns: how.width < 480 ? 3 : 7,
    symbolType: 'square',
    symbolSize: 140,
  }
  const times = [tooltipNumber('from', `from [${unit}]`), tooltipNumber('until', `to [${unit}]`)]
  const area = (type: string, colour: ChartSpec, tooltip: readonly ChartSpec[]): ChartSpec => ({
    transform: [{ filter: `datum.type === '${type}'` }],
    mark: { type: 'rect', clip: true, aria: false },
    encoding: { x, x2: { field: 'until' }, y: y('top'), y2: { field: 'bottom' }, color: colour, tooltip: [...tooltip, ...times] },
  })
  const colour = {
    field: 'state',
    type: 'nominal',
    sort: null,
    scale: { domain: states, range: states.map((state) => STATES[state]) },
    legend,
  }
  return {
    data: { name: 'rollout' },
    columns: columnsFor(how),
    facet: {
      field: 'panel',
      type: 'nominal',
      sort: [...new Set(rows.map(({ panel }) => panel as string))],
      title: null,
      header: panelHeader(width),
    },
    spacing: 24,
    spec: {
      width,
      height: Math.max(150, Math.min(420, Math.round((lanes - top) * 9))),
      layer: [
        ...markLayers(x, unit),
        area('lane', colour, [tooltipText('pod'), tooltipText('state')]),
        area('failed', { value: '#d55e00' }, [tooltipNumber('requests', 'failed requests')]),
        ...labelLayers(x, labels),
      ],
    },
  }
}

/**
 * Pods of workloads under controllers over time: desired, existing, ready and of the newest template. One panel per workload and variant, of
 * the first replication; the workloads with the most changes.
 */
import { plainText, shortened } from '../format.ts'
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import type { ReplicaCourseResult } from '../../sim/index.ts'
import { halfWidth, labelLayers, labelRows, markLayers, markNotes, markRows, marksOf, panelWidths, type TimeAxis } from './marks.ts'
import { PLAIN_LABELS, USUAL, columnsFor, looksOf, panelHeader, rounded, ticksFor, tooltipNumber, tooltipText } from './theme.ts'
import type { Chart, ChartSpec, How } from './theme.ts'

const MAX_VARIANTS = 4
const MAX_WORKLOADS = 4
const SERIES = ['desired', 'current', 'ready', 'updated'] as const
/** Colours of Okabe and Ito 2008; the desired number is a dashed line over the others. */
const COLOURS = ['#3d3d3d', '#56b4e9', '#009e73', '#d55e00']

/** Unit of a time axis that ends at `to` [s]. */
export const unitFor = (to: number): readonly ['s' | 'min' | 'h', number] =>
  to > 3 * 3600 ? ['h', 3600] : to > 300 ? ['min', 60] : ['s', 1]

/** The chart `replicas`; none when no workload has a controller. */
export function replicasChart({ study }: Summary): Chart[] {
  const { names } = looksOf(study)
  const runs = names.map((_, variant) => runsOf(study, variant).find(({ result }) => result.courses !== undefined)?.result)
  const courses = runs.map((result) => result?.courses?.replicas ?? [])
  const workloads = mostChanged(courses)
  const end = Math.max(0, ...runs.map((result) => endOf(result?.series)))
  if (workloads.length === 0 || end === 0) return []
  const [unit, seconds] = unitFor(end)
  const axis = { from: 0, to: end, seconds }
  const marks = marksOf(study)
  const rows = names.flatMap((variant, i) =>
    workloads.flatMap((workload) => {
      const course = courses[i].find((one) => one.workload === workload)
      if (course === undefined) return []
      const panel = { variant, panel: titleOf(workload, variant, workloads.length, names.length) }
      const own = marks.filter((mark) => mark.variants.includes(i))
      return [...rowsOf(course, axis), ...markRows(own, axis), ...labelsFor(own, axis)].map((row): ChartSpec => ({ ...panel, ...row }))
    }),
  )
  const all = Math.max(
    ...runs.map((result) => (result?.courses === undefined ? 0 : result.courses.replicas.length + result.courses.omitted)),
  )
  const left = all > workloads.length ? `; the ${workloads.length} of ${all} workloads with the most changes` : ''
  const some = names.length > MAX_VARIANTS ? `; the first ${MAX_VARIANTS} of ${names.length} variants` : ''
  return [
    {
      name: 'replicas',
      title: 'Pods of workloads over time',
      subtitle: [
        `one replication${left}${some}`,
        'current: pods that do not terminate; updated: those of the newest version or restart',
        ...markNotes(study),
      ],
      usual: USUAL,
      switches: [],
      time: seconds,
      maxVariants: MAX_VARIANTS,
      fewVariants: 0,
      data: { replicas: rows },
      draw: (how) => drawn(rows, { end: end / seconds, unit }, how),
    },
  ]
}

const endOf = (series: Study['runs'][number]['result']['series'] | undefined): number =>
  Number(series?.columns.find(({ role }) => role === 'time')?.values.at(-1) ?? 0)

/** Names of the workloads that change most over all variants, in their own order. */
function mostChanged(courses: readonly (readonly ReplicaCourseResult[])[]): string[] {
  const changes = new Map<string, number>()
  for (const { workload, times } of courses.flat()) changes.set(workload, (changes.get(workload) ?? 0) + times.length)
  const chosen = [...changes].sort((a, b) => b[1] - a[1]).slice(0, MAX_WORKLOADS)
  return [...changes.keys()].filter((name) => chosen.some(([one]) => one === name))
}

/** What differs between the panels is in their titles. */
function titleOf(workload: string, variant: string, workloads: number, variants: number): string {
  const name = shortened(plainText(workload), 30)
  return variants === 1 ? name : workloads === 1 ? variant : `${name}: ${variant}`
}

/** A row per change, and one at the end, so that the last step is drawn. Before the origin the run is not shown. */
function rowsOf({ times, desired, current, ready, updated }: ReplicaCourseResult, { to, seconds }: TimeAxis): ChartSpec[] {
  const rows: ChartSpec[] = []
  const row = (at: number, time: number): ChartSpec => ({
    type: 'pods',
    from: rounded(time / seconds),
    desired: desired[at],
    current: current[at],
    ready: ready[at],
    updated: updated[at],
  })
  times.forEach((time, at) => {
    if (time <= to && !(times[at + 1] <= 0)) rows.push(row(at, Math.max(0, time)))
  })
  if (rows.length > 0)
    rows.push(
      row(
        times.findLastIndex((time) => time <= to),
        to,
      ),
    )
  return rows
}

/** Labels in both widths of a panel; `narrow` is a number, since the page keeps only numbers and texts. */
export function labelsFor(marks: Parameters<typeof labelRows>[0], axis: TimeAxis, columns: 1 | 2 = 2): ChartSpec[] {
  const { wide, narrow } = panelWidths(columns)
  return [
    ...labelRows(marks, axis, wide).map((row) => ({ ...row, narrow: 0 })),
    ...labelRows(marks, axis, narrow).map((row) => ({ ...row, narrow: 1 })),
  ]
}

/** The labels among the rows that belong to this width. */
export const labelsIn = (rows: readonly ChartSpec[], how: How): ChartSpec[] =>
  rows.filter(({ type, narrow }) => type === 'label' && narrow === Number(how.width < 480))

function drawn(rows: readonly ChartSpec[], { end, unit }: { readonly end: number; readonly unit: string }, how: How): ChartSpec {
  const width = halfWidth(how)
  const labels = labelsIn(rows, how)
  const x: ChartSpec = {
    field: 'from',
    type: 'quantitative',
    title: `time [${unit}]`,
    scale: { domain: [0, rounded(end)], nice: false },
    axis: { grid: false, tickCount: 6 },
  }
  const legend = { title: null, orient: 'bottom', direction: 'horizontal', columns: 4, symbolType: 'stroke', symbolSize: 900 }
  const series = (range: ChartSpec[string]): ChartSpec => ({
    field: 'series',
    type: 'nominal',
    sort: null,
    scale: { domain: [...SERIES], range },
    legend,
  })
  const lines: ChartSpec = {
    transform: [{ filter: "datum.type === 'pods'" }, { fold: [...SERIES], as: ['series', 'pods'] }],
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.8, clip: true },
    encoding: {
      x,
      y: {
        field: 'pods',
        type: 'quantitative',
        title: 'pods',
        scale: { zero: true },
        axis: { tickCount: 4, labelExpr: PLAIN_LABELS, ...ticksFor('pods') },
      },
      color: series(COLOURS),
      strokeDash: series([
        [5, 3],
        [1, 0],
        [1, 0],
        [3, 2],
      ]),
      detail: { field: 'series', type: 'nominal' },
      tooltip: [tooltipText('panel', 'of'), tooltipNumber('from', `time [${unit}]`), ...SERIES.map((name) => tooltipNumber(name, name))],
    },
  }
  return {
    data: { name: 'replicas' },
    columns: columnsFor(how),
    facet: {
      field: 'panel',
      type: 'nominal',
      sort: [...new Set(rows.map(({ panel }) => panel as string))],
      title: null,
      header: panelHeader(width),
    },
    spacing: 24,
    resolve: { scale: { y: 'independent' } },
    spec: { width, height: 130, layer: [...markLayers(x, unit), lines, ...labelLayers(x, labels)] },
  }
}

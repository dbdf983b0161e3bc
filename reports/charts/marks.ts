/**
 * Actions and faults in charts over time: a line at each, an area where it lasts, and labels above the panel. Labels that would cover each
 * other are merged ("2 actions, 3 faults"). Of each variant the first replication counts; what all variants have in common is drawn once.
 */
import { plainText, shortened } from '../format.ts'
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { RunMark } from '../../sim/index.ts'
import { readFontWidths } from './font.ts'
import { columnsFor, NARROW, rounded, tooltipNumber, tooltipText, WIDTH } from './theme.ts'
import type { ChartSpec, How } from './theme.ts'

/** An action or a fault of some variants. */
export interface StudyMark extends RunMark {
  /** Rows of the variants that have it. */
  readonly variants: readonly number[]
}

/** The time axis of a panel: its ends [s], and the seconds of its unit. */
export interface TimeAxis {
  readonly from: number
  readonly to: number
  readonly seconds: number
}

/** Colours of the lines. */
export interface MarkColours {
  readonly action: string
  readonly fault: string
}

const COLOURS: MarkColours = { action: '#3d3d3d', fault: '#d55e00' }
const SIZE = 10.5
/** Height of a line of labels [px]. */
const LINE = 13
const MAX_LINES = 3
const MAX_TEXT = 44
/** Marks closer than this have one label [px]; the distance grows until all labels fit. */
const NEAR = 12
const WIDER = 1.6
const GAP = 10

/** All marks of the variants' first replications, equal ones of several variants once. */
export function marksOf(study: Study): StudyMark[] {
  const found = new Map<string, RunMark & { readonly variants: number[] }>()
  study.variants.forEach((_, variant) => {
    for (const mark of runsOf(study, variant)[0]?.result.marks ?? []) {
      const key = JSON.stringify([mark.kind, mark.text, mark.from, mark.to])
      const known = found.get(key)
      if (known === undefined) found.set(key, { ...mark, text: plainText(mark.text), variants: [variant] })
      else if (known.variants.at(-1) !== variant) known.variants.push(variant)
    }
  })
  return [...found.values()].sort((a, b) => a.from - b.from)
}

/** Says what the lines are, for a subtitle; none without marks. */
export function markNotes(study: Study): string[] {
  if (marksOf(study).length === 0) return []
  const texts = ({ result }: Study['runs'][number]): string => JSON.stringify(result.marks ?? [])
  const drawn = study.variants.some((_, variant) => new Set(runsOf(study, variant).map(texts)).size > 1)
  return [`dashed lines: actions (grey) and faults (orange)${drawn ? ' of the first replication' : ''}`]
}

/** Those that touch the panel, as rows; `from` and `until` in the unit of the axis. */
export function markRows(marks: readonly StudyMark[], { from, to, seconds }: TimeAxis): ChartSpec[] {
  return within(marks, from, to).map(({ kind, text, from: start, to: end }) => ({
    type: kind,
    what: shortened(text, 2 * MAX_TEXT),
    from: rounded(start / seconds),
    until: rounded(Math.min(to, end ?? start) / seconds),
  }))
}

const within = (marks: readonly StudyMark[], from: number, to: number): StudyMark[] =>
  marks.filter((mark) => mark.from <= to && mark.from >= from)

/** Labels for a panel of this width [px]. */
export function labelRows(marks: readonly StudyMark[], axis: TimeAxis, width: number): ChartSpec[] {
  const { from, to, seconds } = axis
  const shown = within(marks, from, to)
  const placeOf = ({ from: time }: StudyMark): number => (to > from ? ((time - from) / (to - from)) * width : 0)
  for (let near = NEAR; ; near *= WIDER) {
    const placed = place(grouped(shown, placeOf, near), placeOf, width)
    if (placed === null && near < 4 * width) continue
    return (placed ?? []).map(({ first, ...label }) => ({ type: 'label', from: rounded(first.from / seconds), ...label }))
  }
}

function grouped(marks: readonly StudyMark[], placeOf: (mark: StudyMark) => number, near: number): StudyMark[][] {
  const groups: StudyMark[][] = []
  for (const mark of marks) {
    const group = groups.at(-1)
    if (group !== undefined && placeOf(mark) - placeOf(group[0]) <= near) group.push(mark)
    else groups.push([mark])
  }
  return groups
}

interface Label {
  readonly first: StudyMark
  readonly label: string
  readonly line: number
  readonly align: 'left' | 'right'
}

/** Null when they do not fit. */
function place(groups: readonly (readonly StudyMark[])[], placeOf: (mark: StudyMark) => number, width: number): Label[] | null {
  const font = readFontWidths()
  const ends = new Array<number>(MAX_LINES).fill(-Infinity)
  const labels: Label[] = []
  for (const group of groups) {
    const label = textOf(group, (text) => font.width(text, SIZE) <= width / 2)
    const size = font.width(label, SIZE) + 4
    const x = placeOf(group[0])
    const align = x + size > width && x > width / 2 ? 'right' : 'left'
    const start = align === 'left' ? x : x - size
    const line = ends.findIndex((end) => end + GAP <= start)
    if (line < 0) return null
    ends[line] = start + size
    labels.push({ first: group[0], label, line, align })
  }
  return labels
}

/** Their texts if these are few and short, else how many there are. */
function textOf(group: readonly StudyMark[], fits: (text: string) => boolean): string {
  const counts = new Map<string, number>()
  for (const { text } of group) counts.set(text, (counts.get(text) ?? 0) + 1)
  const texts = [...counts].map(([text, count]) => `${shortened(text, MAX_TEXT)}${count > 1 ? ` × ${count}` : ''}`)
  const together = texts.join('; ')
  if (texts.length === 1 || (texts.length <= 2 && fits(together))) return together
  const number = (kind: StudyMark['kind']): string[] => {
    const count = group.filter((mark) => mark.kind === kind).length
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? '' : 's'}`]
  }
  return [...number('action'), ...number('fault')].join(', ')
}

/** Widths of the panels of a chart [px]: on the page and in files, and on a narrow screen. */
export function panelWidths(columns: 1 | 2): { readonly wide: number; readonly narrow: number } {
  return { wide: columns === 2 ? halfWidth({ width: WIDTH }) : WIDTH, narrow: NARROW }
}

/** Width of a panel beside another one [px]; on a narrow screen it has the whole width. */
export const halfWidth = (how: Pick<How, 'width'>): number => (columnsFor(how as How) === 1 ? how.width : Math.round(how.width / 2 - 30))

/** Layers of the lines, below what the panel shows. `x` is its time axis; their rows are in its data, or in `data`. */
export function markLayers(x: ChartSpec, unit: string, data: ChartSpec = {}, colours: MarkColours = COLOURS): ChartSpec[] {
  const kinds = ['action', 'fault'] as const
  return kinds.flatMap((kind): ChartSpec[] => [
    {
      ...data,
      transform: [{ filter: `datum.type === '${kind}' && datum.until > datum.from` }],
      mark: { type: 'rect', color: colours[kind], opacity: 0.09, clip: true },
      encoding: { x: { ...x, field: 'from' }, x2: { field: 'until' } },
    },
    {
      ...data,
      transform: [{ filter: `datum.type === '${kind}'` }],
      mark: { type: 'rule', color: colours[kind], strokeWidth: 1.2, strokeDash: [4, 3], clip: true },
      encoding: { x: { ...x, field: 'from' }, tooltip: [tooltipText('what', kind), tooltipNumber('from', `time [${unit}]`)] },
    },
  ])
}

/** Layers of the labels above a panel; rows of type `label`. */
export function labelLayers(x: ChartSpec, labels: readonly ChartSpec[], data: ChartSpec = {}): ChartSpec[] {
  const lines = [...new Set(labels.map(({ line }) => line as number))].sort((a, b) => a - b)
  return lines.flatMap((line) =>
    (['left', 'right'] as const).map((align): ChartSpec => ({
      ...data,
      transform: [
        {
          filter: `datum.type === 'label' && datum.narrow === ${labels[0].narrow as number} && datum.line === ${line} && datum.align === '${align}'`,
        },
      ],
      mark: { type: 'text', align, baseline: 'bottom', dx: align === 'left' ? -2 : 2, fontSize: SIZE, color: '#59636e', clip: false },
      encoding: { x: { ...x, field: 'from' }, y: { value: -2 - LINE * line }, text: { field: 'label', type: 'nominal' } },
    })),
  )
}

/** What all charts share: one look per variant, quiet axes, one font, sizes. */
import { distinctNames, plainText } from '../format.ts'
import type { Study } from '../study.ts'
import { FONT_STACK, readFontWidths } from './font.ts'

/** A vega-lite specification as plain data; its published types are as large as a library and are met at one place, render.ts. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type ChartSpec = { readonly [key: string]: Json }

/** Which of the axes are logarithmic. */
export interface Logs {
  readonly x: boolean
  readonly y: boolean
}

/** How one chart is wanted, out of the few ways in which it can be drawn. */
export interface How {
  /** Of the plotting area [px]; panels side by side share it. */
  readonly width: number
  readonly log: Logs
  /** So few variants that bands and the like have room. */
  readonly few: boolean
}

export interface Chart {
  /** Name of its files. */
  readonly name: string
  readonly title: string
  /** What it rests on: how many, over what, which interval. A sentence an item. */
  readonly subtitle: readonly string[]
  /** As files show it. */
  readonly usual: How
  /** Axes that may be switched between logarithmic and linear. */
  readonly switches: readonly (keyof Logs)[]
  /** Seconds per unit of the horizontal axis when that is the time of the run, else 0. */
  readonly time: number
  /** Variants that it can show at once; of more, the first are shown. */
  readonly mostVariants: number
  /** Up to how many variants count as few; 0 when it makes no difference. */
  readonly fewVariants: number
  /** Everything it shows, by the names that the specification uses: rows of plain values. The key `variant` holds a name of `looksOf`. */
  readonly data: Readonly<Record<string, readonly ChartSpec[]>>
  /** A vega-lite specification without its data and title. */
  draw(how: How): ChartSpec
}

/** Width of the plotting area of a whole chart [px]; panels side by side share it. */
export const WIDTH = 760
/** The same on a phone. */
export const NARROW = 240
export const USUAL: How = { width: WIDTH, log: { x: false, y: false }, few: false }

/** Half the width, or all of it where half would be too little. */
export const columnsFor = ({ width }: How): number => (width < 480 ? 1 : 2)

/**
 * The baseline is dark grey, the others come from Okabe and Ito 2008, Color universal design (without its yellow, which is lost on
 * white), then come Tol's wine, olive and indigo (2021, Colour schemes), brown and grey. Past these the colours come again with another dash and another shape.
 */
const BASELINE = '#3d3d3d'
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#882255', '#999933', '#332288', '#a6761d', '#9e9e9e']
const DASHES: readonly Json[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 2, 2, 2],
]
const SHAPES = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'triangle-right', 'triangle-left', 'cross']

/** Names of at most this many characters fit beside a chart and in a legend. */
const NAME_LIMIT = 44

/** Font size of a legend, the room of a symbol before its text, and the gap after it [px]. */
const LEGEND_SIZE = 12
const LEGEND_SYMBOL = 20
const LEGEND_GAP = 18

/** Width of the widest of some texts [px]. */
export function widestOf(texts: readonly string[], size: number): number {
  const font = readFontWidths()
  return Math.max(0, ...texts.map((text) => font.width(text, size)))
}

/**
 * A name from outside for a specification. Vega looks some texts up in plain objects, and so finds what every object has: a title or a
 * value that is called `constructor` or `toString` ends in "Operator not defined". A no-break space at its end is seen by nobody.
 */
export function chartName(text: string): string {
  const plain = plainText(text)
  return plain in Object.prototype ? `${plain}\u00a0` : plain
}

/** How each variant looks, in all charts alike. */
export interface Looks {
  readonly names: readonly string[]
  readonly colour: ChartSpec
  readonly dash: ChartSpec
  readonly shape: ChartSpec
  /** For lines: the first widest and drawn first, so that a line that hides under another still shows at its sides. */
  readonly widths: readonly number[]
}

export function looksOf(study: Study, how: Pick<How, 'width'> = USUAL): Looks {
  const { names, ...channels } = looksFor(
    'variant',
    distinctNames(
      study.variants.map((variant) => variant.short),
      NAME_LIMIT,
    ).map(chartName),
    how,
  )
  const widths = names.map((_, i) => rounded(names.length === 1 ? 2 : 1.5 + (2 * (names.length - 1 - i)) / (names.length - 1)))
  return { names, ...channels, widths }
}

/** Colours, dashes and shapes of any names that a field of the rows holds. */
export function looksFor(field: string, names: readonly string[], { width }: Pick<How, 'width'>): Omit<Looks, 'widths'> {
  const colours = names.map((_, i) => (i === 0 ? BASELINE : COLOURS[(i - 1) % COLOURS.length]))
  const dashes = names.map((_, i) => DASHES[Math.floor(Math.max(0, i - 1) / COLOURS.length) % DASHES.length])
  const shapes = names.map((_, i) => SHAPES[i % SHAPES.length])
  const columns = Math.max(
    1,
    Math.min(names.length, Math.floor((width + LEGEND_GAP) / (widestOf(names, LEGEND_SIZE) + LEGEND_SYMBOL + LEGEND_GAP))),
  )
  const legend = {
    orient: 'bottom',
    direction: 'horizontal',
    columns,
    title: null,
    labelLimit: width < WIDTH ? Math.max(60, width - LEGEND_SYMBOL) : 0,
  }
  const channel = (range: Json): ChartSpec => ({ field, type: 'nominal', sort: null, scale: { domain: names, range }, legend })
  return { names, colour: channel(colours), dash: channel(dashes), shape: channel(shapes) }
}

/** The width of a line stands in its rows, as `width`: vega-lite has no scale of widths for names. */
export const LINE_WIDTH: ChartSpec = { field: 'width', type: 'quantitative', scale: null, legend: null }

/** A heading above a chart, with what it rests on below. */
export function heading(text: string, subtitle: readonly string[]): ChartSpec {
  return { text, subtitle: [...subtitle] }
}

/** The whole specification: what the files hold, and anybody can open in an editor of vega. */
export function specOf(chart: Chart, how = chart.usual): ChartSpec {
  return { ...bareSpecOf(chart, how), title: heading(chart.title, chart.subtitle), datasets: shownData(chart) }
}

/** The rows of as many variants as the chart can show at once. */
function shownData({ data, mostVariants }: Chart): ChartSpec {
  if (mostVariants === Infinity) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, rows]) => {
      const variants = [...new Set(rows.map((row) => row.variant))].slice(0, mostVariants)
      return [name, rows.filter((row) => variants.includes(row.variant))]
    }),
  )
}

/** Without data and heading. */
export function bareSpecOf(chart: Chart, how: How): ChartSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `${chart.title}: ${chart.subtitle.join('; ')}`,
    ...chart.draw(how),
    config: CONFIG,
  }
}

/** A value in a tooltip; texts are shown as they are. */
export const told = (field: string, title: string): ChartSpec => ({ field, type: 'quantitative', title, format: ',.4~r' })
export const named = (field: string, title = field): ChartSpec => ({ field, type: 'nominal', title })

/** Labels of an axis: thousands by commas, no needless zeros. */
export const PLAIN_LABELS = "format(datum.value, ',~r')"

/** Six digits are more than a picture shows, and keep specs and SVG small. */
export const rounded = (value: number): number => Number(value.toPrecision(6))

const INK = '#1f2328'
const FAINT = '#59636e'
const GRID = '#e6e8eb'

export const CONFIG: ChartSpec = {
  font: FONT_STACK,
  background: '#ffffff',
  padding: 14,
  title: {
    anchor: 'start',
    frame: 'bounds',
    fontSize: 17,
    fontWeight: 'normal',
    color: INK,
    offset: 14,
    subtitleFontSize: 12,
    subtitleColor: FAINT,
    subtitlePadding: 6,
    subtitleLineHeight: 16,
  },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: FAINT,
    titleColor: INK,
    labelLimit: 330,
    labelOverlap: true,
    labelSeparation: 5,
    labelFlush: false,
    gridColor: GRID,
    domainColor: '#b6bcc4',
    tickColor: '#b6bcc4',
    titlePadding: 8,
    labelPadding: 5,
    tickSize: 4,
  },
  axisY: { domain: false, ticks: false },
  legend: {
    labelFontSize: LEGEND_SIZE,
    labelColor: INK,
    symbolSize: 110,
    symbolOpacity: 1,
    symbolStrokeWidth: 2.5,
    rowPadding: 5,
    columnPadding: LEGEND_GAP,
    offset: 16,
    labelOffset: 6,
  },
  view: { stroke: null },
  concat: { spacing: 26 },
}

/** The title of a panel among several. */
export const panelTitle = (text: string): ChartSpec => ({
  text: chartName(text),
  anchor: 'start',
  frame: 'group',
  fontSize: 12.5,
  offset: 8,
  color: INK,
})

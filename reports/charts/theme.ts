/** The common form of all charts: the type `Chart`, the look of each variant, font, sizes and configuration of vega-lite. */
import { distinctNames, plainText, shortened } from '../format.ts'
import type { Study } from '../study.ts'
import { FONT_STACK, readFontWidths } from './font.ts'

/** JSON values: specifications are plain data, and only render.ts uses the large types of vega-lite. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
/** A vega-lite specification, a part of one, or a row of data. */
export type ChartSpec = { readonly [key: string]: Json }

/** Which axes are logarithmic. */
export interface Logs {
  readonly x: boolean
  readonly y: boolean
}

/** The options of drawing a chart. */
export interface How {
  /** Width of the plotting area [px]; panels side by side share it. */
  readonly width: number
  readonly log: Logs
  /** Whether the variants are few enough for interval bands. */
  readonly few: boolean
}

/** A chart: its data and a function that draws its specification. Files, page and the page's phone version are drawn from the same one. */
export interface Chart {
  /** Name of its files, one of `chartNames`. */
  readonly name: string
  readonly title: string
  /** Number of replications, kind of interval and the like; one sentence per item. */
  readonly subtitle: readonly string[]
  /** The options for the files. */
  readonly usual: How
  /** Axes that the page may switch between logarithmic and linear. */
  readonly switches: readonly (keyof Logs)[]
  /** Seconds per unit of the horizontal axis when it is the time of the run, else 0. */
  readonly time: number
  /** Maximum of variants shown at once; the first are shown. */
  readonly maxVariants: number
  /** Maximum of variants that count as few; 0 when it makes no difference. */
  readonly fewVariants: number
  /** Rows of plain values, by the data names of the specification. The key `variant` has a name of `looksOf`. */
  readonly data: Readonly<Record<string, readonly ChartSpec[]>>
  /** The vega-lite specification without data and title. */
  draw(how: How): ChartSpec
}

/** Width of the plotting area of a whole chart [px]; panels side by side share it. */
export const WIDTH = 760
/** The same on a narrow screen [px]. */
export const NARROW = 240
/** The options of most charts. */
export const USUAL: How = { width: WIDTH, log: { x: false, y: false }, few: false }

/** Panels side by side: two, or one on a narrow screen. */
export const columnsFor = ({ width }: How): number => (width < 480 ? 1 : 2)

/**
 * The baseline is dark grey; the others have the colours of Okabe and Ito 2008, Color universal design (without its yellow, which is hard to
 * see on white), then Tol's wine, olive and indigo (2021, Colour schemes), brown and grey. Further variants repeat the colours with other dashes and shapes.
 * Dashes and shapes change from each variant to the next, so that lines which cover each other, and prints in grey, can be told apart.
 */
export const BASELINE = '#3d3d3d'
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#882255', '#999933', '#332288', '#a6761d', '#9e9e9e']
const DASHES: readonly Json[] = [
  [1, 0],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [16, 4],
]
const SHAPES = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'triangle-right', 'triangle-left', 'cross']

/** Maximum length of names beside a chart and in a legend [characters]. */
const NAME_LIMIT = 44

/** Font size of a legend, width of a symbol before its text, and the gap after it [px]. */
const LEGEND_SIZE = 12
const LEGEND_SYMBOL = 34
/** Size of a line in a legend: as long as its root [px], which shows a whole dash. */
const LINE_SYMBOL = 900
const LEGEND_GAP = 18

/** Width of the widest text at a font size [px]. */
export function widestOf(texts: readonly string[], size: number): number {
  const font = readFontWidths()
  return Math.max(0, ...texts.map((text) => font.width(text, size)))
}

/**
 * Makes a user's name safe for a specification. Vega looks some texts up in plain objects and finds inherited members: a title or value
 * `constructor` or `toString` gives "Operator not defined". Such names get a no-break space at the end, which is not visible.
 */
export function chartName(text: string): string {
  const plain = plainText(text)
  return plain in Object.prototype ? `${plain}\u00a0` : plain
}

/** The look of each variant, the same in all charts, as vega-lite channels. */
export interface Looks {
  readonly names: readonly string[]
  readonly colour: ChartSpec
  readonly dash: ChartSpec
  readonly shape: ChartSpec
  /** Line widths, decreasing: the first line is drawn first, so that it stays visible beside a line that covers it. */
  readonly widths: readonly number[]
}

/** The looks of the variants of a study. */
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

/** The looks of any names, the values of `field`. */
export function looksFor(field: string, names: readonly string[], { width }: Pick<How, 'width'>): Omit<Looks, 'widths'> {
  const colours = names.map((_, i) => (i === 0 ? BASELINE : COLOURS[(i - 1) % COLOURS.length]))
  const dashes = names.map((_, i) => DASHES[i % DASHES.length])
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

/** A channel of a chart of lines: its legend has lines long enough to show their dashes. */
export const lineChannel = (channel: ChartSpec): ChartSpec => ({
  ...channel,
  legend: { ...(channel.legend as ChartSpec), symbolType: 'stroke', symbolSize: LINE_SYMBOL },
})

/** Line widths come from the rows (`width`): vega-lite has no scale of widths for names. */
export const LINE_WIDTH: ChartSpec = { field: 'width', type: 'quantitative', scale: null, legend: null }

/** The heading of a chart: title and subtitle lines. */
export function heading(text: string, subtitle: readonly string[]): ChartSpec {
  return { text, subtitle: [...subtitle] }
}

/** Length of a study's name in the title of a picture. */
const STUDY_LIMIT = 40

/** The whole specification with data and title, as the files contain it. Pictures travel alone, so their title begins with the study. */
export function specOf(chart: Chart, study: string, how = chart.usual): ChartSpec {
  const name = shortened(plainText(study).trim(), STUDY_LIMIT)
  const title = name === '' ? chart.title : `${name}: ${chart.title}`
  return { ...bareSpecOf(chart, how), title: heading(title, chart.subtitle), datasets: shownData(chart) }
}

/** The rows of the variants that the chart shows at once. */
function shownData({ data, maxVariants }: Chart): ChartSpec {
  if (maxVariants === Infinity) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, rows]) => {
      const variants = [...new Set(rows.map((row) => row.variant))].slice(0, maxVariants)
      return [name, rows.filter((row) => variants.includes(row.variant))]
    }),
  )
}

/** The specification without data and title. */
export function bareSpecOf(chart: Chart, how: How): ChartSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `${chart.title}: ${chart.subtitle.join('; ')}`,
    ...chart.draw(how),
    config: CONFIG,
  }
}

/** A number in a tooltip. */
export const tooltipNumber = (field: string, title: string): ChartSpec => ({ field, type: 'quantitative', title, format: ',.4~r' })
/** A text in a tooltip. */
export const tooltipText = (field: string, title = field): ChartSpec => ({ field, type: 'nominal', title })

/** Units of which there are only whole ones: an axis has no half nodes. */
const WHOLE = ['nodes', 'pods', 'jobs', 'requests', 'replications']

/** Axis members for a unit: whole numbers only where halves make no sense. */
export const ticksFor = (unit: string): ChartSpec => (WHOLE.includes(unit) ? { tickMinStep: 1 } : {})

/** Share of an axis left free beyond the lowest and the highest line: half the width of a line, so that none is cut in half. */
const FREE = 0.03

/** A domain with that share free at both ends. */
export const roomy = (low: number, high: number): readonly [number, number] => {
  const free = ((high - low) * FREE) / (1 - 2 * FREE)
  return [rounded(low - free), rounded(high + free)]
}

/** Format of axis labels: thousands separated by commas, no trailing zeros. */
export const PLAIN_LABELS = "format(datum.value, ',~r')"

/** Six significant digits: more than a picture resolves, and keeps specifications and SVG small. */
export const rounded = (value: number): number => Number(value.toPrecision(6))

const INK = '#1f2328'
const FAINT = '#59636e'
const GRID = '#e6e8eb'

/** Vega-lite's configuration for all charts. */
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

/** The header of a facet whose panels have this width [px]. */
export const panelHeader = (width: number) => ({
  labelAnchor: 'start',
  labelFontSize: 12,
  labelLimit: width,
  labelColor: '#1f2328',
  labelPadding: 6,
})

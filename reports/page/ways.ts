/**
 * The ways in which the page can draw a chart, and the types of the page's data. Shared by the report and the page's script, so nothing
 * here needs Node or a browser.
 */

/** One way of drawing a chart. */
export interface Way {
  /** For a narrow screen. */
  readonly narrow: boolean
  /** Logarithmic axes. */
  readonly x: boolean
  readonly y: boolean
  /** Whether the variants are few enough for interval bands. */
  readonly few: boolean
}

/** The key of a way in `PageChart.specs`. */
export function wayKey({ narrow, x, y, few }: Way): string {
  return `${narrow ? 'narrow' : 'wide'}${x ? '-x' : ''}${y ? '-y' : ''}${few ? '-few' : ''}`
}

/** All ways of a chart: both widths, each combination of its switches, with and without bands where that depends on the filter. */
export function waysOf(
  chart: { readonly switches: readonly ('x' | 'y')[]; readonly usual: Pick<Way, 'x' | 'y'>; readonly fewVariants: number },
  variants: number,
): Way[] {
  const both = [false, true]
  const xs = chart.switches.includes('x') ? both : [chart.usual.x]
  const ys = chart.switches.includes('y') ? both : [chart.usual.y]
  const fews = chart.fewVariants === 0 ? [false] : variants > chart.fewVariants ? both : [true]
  return both.flatMap((narrow) => xs.flatMap((x) => ys.flatMap((y) => fews.map((few) => ({ narrow, x, y, few })))))
}

/** A column of rows: a list of numbers (null where missing), or distinct values and the place of each row's value among them. */
export type Column =
  readonly (number | null)[] | { readonly values: readonly (string | number | null)[]; readonly places: readonly number[] }

/** Rows as columns by key. */
export interface Columns {
  readonly rows: number
  readonly columns: Readonly<Record<string, Column>>
}

/** A chart as the script gets it. */
export interface PageChart {
  readonly name: string
  readonly title: string
  readonly switches: readonly ('x' | 'y')[]
  readonly usual: Pick<Way, 'x' | 'y'>
  /** Seconds per unit of the horizontal axis when it is the time of the run, else 0. */
  readonly time: number
  /** Maximum of variants shown at once; null for all. */
  readonly maxVariants: number | null
  readonly fewVariants: number
  readonly data: Readonly<Record<string, Columns>>
  /** Vega specifications by `wayKey`, without the rows of `data`. */
  readonly specs: Readonly<Record<string, VegaSpec>>
}

/** A vega specification or a part of one. */
export type VegaSpec = { readonly [key: string]: unknown }

/** The data of the script. */
export interface PageData {
  /** Names as in the charts, and the value on each axis. */
  readonly variants: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly charts: readonly PageChart[]
  /** Name of the study, for the titles of downloaded pictures. */
  readonly study: string
  /** Names of the values of single runs, and the runs; none when there are too many. */
  readonly values: readonly string[]
  readonly runs: readonly PageRun[]
  /** Vega's configuration of all specifications. */
  readonly config: VegaSpec
}

/** One run as the script gets it. */
export interface PageRun {
  /** Row of `PageData.variants`. */
  readonly variant: number
  /** From 0. */
  readonly replication: number
  readonly id: string
  readonly seed: string
  /** As written, in the order of `PageData.values`; "-" where there is none. */
  readonly values: readonly string[]
  readonly notes: readonly string[]
  /** Time series: heading with unit and range, and a line of block characters. */
  readonly lines: readonly (readonly [heading: string, line: string])[]
}

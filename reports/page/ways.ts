/**
 * The few ways in which one chart can be drawn, as the page's script asks for them, and what travels in the page: shared by both sides,
 * so nothing here may need Node or a browser.
 */

/** Which of the ways. */
export interface Way {
  /** For a narrow screen. */
  readonly narrow: boolean
  readonly x: boolean
  readonly y: boolean
  /** So few variants that bands have room. */
  readonly few: boolean
}

export function wayKey({ narrow, x, y, few }: Way): string {
  return `${narrow ? 'narrow' : 'wide'}${x ? '-x' : ''}${y ? '-y' : ''}${few ? '-few' : ''}`
}

/** All ways of a chart: both widths, each combination of its switches (the others stay as they are), bands or not where that can change. */
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

/** A column of rows: numbers (null is none) as they are; texts, and numbers that come again and again, by their place in a list. */
export type Column =
  readonly (number | null)[] | { readonly values: readonly (string | number | null)[]; readonly places: readonly number[] }

/** Rows by their keys. */
export interface Columns {
  readonly rows: number
  readonly columns: Readonly<Record<string, Column>>
}

export interface PageChart {
  readonly name: string
  readonly title: string
  readonly switches: readonly ('x' | 'y')[]
  readonly usual: Pick<Way, 'x' | 'y'>
  /** Seconds per unit of the horizontal axis when it is the time of the run, else 0. */
  readonly time: number
  /** Variants shown at once; null for all. */
  readonly mostVariants: number | null
  readonly fewVariants: number
  readonly data: Readonly<Record<string, Columns>>
  /** Vega specifications by `wayKey`; data of the names above come without values. */
  readonly specs: Readonly<Record<string, VegaSpec>>
}

export type VegaSpec = { readonly [key: string]: unknown }

export interface PageData {
  /** Names as the charts have them, and the value on each axis. */
  readonly variants: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly charts: readonly PageChart[]
  /** Of vega, common to all specifications. */
  readonly config: VegaSpec
}

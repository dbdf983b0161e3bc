/**
 * The vega specification for a reader's choices: the compiled one of that way, with the rows and names of the variants shown and the time
 * range shown. A chart is always created from it, so that its state does not depend on earlier clicks.
 */
import { wayKey } from '../ways.ts'
import type { PageChart, VegaSpec } from '../ways.ts'
import type { Row } from './rows.ts'

/** The choices of a reader for one chart. */
export interface Choice {
  readonly narrow: boolean
  readonly log: { readonly x: boolean; readonly y: boolean }
  /** Rows of the variants shown, in order. */
  readonly shown: readonly number[]
  /** Time range [s]; null for all. */
  readonly zoom: readonly [number, number] | null
}

/** Rows by data name. */
export type Rows = Readonly<Record<string, readonly Row[]>>

/** The specification with data. `names` are those of all variants. */
export function specificationFor(chart: PageChart, rows: Rows, names: readonly string[], choice: Choice): VegaSpec {
  const variants = choice.shown.slice(0, chart.maxVariants ?? Infinity).map((variant) => names[variant])
  const few = chart.fewVariants > 0 && variants.length <= chart.fewVariants
  const spec = chart.specs[wayKey({ narrow: choice.narrow, ...choice.log, few })]
  const window = chart.time > 0 && choice.zoom !== null ? ([choice.zoom[0] / chart.time, choice.zoom[1] / chart.time] as const) : null
  const kept = new Set(variants)
  const data = (spec.data as readonly VegaSpec[]).map((source) => {
    const own = rows[source.name as string] as readonly Row[] | undefined
    if (own === undefined) return source
    const visible = own.filter((row) => (row.variant ?? null) === null || kept.has(row.variant as string))
    return { ...source, values: (window === null ? visible : within(visible, window)).map((row) => ({ ...row })) }
  })
  return { ...withChange(spec, { names, kept, window }), data }
}

/** The rows that a specification shows, of these data sets. */
export function rowsWithin(spec: VegaSpec, names: readonly string[]): Rows {
  const sources = spec.data as readonly { readonly name: string; readonly values?: readonly Row[] }[]
  return Object.fromEntries(sources.flatMap(({ name, values }) => (names.includes(name) && values !== undefined ? [[name, values]] : [])))
}

/**
 * The rows within a time range and one on each side, so that lines reach the edges. Rows are grouped by variant and sorted by time. What lasts
 * from a time to another has no `time` and is clipped; labels, which stand above the panel, are not, and must begin inside.
 */
function within(all: readonly Row[], [from, to]: readonly [number, number]): readonly Row[] {
  const rows = all.filter((row) => (row.label ?? null) === null || ((row.from as number) >= from && (row.from as number) <= to))
  if (rows.length === 0 || !('time' in rows[0])) return rows
  const inside = (row: Row | undefined, variant: unknown): boolean =>
    row !== undefined && row.variant === variant && (row.time as number) >= from && (row.time as number) <= to
  return rows.filter((row, i) => inside(row, row.variant) || inside(rows[i - 1], row.variant) || inside(rows[i + 1], row.variant))
}

interface Change {
  readonly names: readonly string[]
  readonly kept: ReadonlySet<string>
  readonly window: readonly [number, number] | null
}

function changed(scale: VegaSpec, { names, kept, window }: Change): VegaSpec {
  const { domain, range } = scale
  if (!Array.isArray(domain)) return scale
  if (areNames(domain, names)) {
    const places = names.flatMap((name, i) => (kept.has(name) ? [i] : []))
    const pick = (list: readonly unknown[]): unknown[] => places.map((i) => list[i])
    return { ...scale, domain: pick(names), ...(Array.isArray(range) ? { range: pick(range) } : {}) }
  }
  const isTime =
    window !== null && /(^|_)x$/.test(scale.name as string) && domain.length === 2 && domain.every((end) => typeof end === 'number')
  return isTime ? { ...scale, domain: [...window], nice: false, zero: false } : scale
}

const areNames = (list: readonly unknown[], names: readonly string[]): boolean =>
  list.length === names.length && list.every((name, i) => name === names[i])

/** A legend may list its values in addition to its scale. */
function changedLegend(legend: VegaSpec, { names, kept }: Change): VegaSpec {
  const { values } = legend
  return Array.isArray(values) && areNames(values, names) ? { ...legend, values: names.filter((name) => kept.has(name)) } : legend
}

/** Changes scales and legends, at the top level and in groups of marks. */
function withChange(part: VegaSpec, change: Change): VegaSpec {
  const { scales, legends, marks } = part as { readonly [key: string]: readonly VegaSpec[] | undefined }
  return {
    ...part,
    ...(scales === undefined ? {} : { scales: scales.map((scale) => changed(scale, change)) }),
    ...(legends === undefined ? {} : { legends: legends.map((legend) => changedLegend(legend, change)) }),
    ...(marks === undefined ? {} : { marks: marks.map((mark) => withChange(mark, change)) }),
  }
}

/** The whole time range of a chart [s], from its compiled axis. */
export function timeOf(chart: PageChart): readonly [number, number] {
  const find = (part: unknown): readonly [number, number] | null => {
    if (typeof part !== 'object' || part === null) return null
    const scale = part as { name?: unknown; domain?: unknown }
    if (/(^|_)x$/.test(String(scale.name)) && Array.isArray(scale.domain) && scale.domain.length === 2)
      return scale.domain as unknown as readonly [number, number]
    for (const value of Object.values(part as Record<string, unknown>)) {
      const found = find(value)
      if (found !== null) return found
    }
    return null
  }
  const [from, to] = find(Object.values(chart.specs)[0]) ?? [0, 1]
  return [from * chart.time, to * chart.time]
}

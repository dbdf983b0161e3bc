/**
 * Compares two results folders, before and after a change, variant by variant and metric by metric. Variants match when they have the same
 * value on every axis. Replications with equal seed are paired, since they had the same random streams; without a shared seed the runs are
 * compared as two samples (Welch). A regression is worse by significantly more than the margin, after Holm's correction over all gated
 * rows; a row that may be worse is inconclusive and no regression.
 */
import { askedQuantile, METRICS, metricById } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import { decide, measure } from '../statistics/contrast.ts'
import type { Contrast, Measured, PerReplication } from '../statistics/contrast.ts'
import { corrected } from '../statistics/holm.ts'
import { intervalOf } from '../statistics/interval.ts'
import { studentTail } from '../statistics/student.ts'
import { measureUnpaired } from '../statistics/welch.ts'
import { metricsOf } from '../study.ts'
import type { Margins, Study } from '../study.ts'
import type { RunsTable } from '../tables/read-runs.ts'

/** How to judge. */
export interface CompareOptions {
  readonly margins: Margins
  /** Ids of the metrics that can be a regression, usually the primary one. The others get a verdict only. */
  readonly gate: readonly string[]
}

/** One variant in one metric, on both sides. */
export interface ComparedRow {
  /** Label of the variant in the second folder. */
  readonly variant: string
  readonly metric: MetricDefinition
  /** Whether differences are paired, because seeds and replications agree; otherwise Welch's test of two samples. */
  readonly paired: boolean
  /** Count of values on each side, and their means (NaN without values). For pairs, of the replications that both sides have. */
  readonly runs: readonly [before: number, after: number]
  readonly before: number
  readonly after: number
  /** After minus before, with its 95 % interval and verdict. */
  readonly contrast: Contrast
  /** Whether the metric can be a regression. */
  readonly gated: boolean
  /** Significantly worse than the margin; always false for rows that are not gated and metrics without a better side. */
  readonly regression: boolean
  /** One-sided p-value of "not worse than the margin", Holm-adjusted over the gated rows; null for all others. */
  readonly p: number | null
}

/** The result of a comparison. */
export interface RunComparison {
  /** Variant by variant in the order of the second folder, the gated metrics first, then in the order of METRICS. */
  readonly rows: readonly ComparedRow[]
  readonly regressions: number
  /** Labels of variants that only one side has. */
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
  /** What could not be paired, and columns that were left out. */
  readonly notes: readonly string[]
}

/** Level of the one-sided test: a variant exactly at the margin is called a regression in 2.5 % of comparisons. */
const LEVEL = 0.025

/** Compares two tables of runs. Throws a RangeError for an unknown metric in `gate`. */
export function compareRuns(before: RunsTable, after: RunsTable, { margins, gate }: CompareOptions): RunComparison {
  for (const id of gate)
    if (metricById(id) === undefined) throw new RangeError(`unknown metric: ${id}; accepted: ${METRICS.map((m) => m.id).join(', ')}`)
  const { matches, onlyBefore, onlyAfter, notes } = matchVariants(before, after)
  const asked = before.metrics.filter(({ id }) => !Number.isNaN(askedQuantile(id)))
  const metrics = [...METRICS, ...asked].filter(({ id }) =>
    [before, after].every((side) => side.metrics.some((metric) => metric.id === id)),
  )
  const ranked = [...metrics.filter(({ id }) => gate.includes(id)), ...metrics.filter(({ id }) => !gate.includes(id))]
  const missing = gate.filter((id) => !metrics.some((metric) => metric.id === id))
  if (missing.length > 0) notes.push(`not in both folders, so not compared: ${missing.join(', ')}`)
  const ignored = [...new Set([...before.ignored, ...after.ignored])]
  if (ignored.length > 0) notes.push(`columns that this version does not know are left out: ${ignored.join(', ')}`)
  const [beforeValues, afterValues] = [columnsOf(before), columnsOf(after)]
  const variantsOf = new Map<string, string[]>()
  const drafts = matches.flatMap(([first, second]) => {
    const rows = alignment(before, first, after, second)
    if (rows.note !== '') variantsOf.set(rows.note, [...(variantsOf.get(rows.note) ?? []), after.variants[second].label])
    return ranked
      .map((metric) => draft(metric, rows, beforeValues, afterValues, margins))
      .filter((one) => one !== null)
      .map((one) => ({ ...one, variant: after.variants[second].label }))
  })
  for (const [note, labels] of variantsOf)
    notes.push(`${labels.length > 1 && labels.length === matches.length ? 'all variants' : labels.join('; ')}: ${note}`)
  return { ...judged(drafts, gate), onlyBefore, onlyAfter, notes }
}

/** The table that reading the study's runs.csv would give. */
export function runsTableOf(study: Study): RunsTable {
  const { runs, axes, variants } = study
  const metrics = metricsOf(study)
  return {
    axes: axes.map(({ name }) => name),
    variants,
    rows: runs.length,
    variant: Int32Array.from(runs, (run) => run.variant),
    replication: Int32Array.from(runs, (run) => run.replication),
    seed: runs.map(({ seed }) => String(seed)),
    id: runs.map(({ id }) => id),
    events: Float64Array.from(runs, ({ result }) => result.events),
    metrics,
    values: metrics.map(({ id }) => Float64Array.from(runs, ({ result }) => result.metrics[id] ?? NaN)),
    ignored: [],
  }
}

interface Matching {
  readonly matches: readonly (readonly [before: number, after: number])[]
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
  readonly notes: string[]
}

/** Matches variants by their axis values, in any order of axes. When each side has one variant, these match in any case. */
function matchVariants(before: RunsTable, after: RunsTable): Matching {
  const keysOf = ({ axes, variants }: RunsTable): string[] =>
    variants.map(({ values, label }) =>
      axes.length === 0 ? label : JSON.stringify(axes.map((axis, i) => [axis, values[i]]).sort(([a], [b]) => (a < b ? -1 : 1))),
    )
  const keys = keysOf(before)
  const rowOf = new Map(keys.map((key, row) => [key, row]))
  const matches = keysOf(after).flatMap((key, row): [number, number][] => {
    const other = rowOf.get(key)
    return other === undefined ? [] : [[other, row]]
  })
  const [lone] = before.variants
  if (matches.length === 0 && before.variants.length === 1 && after.variants.length === 1) {
    return {
      matches: [[0, 0]],
      onlyBefore: [],
      onlyAfter: [],
      notes: [`each side has one variant, so these are compared although they differ: ${lone.label}, then ${after.variants[0].label}`],
    }
  }
  const [matched, matching] = [new Set(matches.map(([row]) => row)), new Set(matches.map(([, row]) => row))]
  return {
    matches,
    onlyBefore: before.variants.filter((_, row) => !matched.has(row)).map(({ label }) => label),
    onlyAfter: after.variants.filter((_, row) => !matching.has(row)).map(({ label }) => label),
    notes: [],
  }
}

/** The runs of a variant on both sides: paired, or all of each side. */
interface Alignment {
  readonly paired: boolean
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** A limitation of the pairing, or ''. */
  readonly note: string
}

function alignment(before: RunsTable, first: number, after: RunsTable, second: number): Alignment {
  const [mine, theirs] = [runsIn(before, first), runsIn(after, second)]
  const keyOf = (side: RunsTable, row: number): string => `${side.replication[row]}/${side.seed[row]}`
  const partners = new Map(mine.map((row) => [keyOf(before, row), row]))
  const pairs = theirs.flatMap((row): [number, number][] => {
    const partner = partners.get(keyOf(after, row))
    return partner === undefined ? [] : [[partner, row]]
  })
  if (pairs.length > 0 && pairs.every(([a, b]) => before.id[a] === after.id[b])) {
    return {
      paired: true,
      before: pairs.map(([a]) => a),
      after: pairs.map(([, b]) => b),
      note: 'the runs have the same ids, so file, seed and version are the same on both sides',
    }
  }
  // One pair has no interval; two samples may have one.
  if (pairs.length >= 2 || (pairs.length === 1 && Math.min(mine.length, theirs.length) === 1)) {
    const left = Math.max(mine.length, theirs.length) - pairs.length
    return {
      paired: true,
      before: pairs.map(([a]) => a),
      after: pairs.map(([, b]) => b),
      note: left > 0 ? `${pairs.length} runs are paired by seed and replication; the others are left out` : '',
    }
  }
  return {
    paired: false,
    before: mine,
    after: theirs,
    note: 'seeds differ, so the runs are compared unpaired, which needs many more runs',
  }
}

const byVariant = new WeakMap<RunsTable, number[][]>()

function runsIn(side: RunsTable, variant: number): readonly number[] {
  let rows = byVariant.get(side)
  if (rows === undefined) {
    rows = side.variants.map(() => [])
    for (let row = 0; row < side.rows; row++) rows[side.variant[row]].push(row)
    byVariant.set(side, rows)
  }
  return rows[variant]
}

const columnsOf = ({ metrics, values }: RunsTable): ReadonlyMap<string, Float64Array> =>
  new Map(metrics.map(({ id }, i) => [id, values[i]]))

interface Draft {
  readonly metric: MetricDefinition
  readonly paired: boolean
  readonly runs: readonly [number, number]
  readonly before: number
  readonly after: number
  readonly measured: Measured
}

/** One row before Holm's correction; null when neither side has a value, so the metric does not apply. */
function draft(
  metric: MetricDefinition,
  rows: Alignment,
  before: ReadonlyMap<string, Float64Array>,
  after: ReadonlyMap<string, Float64Array>,
  margins: Margins,
): Draft | null {
  const pick = (columns: ReadonlyMap<string, Float64Array>, list: readonly number[]): PerReplication =>
    list.map((row) => columns.get(metric.id)?.[row] ?? NaN)
  let [first, second] = [pick(before, rows.before), pick(after, rows.after)]
  const measured = rows.paired ? measure(metric, first, second, margins) : measureUnpaired(metric, first, second, margins)
  if (rows.paired) [first, second] = [first.filter((_, i) => !Number.isNaN(second[i])), second.filter((_, i) => !Number.isNaN(first[i]))]
  const [mine, theirs] = [first, second].map((list) => list.filter((value): value is number => value !== null && !Number.isNaN(value)))
  if (
    mine.length === 0 &&
    theirs.length === 0 &&
    measured.pairs === 0 &&
    hasNoValue(before, rows.before, metric) &&
    hasNoValue(after, rows.after, metric)
  )
    return null
  return { metric, paired: rows.paired, runs: [mine.length, theirs.length], before: meanOf(mine), after: meanOf(theirs), measured }
}

const hasNoValue = (columns: ReadonlyMap<string, Float64Array>, rows: readonly number[], { id }: MetricDefinition): boolean =>
  rows.every((row) => Number.isNaN(columns.get(id)?.[row] ?? NaN))

const meanOf = (values: readonly number[]): number => (values.length === 0 ? NaN : intervalOf(values).mean)

function judged(
  drafts: readonly (Draft & { readonly variant: string })[],
  gate: readonly string[],
): Pick<RunComparison, 'rows' | 'regressions'> {
  const claims = drafts.map(({ metric, measured }) => ({
    pairs: gate.includes(metric.id) && metric.better !== 'neither' ? measured.pairs : 0,
    p: beyondMargin(measured),
  }))
  const adjusted = corrected(claims)
  const rows = drafts.map(({ variant, metric, paired, runs, before, after, measured }, i): ComparedRow => {
    const p = adjusted[i]
    return {
      variant,
      metric,
      paired,
      runs,
      before,
      after,
      contrast: decide(measured, null),
      gated: gate.includes(metric.id),
      regression: p !== null && p < LEVEL,
      p,
    }
  })
  return { rows, regressions: rows.filter(({ regression }) => regression).length }
}

/** p-value of "worse by no more than the margin"; 1 below two pairs. */
function beyondMargin({ mean, error, degrees, margin, better }: Measured): number {
  const worse = (better === 'lower' ? mean : -mean) - margin
  if (Number.isNaN(error)) return 1
  if (error === 0) return worse > 0 ? 0 : 1
  return studentTail(worse / error, degrees)
}

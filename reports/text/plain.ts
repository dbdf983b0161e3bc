/**
 * The summary as plain data, as `--json` prints it. Missing numbers are null, since JSON has no NaN. `summary.schema.json` specifies the
 * format: within a version, members may be added, but none removed, renamed or given another meaning.
 */
import { answerOf } from './answer.ts'
import { contrastUnit, effectName, primarySentences } from './sentences.ts'
import type { Contrast, Verdict } from '../statistics/contrast.ts'
import type { Effect } from '../statistics/effects.ts'
import { plannedReplications } from '../study.ts'
import type { Study } from '../study.ts'
import { summarise } from '../summary/summary.ts'
import type { SummaryRow } from '../summary/summary.ts'
import type { Warning } from '../summary/warnings.ts'

/** Version of the format. */
export const PLAIN_VERSION = 1

/** A contrast; missing numbers are null. */
export interface PlainContrast {
  readonly comparison: string
  readonly pairs: number
  readonly difference: number | null
  readonly interval: readonly [number, number] | null
  readonly unit: string
  readonly margin: number | null
  readonly p: number | null
  readonly holm: number | null
  readonly verdict: Verdict
  readonly reason: string
}

/** One variant in one metric. */
export interface PlainRow {
  readonly variant: string
  readonly metric: string
  readonly unit: string
  readonly better: string
  /** The primary metric answers the question; all others are exploratory. */
  readonly primary: boolean
  readonly n: number
  readonly mean: number | null
  readonly sd: number | null
  readonly interval: readonly [number, number] | null
  readonly pooled: number | null
  /** Against the baseline; null for the baseline itself. */
  readonly contrast: PlainContrast | null
  readonly missing: string
}

/** A main effect or an interaction of axes. */
export interface PlainEffect {
  readonly metric: string
  readonly kind: Effect['kind']
  /** "scheduling: best-fit against least-allocated". */
  readonly name: string
  readonly factors: readonly { readonly axis: string; readonly level: string; readonly against: string }[]
  readonly contrast: PlainContrast
}

/** The object that `--json` prints; summary.schema.json describes each member. */
export interface PlainSummary {
  readonly version: typeof PLAIN_VERSION
  readonly name: string
  readonly question: string
  readonly primary: string
  readonly baseline: string | null
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly variants: readonly {
    readonly label: string
    readonly short: string
    readonly values: readonly string[]
    readonly runs: number
  }[]
  readonly replications: number
  readonly runs: number
  /** The answer to the question in one or two sentences. */
  readonly answer: string
  /** One sentence per contrast of the primary metric. */
  readonly verdicts: readonly string[]
  /** A row per variant and metric that has a value or was refused. */
  readonly rows: readonly PlainRow[]
  /** Main effects, then interactions, metric by metric, the primary first; empty below two axes. */
  readonly effects: readonly PlainEffect[]
  readonly warnings: readonly { readonly kind: Warning['kind']; readonly variants: readonly string[]; readonly text: string }[]
  readonly notes: readonly string[]
  readonly reproduce: Study['reproduce']
}

/** Summarises a study as plain data. */
export function summaryOf(study: Study): PlainSummary {
  const summary = summarise(study)
  const counts = study.variants.map(() => 0)
  for (const { variant } of study.runs) counts[variant]++
  const listed = summary.rows.filter((row) => row.n > 0 || row.missing !== '' || row.metric.id === study.primary)
  return {
    version: PLAIN_VERSION,
    name: study.name,
    question: study.question,
    primary: study.primary,
    baseline: study.variants[0]?.label ?? null,
    axes: study.axes.map(({ name, values }) => ({ name, values: [...values] })),
    variants: study.variants.map(({ label, short, values }, variant) => ({ label, short, values: [...values], runs: counts[variant] })),
    replications: plannedReplications(study),
    runs: study.runs.length,
    answer: answerOf(summary),
    verdicts: primarySentences(summary),
    rows: listed.map((row) => plainRow(study, row)),
    effects: summary.effects.flatMap(({ metric, main, interactions }) =>
      [...main, ...interactions].map((effect): PlainEffect => ({
        metric: metric.id,
        kind: effect.kind,
        name: effectName(study, effect),
        factors: effect.factors.map(({ axis, level }) => ({
          axis: study.axes[axis].name,
          level: study.axes[axis].values[level],
          against: study.axes[axis].values[0],
        })),
        contrast: plainContrast({ metric }, effect.contrast),
      })),
    ),
    warnings: summary.warnings.map(({ kind, variants, text }) => ({
      kind,
      variants: variants.map((variant) => study.variants[variant].label),
      text,
    })),
    notes: [...study.notes],
    reproduce: { ...study.reproduce },
  }
}

/** Null for NaN and infinities; `+ 0` turns -0 into 0, as JSON does. */
const number = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null)

const interval = (low: number, high: number): readonly [number, number] | null =>
  Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null

function plainRow(study: Study, row: SummaryRow): PlainRow {
  const { contrast, metric } = row
  return {
    variant: study.variants[row.variant].label,
    metric: metric.id,
    unit: metric.unit,
    better: metric.better,
    primary: metric.id === study.primary,
    n: row.n,
    mean: number(row.mean),
    sd: number(row.sd),
    interval: interval(row.low, row.high),
    pooled: number(row.pooled),
    contrast: contrast === null ? null : plainContrast(row, contrast),
    missing: row.missing,
  }
}

function plainContrast(row: Pick<SummaryRow, 'metric'>, contrast: Contrast): PlainContrast {
  return {
    comparison: contrast.comparison,
    pairs: contrast.pairs,
    difference: number(contrast.difference),
    interval: interval(contrast.low, contrast.high),
    unit: contrastUnit(row, contrast),
    margin: number(contrast.margin),
    p: number(contrast.p),
    holm: contrast.adjusted,
    verdict: contrast.verdict,
    reason: contrast.reason,
  }
}

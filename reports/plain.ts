/** The summary as plain data, as `--json` prints it: null where there is no number, since JSON has no NaN. */
import { contrastUnit, primarySentences } from './sentences.ts'
import type { Verdict } from './statistics/contrast.ts'
import { plannedReplications } from './study.ts'
import type { Study } from './study.ts'
import { summarise } from './summary.ts'
import type { SummaryRow } from './summary.ts'

export interface PlainRow {
  readonly variant: string
  readonly metric: string
  readonly unit: string
  readonly n: number
  readonly mean: number | null
  readonly sd: number | null
  readonly interval: readonly [number, number] | null
  readonly pooled: number | null
  /** Against the baseline; null for the baseline itself. */
  readonly contrast: {
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
  } | null
  readonly missing: string
}

export interface PlainSummary {
  readonly name: string
  readonly question: string
  readonly primary: string
  readonly baseline: string | null
  readonly replications: number
  readonly runs: number
  /** One sentence per contrast of the primary metric. */
  readonly verdicts: readonly string[]
  /** A row per variant and metric that has a value or was refused. */
  readonly rows: readonly PlainRow[]
  readonly notes: readonly string[]
}

export function summaryOf(study: Study): PlainSummary {
  const summary = summarise(study)
  const told = summary.rows.filter((row) => row.n > 0 || row.missing !== '' || row.metric.id === study.primary)
  return {
    name: study.name,
    question: study.question,
    primary: study.primary,
    baseline: study.variants[0]?.label ?? null,
    replications: plannedReplications(study),
    runs: study.runs.length,
    verdicts: primarySentences(summary),
    rows: told.map((row) => plainRow(study, row)),
    notes: study.notes,
  }
}

const number = (value: number): number | null => (Number.isFinite(value) ? value : null)

const interval = (low: number, high: number): readonly [number, number] | null => (Number.isFinite(low) ? [low, high] : null)

function plainRow(study: Study, row: SummaryRow): PlainRow {
  const { contrast, metric } = row
  return {
    variant: study.variants[row.variant].label,
    metric: metric.id,
    unit: metric.unit,
    n: row.n,
    mean: number(row.mean),
    sd: number(row.sd),
    interval: interval(row.low, row.high),
    pooled: number(row.pooled),
    contrast:
      contrast === null
        ? null
        : {
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
          },
    missing: row.missing,
  }
}

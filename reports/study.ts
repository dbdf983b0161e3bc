/**
 * A study, the input of all reports: the question, the variants and the result of each run. Plain data without classes, dates or paths.
 * The runner builds one; `studyOfRuns` rebuilds one from a runs.csv.
 */
import { METRICS, metricById, type MetricDefinition, type RunResult } from '../sim/index.ts'

/** Differences up to these count as equal. */
export interface Margins {
  /** For latencies, costs and the like, as a fraction: 0.02 is 2 %. */
  readonly relative: number
  /** For shares, in percentage points. */
  readonly points: number
}

/** A setting that the study varies, and its values in plan order. */
export interface Axis {
  readonly name: string
  readonly values: readonly string[]
}

/** One combination of axis values, under its names. */
export interface Variant {
  /** Full name, for tables: "scheduling best-fit, slb two-choices". */
  readonly label: string
  /** One value per axis, in the order of `Study.axes`. */
  readonly values: readonly string[]
  /** Short name, for charts and the terminal: "best-fit · two-choices". */
  readonly short: string
}

/** One finished run. */
export interface StudyRun {
  /** Row of `Study.variants`. */
  readonly variant: number
  /** From 0. Runs of equal replication share their random streams and are paired. */
  readonly replication: number
  readonly seed: string | number
  readonly id: string
  readonly result: RunResult
}

/** What was compared, and the results. */
export interface Study {
  readonly name: string
  readonly question: string
  /** Id of the metric that answers the question. */
  readonly primary: string
  /** Ids of quantiles of the latency that were asked for besides the standard metrics; absent: none. */
  readonly quantiles?: readonly string[]
  readonly margins: Margins
  readonly axes: readonly Axis[]
  /** The first is the baseline. */
  readonly variants: readonly Variant[]
  /** In plan order; failed and missing runs are absent. */
  readonly runs: readonly StudyRun[]
  /** Notes on the whole study: failed runs, interruptions, one trace being one sample. */
  readonly notes: readonly string[]
  /** The set-up in words, one item per line ("horizon 15m after a warm-up of 3m"); the report adds axes and replications. */
  readonly setup?: readonly string[]
  /** Warm-up of all runs [s]; absent when not known, then drift is not checked. */
  readonly warmup?: number
  /** Replications planned per variant; the report warns of missing ones. */
  readonly replications?: number
  /** Replications requested of each variant, where variants get different numbers of them. */
  readonly requested?: readonly number[]
  /** Which variant a procedure selected as the best, a sentence without its point; absent when none was asked to. */
  readonly selection?: string
  readonly reproduce: {
    readonly command: string
    /** Digest of the resolved experiment and of all files that it reads. */
    readonly digest: string
    /** Version of orchsim. */
    readonly version: string
  }
}

/** The metrics of a study: the standard ones, and the quantiles that were asked for. */
export function metricsOf({ quantiles = [] }: Pick<Study, 'quantiles'>): readonly MetricDefinition[] {
  return quantiles.length === 0 ? METRICS : [...METRICS, ...quantiles.map((id) => metricById(id)!)]
}

/** Replications planned per variant; at least one more than the highest replication of any run. */
export function plannedReplications(study: Study): number {
  const seen = study.runs.reduce((max, run) => Math.max(max, run.replication + 1), 0)
  return Math.max(study.replications ?? 0, seen)
}

const byVariant = new WeakMap<Study, readonly (readonly StudyRun[])[]>()

/** The runs of one variant, by replication. Sorted once per study and cached, since every metric asks for every variant. */
export function runsOf(study: Study, variant: number): readonly StudyRun[] {
  let runs = byVariant.get(study)
  if (runs === undefined) {
    const sorted: StudyRun[][] = study.variants.map(() => [])
    for (const run of study.runs) sorted[run.variant]?.push(run)
    for (const list of sorted) list.sort((a, b) => a.replication - b.replication)
    byVariant.set(study, (runs = sorted))
  }
  return runs[variant] ?? []
}

/**
 * The plain input of everything in this folder: what was asked, which variants were compared, and what each run returned.
 * The runner builds one; a saved one can be read back and reported again. Nothing here is a class, a date or a path.
 */
import type { RunResult } from '../sim/index.ts'

/** How far apart two variants may be and still count as equal. */
export interface Margins {
  /** For latencies, costs and the like, as a part: 0.02 is 2 %. */
  readonly relative: number
  /** For shares, in percentage points. */
  readonly points: number
}

export interface Axis {
  readonly name: string
  readonly values: readonly string[]
}

export interface Variant {
  /** In full, for tables: "scheduling best-fit, slb two-choices". */
  readonly label: string
  /** One value per axis, in the order of `Study.axes`. */
  readonly values: readonly string[]
  /** For charts and the terminal: "best-fit · two-choices". */
  readonly short: string
}

export interface StudyRun {
  /** Row of `Study.variants`. */
  readonly variant: number
  /** From 0. Runs of equal replication share their random streams: they are what is paired. */
  readonly replication: number
  readonly seed: string | number
  readonly id: string
  readonly result: RunResult
}

export interface Study {
  readonly name: string
  readonly question: string
  /** Id of the one metric that the question is answered by. */
  readonly primary: string
  readonly margins: Margins
  readonly axes: readonly Axis[]
  /** The first is the baseline. */
  readonly variants: readonly Variant[]
  /** In plan order; a run that failed or was never made is simply absent. */
  readonly runs: readonly StudyRun[]
  /** What a reader must know beyond the notes of single runs: failed runs, interruptions, one trace being one sample. */
  readonly notes: readonly string[]
  /** The set-up in words, a line each ("horizon 15m after a warm-up of 3m"); the report adds axes and replications itself. */
  readonly setup?: readonly string[]
  /** Warm-up that all runs have in common [s]; absent: not known, so drift beyond it is not looked for. */
  readonly warmup?: number
  /** Replications planned per variant, so that the report can say what is missing. */
  readonly replications?: number
  readonly reproduce: {
    readonly command: string
    /** Digest of the resolved experiment and of all that it reads. */
    readonly digest: string
    /** Of orchsim. */
    readonly version: string
  }
}

/** Replications that were planned, or, when nobody said, the most that any variant has. */
export function plannedReplications(study: Study): number {
  const seen = study.runs.reduce((most, run) => Math.max(most, run.replication + 1), 0)
  return Math.max(study.replications ?? 0, seen)
}

const byVariant = new WeakMap<Study, readonly (readonly StudyRun[])[]>()

/** The runs of one variant, by replication. Plainly a filter; sorted into variants once, since every metric asks for every variant. */
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

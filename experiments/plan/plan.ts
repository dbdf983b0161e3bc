/**
 * The plan: every run of an experiment as plain data, ordered by variant, then by replication. The id of a run is a digest of exactly
 * what decides its result: it does not depend on paths, workers or the position in the plan.
 */
import { createHash } from 'node:crypto'
import { askedQuantile, type RunResult } from '../../sim/index.ts'
import type { Scenario } from '../file/scenario.ts'
import type { PrecisionRule, SelectionRule } from '../../reports/index.ts'
import type { Assertion } from '../file/schema/experiment.ts'
import type { Experiment } from '../file/spec.ts'

/** One axis of `compare`. */
export interface Axis {
  /** Path in the file; also the name of the axis in tables. */
  readonly key: string
  readonly labels: readonly string[]
  /** As the file writes them, in the units of the user. */
  readonly values: readonly unknown[]
}

/** One combination of axis values. */
export interface Variant {
  readonly index: number
  /** `best-fit · two-choices`; `all runs` without axes. */
  readonly label: string
  /** Index of the value of each axis. */
  readonly choices: readonly number[]
  readonly scenario: Scenario
}

/** One replication of a variant. */
export interface PlannedRun {
  readonly id: string
  readonly variant: number
  readonly replication: number
  readonly seed: string | number
}

/** All variants and the runs of the first wave. */
export interface Plan {
  readonly name: string
  readonly question: string
  readonly seed: string | number
  /** Replications of the first wave, which is the only one when `until` is null. */
  readonly replications: number
  readonly until: PrecisionRule | SelectionRule | null
  readonly primary: string
  /** Ids of quantiles of the latency that the file asks for besides the standard metrics. */
  readonly quantiles: readonly string[]
  /** Version of orchsim: part of each run's identity. */
  readonly engine: string
  readonly margins: { readonly relative: number; readonly points: number }
  readonly assert: readonly Assertion[]
  readonly axes: readonly Axis[]
  readonly variants: readonly Variant[]
  readonly runs: readonly PlannedRun[]
  /** What a reader must know before the runs; a sentence each. */
  readonly warnings: readonly string[]
}

/** The plan of an experiment. `engine` is the version of orchsim. */
export function planOf(experiment: Experiment, engine: string): Plan {
  const { name, question, seed, replications, primary, margins, assert, axes, warnings } = experiment
  const variants = experiment.variants.map(({ choices, scenario }, index): Variant => ({
    index,
    choices,
    scenario,
    label: choices.length === 0 ? 'all runs' : choices.map((choice, axis) => axes[axis].labels[choice]).join(' · '),
  }))
  const { count, until } = replications
  const asked = [primary, ...experiment.metrics, ...assert.map(({ metric }) => metric)]
  const quantiles = [...new Set(asked)].filter((id) => !Number.isNaN(askedQuantile(id)))
  const plan = { name, question, seed, replications: count, until, primary, quantiles, margins, assert, axes, variants, engine, warnings }
  return { ...plan, runs: runsFrom(plan, 0, count) }
}

/** The runs of the replications from `first` up to, not including, `end`. */
export function runsFrom({ variants, seed, engine }: Pick<Plan, 'variants' | 'seed' | 'engine'>, first: number, end: number): PlannedRun[] {
  return variants.flatMap(({ index, scenario }) => {
    const content = canonical(identity(scenario))
    return Array.from({ length: end - first }, (_, i): PlannedRun => {
      const replication = first + i
      const id = createHash('sha256').update(canonical({ engine, seed, replication })).update(content).digest('hex')
      return { id, variant: index, replication, seed }
    })
  })
}

/** The part of a scenario that decides results: not the paths of files that have a digest, and not `check`. */
function identity(scenario: Scenario): unknown {
  const { check: _, ...rest } = scenario
  return withoutPlaces(rest)
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (typeof value !== 'object' || value === null) return value
  const digested = 'digest' in value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(digested && (key === 'file' || key === 'path')))
      .map(([key, inner]) => [key, withoutPlaces(inner)]),
  )
}

/** JSON with sorted keys, so that equal values give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}

/** A run and its result. */
export interface FinishedRun {
  readonly run: PlannedRun
  readonly result: RunResult
}

/**
 * Decides the next wave of runs from the results so far; an empty wave ends the experiment. Replication until an interval is narrow,
 * tuning and capacity search are planners.
 */
export interface Planner {
  next(finished: readonly FinishedRun[]): readonly PlannedRun[]
}

/** All runs of the plan in one wave. */
export const oneWave = (plan: Plan): Planner => plannerOfRuns(plan.runs)

/** These runs in one wave. */
export function plannerOfRuns(runs: readonly PlannedRun[]): Planner {
  let asked = false
  return {
    next() {
      if (asked) return []
      asked = true
      return runs
    },
  }
}

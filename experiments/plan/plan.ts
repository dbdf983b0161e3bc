/**
 * The plan: every run of an experiment as plain data, variant by variant and replication by replication. A run's id is a digest of
 * all that decides its result and of nothing else: no path, no worker, no position in the plan.
 */
import { createHash } from 'node:crypto'
import type { RunResult } from '../../sim/outcome/results.ts'
import type { Scenario } from '../file/scenario.ts'
import type { Assertion, PrecisionRule } from '../file/schema.ts'
import type { Experiment } from '../file/spec.ts'

export interface Axis {
  /** Path of the file: the name of the axis in tables. */
  readonly key: string
  readonly labels: readonly string[]
}

export interface Variant {
  readonly index: number
  /** `best-fit · two-choices`; `all runs` without axes. */
  readonly label: string
  /** Row of each axis' labels. */
  readonly choices: readonly number[]
  readonly scenario: Scenario
}

export interface PlannedRun {
  readonly id: string
  readonly variant: number
  readonly replication: number
  readonly seed: string | number
}

export interface Plan {
  readonly name: string
  readonly question: string
  readonly seed: string | number
  /** Of the first wave; the only one without a rule. */
  readonly replications: number
  readonly until: PrecisionRule | null
  readonly primary: string
  /** Version of orchsim: part of each run's identity. */
  readonly engine: string
  readonly margins: { readonly relative: number; readonly points: number }
  readonly assert: readonly Assertion[]
  readonly axes: readonly Axis[]
  readonly variants: readonly Variant[]
  readonly runs: readonly PlannedRun[]
}

export function planOf(experiment: Experiment, engine: string): Plan {
  const { name, question, seed, replications, primary, margins, assert, axes } = experiment
  const variants = experiment.variants.map(({ choices, scenario }, index): Variant => ({
    index,
    choices,
    scenario,
    label: choices.length === 0 ? 'all runs' : choices.map((choice, axis) => axes[axis].labels[choice]).join(' · '),
  }))
  const { count, until } = replications
  const plan = { name, question, seed, replications: count, until, primary, margins, assert, axes, variants, engine }
  return { ...plan, runs: runsFrom(plan, 0, count) }
}

/** The runs of the replications `first` to before `end`, variant by variant. */
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

/** A scenario without its machine: where a digest stands for a file, the file's place says nothing; checks do not change a result. */
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

/** JSON with sorted keys: equal values, equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}

/** A run that was asked for, and what came of it. */
export interface FinishedRun {
  readonly run: PlannedRun
  readonly result: RunResult
}

/**
 * The only thing that looks back: it sees the results so far and asks for more runs, in waves. Replication until an interval is
 * narrow, tuning and capacity search are planners; an empty wave ends the experiment.
 */
export interface Planner {
  next(finished: readonly FinishedRun[]): readonly PlannedRun[]
}

/** Everything that is planned, at once. */
export function oneWave(plan: Plan): Planner {
  let asked = false
  return {
    next() {
      if (asked) return []
      asked = true
      return plan.runs
    },
  }
}

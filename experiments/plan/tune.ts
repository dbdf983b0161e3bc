/**
 * Search over the settings that `compare` spans, for the least cost subject to an objective. The waves depend only on results, so that the
 * same file and seed search in the same way with any number of workers.
 */
import { metricById, type MetricDefinition } from '../../sim/index.ts'
import { Streams } from '../../sim/random/index.ts'
import { runsFrom, type FinishedRun, type Plan, type PlannedRun, type Planner } from './plan.ts'

/** How settings are chosen. */
export type Search = 'halving' | 'random' | 'grid'

/** What is searched for. */
export interface Goal {
  readonly cost: MetricDefinition
  /** The metric that must not exceed the bound, or not fall below it when more is better. */
  readonly objective: MetricDefinition
  readonly bound: number
}

/** A setting with the results of its replications. */
export interface Tried {
  readonly variant: number
  readonly cost: readonly number[]
  readonly objective: readonly number[]
  /** Means; not a number where a metric was refused in a run. */
  readonly meanCost: number
  readonly meanObjective: number
  readonly feasible: boolean
}

/** Share of the settings that stay from one round of halving to the next (Jamieson and Talwalkar 2016: 1 / 3 and 1 / 4 are usual). */
const KEPT = 3
/** Replications of the first round at least: one says nothing about the spread. */
const FIRST = 2

const GOAL = /^([a-z0-9.-]+)\s*(<=|>=)\s*(-?\d+(?:\.\d+)?)%?$/

/** Reads "slo-misses<=1"; a text says what is wrong. */
export function readObjective(text: string): Omit<Goal, 'cost'> | string {
  const [, id, sign, bound] = GOAL.exec(text.trim()) ?? []
  if (id === undefined) return `found the objective "${text}"; accepted: a metric and a bound in its unit, such as slo-misses<=1`
  const objective = metricById(id)
  if (objective === undefined) return `found the unknown metric "${id}" in the objective; accepted: one of orchsim list metrics`
  const needed = objective.better === 'higher' ? '>=' : '<='
  if (sign !== needed) return `found ${sign} with ${id}, of which ${objective.better} is better; accepted: ${id}${needed}${bound}`
  return { objective, bound: Number(bound) }
}

/** The settings with their results, the best first: those that keep the objective by cost, then the others by how far they are from it. */
export function ranked(goal: Goal, finished: readonly FinishedRun[]): Tried[] {
  const byVariant = new Map<number, FinishedRun[]>()
  for (const one of finished) {
    const list = byVariant.get(one.run.variant)
    if (list === undefined) byVariant.set(one.run.variant, [one])
    else list.push(one)
  }
  const sign = goal.objective.better === 'higher' ? -1 : 1
  const last = (value: number): number => (Number.isNaN(value) ? Infinity : value)
  return [...byVariant]
    .map(([variant, runs]): Tried => {
      const of = (metric: MetricDefinition): number[] => runs.map(({ result }) => result.metrics[metric.id] ?? NaN)
      const cost = of(goal.cost)
      const objective = of(goal.objective)
      const meanCost = meanOf(cost)
      const meanObjective = meanOf(objective)
      const feasible = sign * meanObjective <= sign * goal.bound && !Number.isNaN(meanCost)
      return { variant, cost, objective, meanCost, meanObjective, feasible }
    })
    .sort(
      (a, b) =>
        Number(b.feasible) - Number(a.feasible) ||
        compared(a.feasible ? a.meanCost : last(sign * a.meanObjective), b.feasible ? b.meanCost : last(sign * b.meanObjective)) ||
        a.variant - b.variant,
    )
}

const compared = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The settings that no other beats in both means, by cost. */
export function paretoFront(goal: Goal, tried: readonly Tried[]): Tried[] {
  const sign = goal.objective.better === 'higher' ? -1 : 1
  const costSign = goal.cost.better === 'higher' ? -1 : 1
  const known = tried.filter(({ meanCost, meanObjective }) => !Number.isNaN(meanCost) && !Number.isNaN(meanObjective))
  const sorted = known.sort(
    (a, b) => costSign * (a.meanCost - b.meanCost) || sign * (a.meanObjective - b.meanObjective) || a.variant - b.variant,
  )
  let best = Infinity
  return sorted.filter(({ meanObjective }) => {
    if (sign * meanObjective >= best) return false
    best = sign * meanObjective
    return true
  })
}

/** A round of the search: the number of settings that it runs, and the replications that each has when it is over. */
interface Round {
  readonly settings: number
  readonly replications: number
}

/** The rounds of a search and the runs that they need. */
export function roundsOf(
  search: Search,
  settings: number,
  replications: number,
): { readonly rounds: readonly Round[]; readonly runs: number } {
  if (search !== 'halving') return { rounds: [{ settings, replications }], runs: settings * replications }
  const sizes = [settings]
  while (sizes.at(-1)! > KEPT) sizes.push(Math.ceil(sizes.at(-1)! / KEPT))
  let share = 1
  const needed = sizes.map(() => 0)
  for (let round = sizes.length - 1; round >= 0; round--) {
    needed[round] = Math.min(replications, Math.max(FIRST, Math.ceil(replications / share)))
    share *= KEPT
  }
  const rounds = sizes.map((size, round): Round => ({ settings: size, replications: needed[round] }))
  const runs = rounds.reduce((sum, { settings: size, replications: count }, i) => sum + size * (count - (i === 0 ? 0 : needed[i - 1])), 0)
  return { rounds, runs }
}

/** Most settings that the budget of runs allows, at most all of them. */
export function affordable(search: Search, all: number, replications: number, budget: number): number {
  let settings = all
  while (settings > 0 && roundsOf(search, settings, replications).runs > budget) settings--
  return settings
}

/** The planner of a search over `count` settings of the plan, drawn from its seed when they are not all. */
export function searching(plan: Plan, goal: Goal, search: Search, count: number): Planner {
  const { rounds } = roundsOf(search, count, plan.replications)
  let kept = drawn(plan, count)
  let round = 0
  let had = 0
  return {
    next(finished): readonly PlannedRun[] {
      if (round === rounds.length) return []
      const { settings, replications } = rounds[round++]
      if (had > 0) {
        const alive = new Set(kept)
        kept = ranked(
          goal,
          finished.filter(({ run }) => alive.has(run.variant)),
        )
          .slice(0, settings)
          .map(({ variant }) => variant)
      }
      const wave = runsFrom({ ...plan, variants: kept.map((variant) => plan.variants[variant]) }, had, replications)
      had = replications
      return wave.length > 0 ? wave : this.next(finished)
    },
  }
}

/** Rows of the variants that are tried, without repetition. */
function drawn({ variants, seed }: Plan, count: number): number[] {
  const rows = variants.map(({ index }) => index)
  if (count >= rows.length) return rows
  const stream = new Streams(seed, 0).stream('tune')
  for (let i = 0; i < count; i++) {
    const other = i + stream.int(rows.length - i)
    ;[rows[i], rows[other]] = [rows[other], rows[i]]
  }
  return rows.slice(0, count).sort((a, b) => a - b)
}

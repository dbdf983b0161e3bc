/** `orchsim tune FILE`: of the settings that compare spans, the cheapest that keeps an objective, and an estimate of it on other seeds. */
import { metricById } from '../../sim/index.ts'
import { formatInterval, metricInterval } from '../../reports/index.ts'
import { plannerOfRuns, runsFrom, type Plan } from '../plan/plan.ts'
import { affordable, paretoFront, ranked, readObjective, roundsOf, searching, type Goal, type Search, type Tried } from '../plan/tune.ts'
import { execute, threads, type Execution, type Executor } from '../run/execute.ts'
import { usableProcessors } from '../run/processors.ts'
import type { CommandContext, Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { printFailures } from './finish.ts'
import { planFile, type Overrides } from './plan-file.ts'

/** Options of `tune`. */
export interface TuneOptions extends Overrides {
  readonly objective: string
  readonly cost: string
  readonly search: Search
  readonly budget?: number
  readonly jobs?: number
  readonly json?: boolean
}

/** Prints the front, the winner, and its estimate on a second set of seeds; exit code 3 when no setting keeps the objective. */
export async function tuneCommand(
  file: string,
  options: TuneOptions,
  { out, err, interrupts }: Pick<CommandContext, 'out' | 'err' | 'interrupts'>,
  executor?: Executor,
): Promise<ExitCode> {
  const screens: Screens = { out, err }
  const wrong = (message: string): ExitCode => {
    err.write(`orchsim tune: ${message}\n`)
    return EXIT.wrong
  }
  const objective = readObjective(options.objective)
  if (typeof objective === 'string') return wrong(objective)
  const cost = metricById(options.cost)
  if (cost === undefined) return wrong(`found the unknown metric "${options.cost}" as cost; accepted: one of orchsim list metrics`)
  if (cost.better === 'higher')
    return wrong(`found ${cost.id} as cost, of which higher is better; accepted: a metric of which lower is better`)
  const goal: Goal = { ...objective, cost }
  const plan = await planFile(file, options, screens)
  if (plan === undefined) return EXIT.wrong
  if (plan.variants.length < 2) return wrong('found a file with one setting; accepted: compare with the values to search over')
  const count = settingsOf(plan, options)
  if (typeof count === 'string') return wrong(count)
  const workers = executor ?? threads(options.jobs ?? usableProcessors())
  try {
    return await search(plan, goal, { options, count, workers, interrupts, screens })
  } finally {
    await workers.close()
  }
}

/** Number of settings that are tried, or what is wrong with the budget. */
function settingsOf({ variants, replications }: Plan, { search, budget }: TuneOptions): number | string {
  const all = variants.length
  const { runs } = roundsOf(search, all, replications)
  const count = affordable(search, all, replications, budget ?? runs)
  if (search === 'grid' && count < all)
    return `found a budget of ${budget} runs; accepted: at least ${runs}, ${all} settings with ${replications} replications, or --search random`
  if (count < 2)
    return `found a budget of ${budget} runs; accepted: at least ${roundsOf(search, 2, replications).runs}, enough for two settings`
  return count
}

interface SearchRun {
  readonly options: TuneOptions
  readonly count: number
  readonly workers: Executor
  readonly interrupts: AbortSignal
  readonly screens: Screens
}

async function search(plan: Plan, goal: Goal, run: SearchRun): Promise<ExitCode> {
  const { options, count, workers, interrupts, screens } = run
  const searched = await execute(plan, searching(plan, goal, options.search, count), workers, interrupts)
  if (searched.interrupted) return EXIT.interrupted
  printFailures(plan, searched, screens)
  const tried = ranked(goal, searched.finished)
  const winner = tried.find(({ feasible }) => feasible)
  const second = { ...plan, seed: `${plan.seed}/second` }
  let estimate: Tried | undefined
  let again: Execution | undefined
  if (winner !== undefined) {
    const runs = runsFrom({ ...second, variants: [plan.variants[winner.variant]] }, 0, plan.replications)
    again = await execute(second, plannerOfRuns(runs), workers, interrupts)
    if (again.interrupted) return EXIT.interrupted
    printFailures(plan, again, screens)
    estimate = ranked(goal, again.finished)[0]
  }
  const report = reportOf(plan, goal, { tried, winner, estimate, runs: searched.asked.length })
  screens.out.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : textOf(report))
  if (searched.failed.length > 0 || (again?.failed.length ?? 0) > 0) return EXIT.failed
  return winner === undefined ? EXIT.broken : EXIT.done
}

interface Found {
  readonly tried: readonly Tried[]
  readonly winner: Tried | undefined
  readonly estimate: Tried | undefined
  readonly runs: number
}

function reportOf(plan: Plan, goal: Goal, { tried, winner, estimate, runs }: Found) {
  const rowOf = (one: Tried) => {
    const { label, choices } = plan.variants[one.variant]
    return {
      setting: label,
      values: Object.fromEntries(plan.axes.map(({ key, values }, axis) => [key, values[choices[axis]]])),
      cost: intervalIn(goal.cost, one.cost),
      objective: intervalIn(goal.objective, one.objective),
      keeps: one.feasible,
    }
  }
  return {
    version: 1,
    cost: goal.cost.id,
    costUnit: goal.cost.unit,
    objective: goal.objective.id,
    objectiveUnit: goal.objective.unit,
    bound: goal.bound,
    settings: plan.variants.length,
    tried: tried.length,
    runs,
    front: paretoFront(goal, tried).map(rowOf),
    winner: winner === undefined ? null : rowOf(winner),
    estimate: estimate === undefined ? null : rowOf(estimate),
  }
}

/** Null where a run has no value. */
function intervalIn(metric: Goal['cost'], values: readonly number[]) {
  if (values.some(Number.isNaN)) return null
  const { n, mean, low, high } = metricInterval(metric, values)
  return { n, mean, low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null }
}

type Report = ReturnType<typeof reportOf>

function textOf(report: Report): string {
  const { cost, costUnit, objective, objectiveUnit, bound, front, winner, estimate } = report
  const value = (interval: Report['front'][number]['cost'], unit: string): string =>
    interval === null
      ? 'not measured'
      : `${formatInterval({ mean: interval.mean, low: interval.low ?? NaN, high: interval.high ?? NaN })} ${unit}`
  const row = (one: Report['front'][number]): string =>
    `  ${one.setting}: ${cost} ${value(one.cost, costUnit)}, ${objective} ${value(one.objective, objectiveUnit)}, n = ${one.cost?.n ?? 0}${one.keeps ? '' : ', misses the objective'}`
  const lines = [
    `${report.tried} of ${report.settings} settings, ${report.runs} runs; least ${cost} with ${objective} within ${bound} ${objectiveUnit}`,
    '',
    'settings that no other beats in both (mean and 95 % interval):',
    ...front.map(row),
    '',
  ]
  if (winner === null) lines.push('no setting keeps the objective')
  else {
    lines.push(
      'cheapest setting that keeps the objective, chosen by these runs, so that its values are on the favourable side:',
      row(winner),
    )
    if (estimate !== null) lines.push('the same on a second set of seeds, an unbiased estimate:', row(estimate))
    if (estimate !== null && !estimate.keeps)
      lines.push('on the second set of seeds it does not keep the objective: use more replications, or a stricter bound')
  }
  return `${lines.join('\n')}\n`
}

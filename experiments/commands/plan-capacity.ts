/** `orchsim plan-capacity FILE`: the fewest and the cheapest nodes on which pods fit, how far that is above lower bounds, and how far the present cell can shrink. */
import {
  bestPlan,
  CapacityWorkload,
  compact,
  continuousBound,
  lowerBound,
  packers,
  suggestion,
  type Objective,
  type PackerDefinition,
  type Plan,
  type PackingProblem,
} from '../../sim/index.ts'
import { Streams } from '../../sim/random/index.ts'
import { readCapacityFile, type CapacityFile } from '../capacity/file.ts'
import { capacityText, type CapacityReport, type PlanReport } from '../capacity/text.ts'
import { loadSolver, lpBound, MissingSolver, type Solver } from '../capacity/lp-bound.ts'
import { problemsText } from '../file/document.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Options of `plan-capacity`. */
export interface PlanCapacityOptions {
  readonly packer?: readonly string[]
  readonly lp?: boolean
  readonly trials?: number
  readonly pending?: number
  readonly seed?: string
  readonly json?: boolean
}

/** Packer of the compaction where the user names none. */
const COMPACTING = 'best-fit-decreasing'

/** Prints the plans; exit code 1 when some pod fits no kind of node or the limits are too low. */
export async function planCapacityCommand(file: string, options: PlanCapacityOptions, { out, err }: Screens): Promise<ExitCode> {
  const chosen = packersOf(options.packer ?? [])
  if ('wrong' in chosen) {
    err.write(`orchsim plan-capacity: ${chosen.wrong}\n`)
    return EXIT.wrong
  }
  const read = readCapacityFile(file)
  if ('problems' in read) {
    err.write(`${problemsText(read.problems)}\n`)
    return EXIT.wrong
  }
  let solver: Solver | null = null
  try {
    if (options.lp === true) solver = await loadSolver()
  } catch (error) {
    if (!(error instanceof MissingSolver)) throw error
    err.write(`orchsim plan-capacity: ${error.message}\n`)
    return EXIT.wrong
  }
  const report = reportOf(read.found, chosen.packers, options, solver)
  out.write(options.json === true ? `${JSON.stringify({ version: 1, ...report }, null, 2)}\n` : capacityText(report))
  if (report.plans.every(({ leftOver }) => leftOver === 0)) return EXIT.done
  const { leftOver } = report.plans[0]
  err.write(
    `orchsim plan-capacity: ${leftOver} of ${report.pods} pods fit no node within the limits; accepted: larger kinds of nodes, or a higher max\n`,
  )
  return EXIT.failed
}

function packersOf(names: readonly string[]): { readonly packers: readonly PackerDefinition[] } | { readonly wrong: string } {
  const all = packers.all.filter(({ name }) => name !== 'none') as readonly PackerDefinition[]
  const known = all.map(({ name }) => name)
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined)
    return { wrong: `found the packer ${JSON.stringify(wrong)}; accepted: ${known.join(', ')}${suggestion(wrong, known)}` }
  return { packers: names.length === 0 ? all : all.filter(({ name }) => names.includes(name)) }
}

function reportOf(
  file: CapacityFile,
  chosen: readonly PackerDefinition[],
  options: PlanCapacityOptions,
  solver: Solver | null,
): CapacityReport {
  const workload = new CapacityWorkload(file.groups, file.kinds)
  const problem = workload.ofNewNodes()
  const priced = file.kinds.some(({ template }) => template.price > 0)
  const objectives: readonly Objective[] = priced ? ['cost', 'nodes'] : ['nodes']
  return {
    pods: problem.items,
    kinds: file.kinds.map(({ name, limit, template }) => ({
      name,
      price: dollars(template.price),
      max: limit === Infinity ? null : limit,
    })),
    plans: objectives.map((objective) => planReport(bestPlan(problem, chosen, objective), problem, objective, solver)),
    compaction: file.cell.length === 0 ? null : compactionOf(workload, file, options),
  }
}

function planReport(plan: Plan, problem: PackingProblem, objective: Objective, solver: Solver | null): PlanReport {
  const { packing, nodes, cost, by } = plan
  const unit = objective === 'nodes' ? 1 : 1e-6
  const value = objective === 'nodes' ? nodes : cost
  const of = (bound: { readonly bins: number; readonly cost: number }): number => (objective === 'nodes' ? bound.bins : bound.cost) * unit
  const lp = solver === null ? null : lpBound(problem, objective === 'cost', solver)
  const bounds = {
    continuous: of(continuousBound(problem)),
    indivisible: of(lowerBound(problem)),
    lp: lp === null ? null : lp.bound * unit,
    lpSolved: lp === null ? null : lp.solved,
  }
  const bound = Math.max(bounds.continuous, bounds.indivisible, bounds.lp ?? 0)
  return {
    objective,
    by,
    nodes,
    cost: dollars(cost),
    leftOver: packing.leftOver,
    byKind: problem.types.map(({ name }, type) => ({ name, nodes: packing.opened.filter((one) => one === type).length })),
    bounds,
    // With pods left over the packing is none of all pods.
    gap: packing.leftOver > 0 || !(bound > 0) || bound === Infinity ? null : (value * unit) / bound - 1,
  }
}

function compactionOf(workload: CapacityWorkload, { cell }: CapacityFile, options: PlanCapacityOptions): CapacityReport['compaction'] {
  const name = options.packer?.[0] ?? COMPACTING
  const definition = packers.find(name) as PackerDefinition
  const values = Object.fromEntries(Object.entries(definition.parameters).map(([key, parameter]) => [key, parameter.default]))
  const packer = definition.create(values as never, { now: () => 0 })
  if (packer === null) throw new Error(`${name} packs nothing; accepted: a packer`)
  const trials = options.trials ?? 11
  const random = new Streams(options.seed ?? '1', 0).stream('compaction')
  const found = compact({ workload, cell, packer, trials, tolerance: (options.pending ?? 0) / 100, random })
  return { by: name, trials, tolerance: options.pending ?? 0, nodes: cell.length, ...(found === null ? { sizes: null } : found) }
}

const dollars = (micro: number): number => micro / 1e6

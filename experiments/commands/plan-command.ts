/** `orchsim plan` and `orchsim validate`: everything short of running. */
import { availableParallelism } from 'node:os'
import { estimatesOf, type Estimate } from '../plan/estimate.ts'
import { clock, short } from '../run/progress.ts'
import { canonical, planOf, type Plan } from '../plan/plan.ts'
import { EXIT, type PlanOptions, type Screens } from './cli.ts'
import { problemsText, type Problem } from '../file/document.ts'
import { version } from '../file/package.ts'
import { percentText } from '../file/quantities.ts'
import { readExperiment } from '../file/spec.ts'

/** The options that replace values of the file, as `--set` texts. */
export function setsOf({ set, seed, replications }: PlanOptions & { readonly check?: boolean }): string[] {
  const sets = [...set]
  if (seed !== undefined) sets.push(`seed=${/^\d+$/.test(seed) ? seed : JSON.stringify(seed)}`)
  if (replications !== undefined) sets.push(`replications=${replications}`)
  return sets
}

export function printProblems(problems: readonly Problem[], screens: Screens): void {
  screens.err.write(`${problemsText(problems)}\n`)
}

/** The plan of a file, or undefined after its problems were printed. */
export async function planFile(file: string, options: PlanOptions, screens: Screens): Promise<Plan | undefined> {
  const resolved = await readExperiment(file, { set: setsOf(options) })
  if ('problems' in resolved) {
    printProblems(resolved.problems, screens)
    return undefined
  }
  return planOf(resolved.experiment, version())
}

export async function planCommand(file: string, options: PlanOptions, screens: Screens): Promise<number> {
  const plan = await planFile(file, options, screens)
  if (plan === undefined) return EXIT.wrong
  const jobs = options.jobs ?? availableParallelism()
  const cost = await estimatesOf(plan, jobs)
  screens.out.write(
    options.json === true ? `${JSON.stringify({ ...plan, estimates: cost.variants }, null, 2)}\n` : planText(plan, cost, jobs),
  )
  return EXIT.done
}

export function planText(plan: Plan, cost: { readonly variants: readonly Estimate[]; readonly seconds: number }, jobs: number): string {
  const events = plan.runs.reduce((sum, run) => sum + cost.variants[run.variant].events, 0)
  const lines = [
    `${plan.name}: ${plan.variants.length} variant${plan.variants.length === 1 ? '' : 's'} of ${plan.replications} replications, ${plan.runs.length} runs, seed ${plan.seed}, primary metric ${plan.primary}`,
    ...plan.axes.map(({ key, labels }) => `  axis ${key}: ${labels.join(', ')}`),
    `  replications: ${replicationsText(plan)}`,
    `  cost: about ${short(events)} events, some ${clock(cost.seconds)} on ${Math.min(jobs, plan.runs.length)} thread${Math.min(jobs, plan.runs.length) === 1 ? '' : 's'}, without retries and contention`,
    '',
    'variant  requests      pods    events  choices',
  ]
  plan.variants.forEach((variant, i) => {
    const { requests, pods, events: each } = cost.variants[i]
    const numbers = [requests, pods, each].map((value) => short(value).padStart(8)).join('  ')
    lines.push(`${String(i + 1).padStart(7)}  ${numbers}  ${variant.label} (${reasonOf(plan, i)})`)
  })
  lines.push('', 'run           variant  replication  choices')
  for (const { id, variant, replication } of plan.runs) {
    lines.push(
      `${id.slice(0, 12)}  ${String(variant + 1).padStart(7)}  ${String(replication + 1).padStart(11)}  ${plan.variants[variant].label}`,
    )
  }
  lines.push('', 'resolved:')
  for (const { label, scenario } of plan.variants) lines.push(`${label}: ${canonical(scenario)}`)
  return `${lines.join('\n')}\n`
}

/** Why a variant is there: what it is compared for. */
function reasonOf({ axes, variants }: Plan, index: number): string {
  if (variants.length === 1) return 'nothing is compared'
  if (index === 0) return 'the baseline, as the first value of each axis'
  const differing = axes.filter((_, axis) => variants[index].choices[axis] !== 0)
  return `differs from the baseline in ${differing.map(({ key }) => key).join(' and ')}`
}

function replicationsText({ replications, until, primary }: Plan): string {
  if (until === null)
    return replications === 1 ? 'one: no intervals, and verdicts stay inconclusive' : `${replications}, paired by their random streams`
  const goal = until.relative === null ? `${until.absolute}` : `${percentText(until.relative)} of it`
  return `${replications}, then waves of ${until.wave} until half of the 95 % interval of ${primary} is at most ${goal}, at most ${until.most}`
}

export async function validateCommand(files: readonly string[], screens: Screens): Promise<number> {
  const problems: Problem[] = []
  for (const file of files) {
    const resolved = await readExperiment(file)
    if ('problems' in resolved) problems.push(...resolved.problems)
    else screens.out.write(`${file}: right, ${resolved.experiment.variants.length * resolved.experiment.replications.count} runs\n`)
  }
  if (problems.length === 0) return EXIT.done
  printProblems(problems, screens)
  return EXIT.wrong
}

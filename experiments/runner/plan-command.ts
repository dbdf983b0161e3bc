/** `orchsim plan` and `orchsim validate`: everything short of running. */
import { canonical, planOf, type Plan } from './plan.ts'
import { EXIT, type PlanOptions, type Screens } from './cli.ts'
import { problemsText, type Problem } from './document.ts'
import { version } from './package.ts'
import { readExperiment } from './spec.ts'

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
  screens.out.write(options.json === true ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan))
  return EXIT.done
}

export function planText(plan: Plan): string {
  const lines = [
    `${plan.name}: ${plan.variants.length} variant${plan.variants.length === 1 ? '' : 's'} of ${plan.replications} replications, ${plan.runs.length} runs, seed ${plan.seed}, primary metric ${plan.primary}`,
    ...plan.axes.map(({ key, labels }) => `  axis ${key}: ${labels.join(', ')}`),
    '',
    'run           variant  replication  choices',
  ]
  for (const { id, variant, replication } of plan.runs) {
    lines.push(`${id.slice(0, 12)}  ${String(variant + 1).padStart(7)}  ${String(replication + 1).padStart(11)}  ${plan.variants[variant].label}${variant === 0 && plan.variants.length > 1 ? ' (baseline)' : ''}`)
  }
  lines.push('', 'resolved:')
  for (const { label, scenario } of plan.variants) lines.push(`${label}: ${canonical(scenario)}`)
  return `${lines.join('\n')}\n`
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

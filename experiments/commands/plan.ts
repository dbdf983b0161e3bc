/** `orchsim plan FILE`: the resolved runs with their reasons and their estimated cost, without running them. */
import { usableProcessors } from '../run/processors.ts'
import { stringify } from 'yaml'
import { plainText } from '../../reports/index.ts'
import { percentText } from '../file/quantities.ts'
import { estimatesOf, type Estimate } from '../plan/estimate.ts'
import { selects } from '../plan/waves.ts'
import type { Plan } from '../plan/plan.ts'
import { clock, short } from '../run/progress.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { planFile, type Overrides } from './plan-file.ts'

/** Options of `plan`. */
export interface PlanOptions extends Overrides {
  readonly jobs?: number
  readonly json?: boolean
}

/** Prints the plan as text or JSON. */
export async function planCommand(file: string, options: PlanOptions, screens: Screens): Promise<ExitCode> {
  const plan = await planFile(file, options, screens)
  if (plan === undefined) return EXIT.wrong
  const jobs = options.jobs ?? usableProcessors()
  const cost = await estimatesOf(plan, jobs)
  screens.out.write(
    options.json === true ? `${JSON.stringify({ ...plan, estimates: cost.variants }, null, 2)}\n` : planText(plan, cost, jobs),
  )
  return EXIT.done
}

function planText(plan: Plan, cost: { readonly variants: readonly Estimate[]; readonly seconds: number }, jobs: number): string {
  return `${[...headLines(plan, cost, jobs), ...variantLines(plan, cost.variants), ...runLines(plan), ...differenceLines(plan)].map(plainLine).join('\n')}\n`
}

/** YAML of several lines keeps its lines. */
const plainLine = (text: string): string => text.split('\n').map(plainText).join('\n')

function headLines(plan: Plan, cost: { readonly variants: readonly Estimate[]; readonly seconds: number }, jobs: number): string[] {
  const events = plan.runs.reduce((sum, run) => sum + cost.variants[run.variant].events, 0)
  const threads = Math.min(jobs, plan.runs.length)
  return [
    `${plan.name}: ${plan.variants.length} variant${plan.variants.length === 1 ? '' : 's'} of ${plan.replications} replications, ${plan.runs.length} runs, seed ${plan.seed}, primary metric ${plan.primary}`,
    ...plan.axes.map(({ key, labels }) => `  axis ${key}: ${labels.join(', ')}`),
    `  replications: ${replicationsText(plan)}`,
    `  cost: about ${short(events)} events, about ${clock(cost.seconds)} on ${threads} thread${threads === 1 ? '' : 's'}, without retries and contention`,
  ]
}

function variantLines(plan: Plan, estimates: readonly Estimate[]): string[] {
  const rows = plan.variants.map((variant, i) => {
    const { requests, pods, events } = estimates[i]
    const numbers = [requests, pods, events].map((value) => short(value).padStart(8)).join('  ')
    return `${String(i + 1).padStart(7)}  ${numbers}  ${variant.label} (${reasonOf(plan, i)})`
  })
  return ['', 'variant  requests      pods    events  choices', ...rows]
}

function runLines(plan: Plan): string[] {
  const rows = plan.runs.map(
    ({ id, variant, replication }) =>
      `${id.slice(0, 12)}  ${String(variant + 1).padStart(7)}  ${String(replication + 1).padStart(11)}  ${plan.variants[variant].label}`,
  )
  return ['', 'run           variant  replication  choices', ...rows]
}

/** What varies between the variants, as the file writes it; what all variants share is in the file, and with every default in `plan --json`. */
function differenceLines({ axes, variants }: Plan): string[] {
  if (axes.length === 0) return []
  const texts = variants.map(({ label, choices }) => {
    const values = Object.fromEntries(axes.map(({ key, values }, axis) => [key, values[choices[axis]]]))
    return stringify({ [label]: values }, { lineWidth: 0 }).trimEnd()
  })
  return ['', 'differences (everything resolved: --json):', ...texts]
}

/** Why the plan contains a variant: how it differs from the baseline. */
function reasonOf({ axes, variants }: Plan, index: number): string {
  if (variants.length === 1) return 'nothing is compared'
  if (index === 0) return 'the baseline, as the first value of each axis'
  const differing = axes.filter((_, axis) => variants[index].choices[axis] !== 0)
  return `differs from the baseline in ${differing.map(({ key }) => key).join(' and ')}`
}

function replicationsText({ replications, until, primary }: Plan): string {
  if (until === null)
    return replications === 1 ? 'one: no intervals, and verdicts stay inconclusive' : `${replications}, paired by their random streams`
  if (selects(until)) {
    const zone = until.relative === null ? `${until.absolute}` : `${percentText(until.relative)} of the baseline`
    const to = until.method === 'ocba' ? 'to those that the decision depends on' : 'of each variant that is left'
    return `${until.first}, then waves of ${until.wave} ${to} until the best ${primary} is selected with ${percentText(until.confidence)}, where differences below ${zone} do not matter; at most ${until.most} of a variant`
  }
  const goal = until.relative === null ? `${until.absolute}` : `${percentText(until.relative)} of it`
  return `${replications}, then waves of ${until.wave} until half of the 95 % interval of ${primary} is at most ${goal}, at most ${until.most}`
}

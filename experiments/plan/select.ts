/** The planner that adds replications until the best variant is selected, and the sentence that says which one it is. */
import { metricById, type MetricDefinition } from '../../sim/index.ts'
import { formatNumber, type PerReplication, replicationsToSelect, selectionOf, type SelectionRule } from '../../reports/index.ts'
import { runsFrom, type FinishedRun, type Plan, type PlannedRun, type Planner } from './plan.ts'

/** Waves of the variants that can still be the best (Kim and Nelson), or of those that a decision depends on most (OCBA). */
export function untilSelected(plan: Plan, rule: SelectionRule): Planner {
  const asked = plan.variants.map(() => 0)
  return {
    next(finished) {
      const started = asked.some((count) => count > 0)
      const metric = metricById(plan.primary)!
      const more = started ? replicationsToSelect(valuesOf(metric, finished, asked), rule, metric.better) : asked.map(() => rule.first)
      const wave = plan.variants.flatMap((variant, i): PlannedRun[] =>
        more[i] === 0 ? [] : runsFrom({ ...plan, variants: [variant] }, asked[i], asked[i] + more[i]),
      )
      more.forEach((count, i) => (asked[i] += count))
      return wave
    },
  }
}

/** The primary metric by variant and replication. */
function valuesOf(metric: MetricDefinition, finished: readonly FinishedRun[], asked: readonly number[]): PerReplication[] {
  const values = asked.map((count) => new Array<number | null>(count).fill(null))
  for (const { run, result } of finished) values[run.variant][run.replication] = result.metrics[metric.id] ?? null
  return values
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(4))} %`

/** What was selected, with the promise that holds, as sentences. `asked` are the replications of each variant. */
export function selectedText(plan: Plan, rule: SelectionRule, finished: readonly FinishedRun[], asked: readonly number[]): string[] {
  const metric = metricById(plan.primary)!
  const { best, decided, left, eliminated, zone, confidence } = selectionOf(valuesOf(metric, finished, asked), rule, metric.better)
  if (best < 0) return [`No variant is selected: no run has a value of ${metric.label}`]
  const label = (i: number): string => plan.variants[i].label
  const unit = metric.unit === '1' ? '' : ` ${metric.unit}`
  const within = `differences below ${formatNumber(zone)}${unit} do not matter`
  const runs = asked.reduce((sum, count) => sum + count, 0)
  const extreme = metric.better === 'lower' ? 'lowest' : 'highest'
  const cost = `${runs} of at most ${plan.variants.length * rule.most} runs`
  const method = rule.method === 'ocba' ? 'OCBA, Chen et al. 2000' : 'Kim and Nelson 2001'
  const promise =
    rule.method === 'ocba' ? `an estimated probability of ${percent(confidence)}` : `a probability of at least ${percent(rule.confidence)}`
  if (!decided)
    return [
      `No variant is selected: ${left.map(label).join('; ')} cannot be told apart at ${percent(rule.confidence)} after ${Math.max(...asked)} replications (the cap is ${rule.most}); ${label(best)} has the ${extreme} mean of ${metric.label}`,
      ...lost(eliminated, label),
    ]
  return [
    `Selected: ${label(best)} has the ${extreme} ${metric.label} of ${plan.variants.length} variants with ${promise} where ${within} (${method}); ${cost}`,
    ...lost(eliminated, label),
  ]
}

function lost(eliminated: readonly number[], label: (i: number) => string): string[] {
  const rows = eliminated.flatMap((after, i) => (after > 0 ? [{ i, after }] : []))
  if (rows.length === 0) return []
  return [
    `eliminated, with the replications that it took: ${rows
      .toSorted((a, b) => a.after - b.after || a.i - b.i)
      .map(({ i, after }) => `${label(i)} (${after})`)
      .join('; ')}`,
  ]
}

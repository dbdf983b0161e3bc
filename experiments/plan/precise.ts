/** The planner that adds waves of fixed size until the primary metric is precise enough. It decides only after whole waves. */
import { metricById } from '../../sim/index.ts'
import { differencesOf, moreReplications, type PerReplication, precisionOf, type PrecisionRule } from '../../reports/index.ts'
import { runsFrom, type FinishedRun, type Plan, type Planner } from './plan.ts'

/** Waves of fixed size until every interval is narrow enough, or the maximum is reached. */
export function untilPrecise(plan: Plan, rule: PrecisionRule): Planner {
  let asked = 0
  return {
    next(finished) {
      const more = asked === 0 ? plan.replications : moreReplications(lists(plan, rule, finished, asked), rule)
      const wave = runsFrom(plan, asked, asked + more)
      asked += more
      return wave
    },
  }
}

/** A note for the report when the cap was reached before the required precision, '' otherwise. */
export function shortOfGoal(plan: Plan, rule: PrecisionRule, finished: readonly FinishedRun[], asked: number): string {
  const { half, reached, widest } = precisionOf(lists(plan, rule, finished, asked), rule)
  if (reached || widest < 0) return ''
  const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
  const [found, required] =
    rule.relative === null ? [String(Number(half.toPrecision(2))), String(rule.absolute)] : [percent(half), percent(rule.relative)]
  const what =
    widest < plan.variants.length
      ? plan.variants[widest].label
      : `${plan.variants[widest - plan.variants.length + 1].label} against the baseline`
  return `the required precision is not reached: half of the 95 % interval of ${plan.primary} is ${found} for ${what}, ${required} is required, after ${asked} replications (the cap is ${rule.most})`
}

/** The primary metric of each variant, then its comparison with the baseline for each further variant. */
function lists(plan: Plan, rule: PrecisionRule, finished: readonly FinishedRun[], asked: number): PerReplication[] {
  const metric = metricById(plan.primary)!
  const values = plan.variants.map(() => new Array<number | null>(asked).fill(null))
  for (const { run, result } of finished) values[run.variant][run.replication] = result.metrics[metric.id] ?? null
  return [...values, ...values.slice(1).map((list) => differencesOf(metric, values[0], list, rule))]
}

/** The planner of a plan: one wave, waves until the primary metric is precise enough, or waves until the best variant is selected. */
import type { PrecisionRule, SelectionRule } from '../../reports/index.ts'
import { oneWave, type Plan, type Planner } from './plan.ts'
import { untilPrecise } from './precise.ts'
import { untilSelected } from './select.ts'

/** Whether a rule selects the best variant. */
export const selects = (rule: PrecisionRule | SelectionRule | null): rule is SelectionRule => rule !== null && 'method' in rule

/** The planner of a plan: a single wave when it has no rule. */
export function plannerOf(plan: Plan): Planner {
  const { until } = plan
  if (until === null) return oneWave(plan)
  return selects(until) ? untilSelected(plan, until) : untilPrecise(plan, until)
}

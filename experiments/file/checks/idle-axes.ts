/** Axes of `compare` that cannot change a result. */
import type { Scenario } from '../scenario.ts'

/** The scheduling axis when every variant packs in rounds: the packer then places all pods and the scheduler decides nothing. */
export function idleAxes(keys: readonly string[], scenarios: readonly Scenario[]): { readonly axis: number; readonly message: string }[] {
  const placedInRounds = scenarios.every(({ choices, binpacking }) => choices.binpacking.name !== 'none' && binpacking.role !== 'estimator')
  if (!placedInRounds || scenarios.length === 0) return []
  const axis = keys.findIndex((key) => key === 'scheduling' || key.startsWith('scheduling.'))
  const message =
    'found an axis that changes nothing: the packer places all pods in rounds; accepted: binpacking with role: estimator, or none'
  return axis < 0 ? [] : [{ axis, message }]
}

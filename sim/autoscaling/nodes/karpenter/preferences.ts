/** Preferences of a pod are treated as required at first, and given up one at a time while the pod fits nowhere. */
import type { Toleration } from '../../../cluster/spec.ts'
import { Requirements } from './requirements.ts'
import type { PendingPod, TopologyRule } from './specs.ts'

const soft = ({ type, weight }: TopologyRule, wanted: TopologyRule['type']): boolean => type === wanted && weight !== null

/**
 * The pod with one demand less, null when nothing is left to give up. In order: the first of several terms of required node affinity, the
 * heaviest preferred pod affinity, pod anti-affinity and node affinity, a spread with ScheduleAnyway, taints PreferNoSchedule.
 */
export function relaxed(pod: PendingPod, tolerateSoftTaints: boolean): PendingPod | null {
  if (pod.required.length > 1) return { ...pod, required: pod.required.slice(1) }
  for (const type of ['affinity', 'anti-affinity'] as const) {
    const heaviest = heaviestOf(pod.rules.filter((rule) => soft(rule, type)))
    if (heaviest !== undefined) return { ...pod, rules: pod.rules.filter((rule) => rule !== heaviest) }
  }
  const preference = heaviestOf(pod.preferred)
  if (preference !== undefined) return { ...pod, preferred: pod.preferred.filter((one) => one !== preference) }
  const spread = pod.rules.find((rule) => soft(rule, 'spread'))
  if (spread !== undefined) return { ...pod, rules: pod.rules.filter((rule) => rule !== spread) }
  const accepts = pod.tolerations.some(({ key, operator, effect }) => key === '' && operator === 'Exists' && effect === SOFT.effect)
  return tolerateSoftTaints && !accepts ? { ...pod, tolerations: [...pod.tolerations, SOFT] } : null
}

/** The effect of taints that a pod would rather avoid. */
const SOFT = { key: '', operator: 'Exists', value: '', effect: 'PreferNoSchedule' } as const satisfies Toleration

/** The heaviest of the list, of equals the first. */
function heaviestOf<T extends { readonly weight: number | null }>(list: readonly T[]): T | undefined {
  return list.reduce<T | undefined>((best, one) => (best === undefined || (one.weight ?? 0) > (best.weight ?? 0) ? one : best), undefined)
}

/** What a pod demands of the labels of its node: selector, first required term and, unless `strict`, the heaviest preference. */
export function requirementsOf(pod: PendingPod, strict: boolean): Requirements {
  const requirements = Requirements.labels(pod.nodeSelector)
  const preference = strict ? undefined : heaviestOf(pod.preferred)
  if (preference !== undefined) requirements.addAll(Requirements.of(preference.expressions))
  return pod.required.length > 0 ? requirements.addAll(Requirements.of(pod.required[0])) : requirements
}

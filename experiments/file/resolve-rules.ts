/** Rules about where pods run, from the keys of a file to what a pod carries. */
import type { PodRules } from '../../sim/index.ts'
import type { RulesData } from './schema/rules.ts'

/** The keys that are folded into `rules`. */
export const RULE_KEYS = [
  'preemptionPolicy',
  'namespace',
  'affinity',
  'topologySpreadConstraints',
  'hostPorts',
  'schedulingGates',
] as const satisfies readonly (keyof RulesData)[]

/** The rules, absent when no key is given, so that the identity of runs without them is as before they existed. */
export function rulesOf(given: RulesData): { readonly rules?: PodRules } {
  const entries = RULE_KEYS.filter((key) => given[key] !== undefined).map((key) => [key, given[key]] as const)
  return entries.length === 0 ? {} : { rules: Object.fromEntries(entries) as PodRules }
}

/** The orchestration of a run as a plan holds it, in JSON. */
import type { Orchestration } from '../../sim/index.ts'

/** In JSON, null stands for Infinity and an absent budget for none. */
export type OrchestrationSpec = { readonly [K in keyof Orchestration]: unknown }

/** The sim's form of a resolved orchestration. */
export const orchestrationOf = (spec: OrchestrationSpec): Orchestration => {
  const revived = revive(spec) as Orchestration
  return { ...revived, workloads: revived.workloads.map((workload) => ({ ...workload, budget: workload.budget ?? null })) }
}

/** The value with Infinity for null. */
export function revive(value: unknown): unknown {
  if (value === null) return Infinity
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revive(one)]))
}

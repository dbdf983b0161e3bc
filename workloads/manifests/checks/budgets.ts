/** Disruption budgets that forbid every eviction. Rounding: Kubernetes 1.34, pkg/controller/disruption (up). */
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import type { CountOrPercent, DisruptionBudget, ManifestWorkload } from '../model.ts'
import type { PodIndex } from '../pod-index.ts'
import { at, nameOf } from './report.ts'

/** Budgets that select nothing, allow nothing, or overlap. */
export function budgetChecks({ budgets }: Drafts, findings: Findings, pods: PodIndex): void {
  const covered = new Map<ManifestWorkload, DisruptionBudget>()
  for (const budget of budgets) {
    const found = pods.selected(budget.namespace, budget.selector)
    if (found.length === 0) findings.warn(at(budget, 'spec.selector'), 'selects no pods; it protects nothing')
    const replicas = found.reduce((sum, one) => sum + (one.replicas ?? 0), 0)
    const counted = found.length > 0 && found.every((one) => one.replicas !== null && one.kind !== 'Pod') && replicas > 0
    if (counted && allowedOf(budget, replicas) === 0)
      findings.warn(
        at(budget),
        `allows no disruption of ${replicas} pods of ${found.map(nameOf).join(' and ')}; a drain of their nodes never ends`,
      )
    for (const workload of found) {
      const before = covered.get(workload)
      if (before !== undefined)
        findings.warn(
          at(budget, 'spec.selector'),
          `selects the pods of ${nameOf(workload)}, as ${nameOf(before)} does; they cannot be evicted`,
        )
      covered.set(workload, budget)
    }
  }
}

/** Evictions that are allowed while all pods are healthy. */
export function allowedOf(
  { minAvailable, maxUnavailable }: Pick<DisruptionBudget, 'minAvailable' | 'maxUnavailable'>,
  pods: number,
): number {
  const desired = maxUnavailable === null ? roundedUp(minAvailable ?? 0, pods) : Math.max(0, pods - roundedUp(maxUnavailable, pods))
  return Math.max(0, pods - desired)
}

const roundedUp = (value: CountOrPercent, total: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100)

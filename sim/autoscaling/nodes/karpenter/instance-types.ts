/** Which instance types can be a planned node, and what they cost. */
import type { Requirements } from './requirements.ts'
import { sum, type Amounts, type InstanceType, type PendingPod } from './specs.ts'

/** Instance types on which the same DaemonSets run, and what these request. */
export interface DaemonGroup {
  readonly types: ReadonlySet<InstanceType>
  readonly overhead: Amounts
}

/**
 * The instance types of the list that satisfy the requirements, hold the requests and their DaemonSets, and are offered; in the
 * order of the groups of DaemonSets. The reason in words when there is none.
 */
export function possibleTypes(
  types: readonly InstanceType[],
  requirements: Requirements,
  requests: Amounts,
  groups: readonly DaemonGroup[],
): readonly InstanceType[] | string {
  const eligible = new Set(types)
  const possible: InstanceType[] = []
  let met = false
  let large = false
  let offered = false
  for (const { types: grouped, overhead } of groups) {
    const total = sum(requests, overhead)
    for (const type of grouped) {
      if (!eligible.has(type)) continue
      const satisfies = type.requirements.disjoint(requirements) === null
      const fits = fitsIn(total, type.allocatable)
      const buyable = type.offerings.some((offering) => offering.available && requirements.conflict(offering.requirements) === null)
      met ||= satisfies
      large ||= fits
      offered ||= buyable
      if (satisfies && fits && buyable) possible.push(type)
    }
  }
  return possible.length > 0 ? possible : explain(met, large, offered)
}

function explain(met: boolean, large: boolean, offered: boolean): string {
  const missing = [
    ...(met ? [] : ['meets the requirements']),
    ...(large ? [] : ['has enough resources']),
    ...(offered ? [] : ['has an offering']),
  ]
  return `no instance type ${missing.length > 0 ? missing.join(' or ') : 'meets the requirements, has enough resources and an offering at once'}`
}

function fitsIn(requests: Amounts, allocatable: Amounts): boolean {
  for (const resource in allocatable) if (allocatable[resource] < 0) return false
  for (const resource in requests) if (requests[resource] > (allocatable[resource] ?? 0)) return false
  return true
}

/** Lowest price of an available offering that satisfies the requirements; Infinity without one. */
export function lowestPrice(type: InstanceType, requirements: Requirements): number {
  let lowest = Infinity
  for (const { available, price, requirements: offered } of type.offerings)
    if (available && price < lowest && requirements.conflict(offered) === null) lowest = price
  return lowest
}

/** What a pod takes of a node. */
export const podRequests = ({ requests }: Pick<PendingPod, 'requests'>): Amounts => sum(requests, { pods: 1 })

/** Pods, instance types and node pools as the provisioner reads them. */
import type { Taint, Toleration } from '../../../cluster/spec.ts'
import type { Expression } from './requirement.ts'
import type { Requirements } from './requirements.ts'

/** Amounts by resource: cpu [millicores], memory [bytes], pods, and others by name. */
export type Amounts = Readonly<Record<string, number>>

type Labels = Readonly<Record<string, string>>

/** A rule about the other pods in the same domain of a label: a topology spread constraint, or a term of pod (anti-)affinity. */
export interface TopologyRule {
  readonly type: 'spread' | 'affinity' | 'anti-affinity'
  /** The label whose values are the domains. */
  readonly key: string
  /** The pods that count: those with these labels. */
  readonly selector: Labels
  /** Highest difference between a domain and the emptiest one; of spread only. */
  readonly maxSkew: number
  /** Below this number of domains the emptiest one counts as empty; of spread only. */
  readonly minDomains?: number
  /** Weight of a preference, which is given up when the pod fits nowhere; null: required. */
  readonly weight: number | null
}

/** A pod that needs a node. */
export interface PendingPod {
  /** Orders pods that are equal otherwise: the one that was created first has the lower number. */
  readonly id: number
  /** Pods of one kind are equal but for the id. A planned node that refused one without topology rules refuses the others without a check. */
  readonly kind?: number
  readonly requests: Amounts // without pods: each pod counts as one
  readonly labels: Labels
  readonly nodeSelector: Labels
  /** Terms of required node affinity, of which one must hold: the first is tried first. */
  readonly required: readonly (readonly Expression[])[]
  readonly preferred: readonly { readonly weight: number; readonly expressions: readonly Expression[] }[]
  readonly tolerations: readonly Toleration[]
  readonly rules: readonly TopologyRule[]
}

/** A way to buy an instance type: a zone and a capacity type at a price. */
export interface Offering {
  readonly requirements: Requirements
  readonly price: number
  readonly available: boolean
}

/** A kind of machine. */
export interface InstanceType {
  readonly name: string
  /** Labels of its nodes; zones and capacity types are those of the available offerings. */
  readonly requirements: Requirements
  readonly offerings: readonly Offering[]
  readonly capacity: Amounts
  /** Capacity less what the system reserves. */
  readonly allocatable: Amounts
}

/** A node pool: what its nodes have in common. */
export interface NodePool {
  readonly name: string
  /** Pools with larger weights are tried first. */
  readonly weight: number
  readonly requirements: readonly Expression[]
  readonly labels: Labels
  readonly taints: readonly Taint[]
  /** Highest sums over all nodes of the pool; resources that are not named have no limit. */
  readonly limits: Amounts
  readonly instanceTypes: readonly InstanceType[]
}

/** Adds up amounts. */
export function sum(a: Amounts, b: Amounts): Amounts {
  const total: Record<string, number> = { ...a }
  for (const resource in b) total[resource] = (total[resource] ?? 0) + b[resource]
  return total
}

/** Whether a toleration of the list accepts each taint. */
export function tolerates(tolerations: readonly Toleration[], taints: readonly Taint[]): boolean {
  return taints.every((taint) =>
    tolerations.some(
      ({ key, operator, value, effect }) =>
        (effect === '' || effect === taint.effect) && (key === '' || key === taint.key) && (operator === 'Exists' || value === taint.value),
    ),
  )
}

/** Whether labels has all of the selector. */
export function selects(selector: Labels, labels: Labels): boolean {
  for (const key in selector) if (labels[key] !== selector[key]) return false
  return true
}

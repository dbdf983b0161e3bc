/**
 * What a run specifies about its pods and nodes. Everything is resolved, there are no defaults left open: cpu [millicores], memory [bytes],
 * price [micro-dollars per hour], all whole numbers.
 */

import type { PodAdmission } from './admission.ts'
import type { NodeImage, PodRules } from './rules.ts'

/** The effects of a taint; PreferNoSchedule is a preference and excludes no node. */
export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'

/** A property of a node that excludes the pods that do not tolerate it. */
export interface Taint {
  readonly key: string
  readonly value: string
  readonly effect: TaintEffect
}

/** A taint that a pod accepts. */
export interface Toleration {
  /** The empty key with Exists tolerates every taint. */
  readonly key: string
  readonly operator: 'Equal' | 'Exists'
  readonly value: string
  /** Empty: any effect. */
  readonly effect: '' | TaintEffect
}

/** What a node must carry: the label with one of the values. */
export interface LabelRequirement {
  readonly key: string
  readonly values: readonly string[]
}

/** What a pod requests. Interned into a pod class on arrival. */
export interface PodShape {
  readonly cpu: number
  readonly memory: number
  /** CPU limit [millicores]; 0: none. */
  readonly limit: number
  /** Devices, and the share of each [milli-GPU]; below 1000 only with one device. */
  readonly gpus: number
  readonly gpuMilli: number
  /** Accepted GPU models; empty: any. */
  readonly gpuModels: readonly string[]
  /** CPU used while running, as a share of the request (1 = 100 %); flow mode of background pods, 0 for served pods. */
  readonly usage: number
  /** Requests of named resources, whole numbers. */
  readonly resources: Readonly<Record<string, number>>
  readonly labels: Readonly<Record<string, string>>
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly tolerations: readonly Toleration[]
  readonly priority: number
  /** Who owns the pod, for queue orders that share fairly between tenants. Default: '', one tenant for all. */
  readonly tenant?: string
  /** What its volumes require of the node; absent: nothing. */
  readonly reach?: readonly LabelRequirement[]
  /** Affinity, spreading, ports of the node and what else a pod of Kubernetes says. Default: none. */
  readonly rules?: PodRules
  /** What quotas and limit ranges read. Absent: its namespace has none. */
  readonly admission?: PodAdmission
}

/** One kind of node: its allocatable amounts. */
export interface NodeTemplate {
  readonly cpu: number
  readonly memory: number
  /** Maximum number of pods. */
  readonly pods: number
  /** Devices, at most 8, and their model ('' without devices). */
  readonly gpus: number
  readonly gpuModel: string
  readonly resources: Readonly<Record<string, number>>
  readonly zone: string
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
  readonly price: number
  /** Name of the node, for pods that select it by name. Default: none; nodes made from one template share it. */
  readonly name?: string
  /** Images that are on the node from the start, for scores. Default: none. */
  readonly images?: readonly NodeImage[]
}

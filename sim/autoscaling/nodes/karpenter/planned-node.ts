/** A node that is planned for pending pods: what is demanded of it, and the instance types that it can still be. */
import { possibleTypes, type DaemonGroup } from './instance-types.ts'
import { Requirement } from './requirement.ts'
import { HOSTNAME, Requirements } from './requirements.ts'
import { sum, tolerates, type Amounts, type InstanceType, type NodePool, type PendingPod } from './specs.ts'
import type { Topology } from './topology.ts'

/** What the provisioner has worked out about a pod. */
export interface PodData {
  readonly requests: Amounts
  readonly requirements: Requirements
  /** Without preferences: these do not limit the domains that a topology rule compares. */
  readonly strict: Requirements
}

/** How a planned node would change with one more pod. */
export interface Addition {
  readonly requirements: Requirements
  readonly types: readonly InstanceType[]
}

/** A planned node (Karpenter: NodeClaim). */
export class PlannedNode {
  readonly pool: NodePool
  readonly pods: PendingPod[] = []
  requirements: Requirements
  /** Instance types that it can still be. */
  types: readonly InstanceType[]
  /** Requests of the pods. */
  requests: Amounts = {}
  /** Kinds of pods that can be added no more: without topology rules, what is left only shrinks. */
  private readonly refused = new Set<number>()
  /** By resource, what the pods leave free of the largest instance type. */
  private largest: Amounts = {}
  private readonly host: string
  private readonly daemons: readonly DaemonGroup[]
  private readonly topology: Topology

  constructor(
    pool: NodePool,
    template: Requirements,
    types: readonly InstanceType[],
    daemons: readonly DaemonGroup[],
    topology: Topology,
    host: string,
  ) {
    this.pool = pool
    this.host = host
    this.requirements = new Requirements(template).add(Requirement.in(HOSTNAME, host))
    this.types = types
    this.daemons = daemons
    this.topology = topology
  }

  /** As `canAdd`, without its work for a pod that is too large, or of a kind that was refused before. */
  tryAdd(pod: PendingPod, data: PodData): Addition | string {
    const { kind } = pod
    for (const resource in data.requests)
      if (data.requests[resource] > (this.largest[resource] ?? 0)) return 'no instance type has enough resources'
    if (kind === undefined || pod.rules.length > 0) return this.canAdd(pod, data)
    if (this.refused.has(kind)) return 'a pod of the kind was refused before'
    const addition = this.canAdd(pod, data)
    if (typeof addition === 'string') this.refused.add(kind)
    return addition
  }

  /** What one more pod would leave of requirements and instance types; the reason in words when it cannot be added. */
  canAdd(pod: PendingPod, data: PodData): Addition | string {
    if (!tolerates(pod.tolerations, this.pool.taints)) return 'a taint is not tolerated'
    const conflict = this.requirements.conflict(data.requirements)
    if (conflict !== null) return `requirements on ${conflict} are not met`
    const base = new Requirements(this.requirements).addAll(data.requirements)
    const narrowed = this.topology.narrow(pod, this.pods, data.strict, base)
    if (typeof narrowed === 'string') return `no domain of ${narrowed} satisfies the topology rules`
    const opposed = base.conflict(narrowed)
    if (opposed !== null) return `topology rules leave no domain of ${opposed}`
    const requirements = base.addAll(narrowed)
    const types = possibleTypes(this.types, requirements, sum(this.requests, data.requests), this.daemons)
    return typeof types === 'string' ? types : { requirements, types }
  }

  add(pod: PendingPod, data: PodData, { requirements, types }: Addition): void {
    this.pods.push(pod)
    this.types = types
    this.requirements = requirements
    this.requests = sum(this.requests, data.requests)
    this.largest = largestLeft(types, this.requests)
    this.topology.registerHost(this.host)
    this.topology.record(pod, requirements)
  }

  /** The placeholder of the host name is not a demand on the real node. */
  finish(): void {
    this.requirements.delete(HOSTNAME)
  }
}

function largestLeft(types: readonly InstanceType[], requests: Amounts): Amounts {
  const largest: Record<string, number> = {}
  for (const { allocatable } of types)
    for (const resource in allocatable) {
      const left = allocatable[resource] - (requests[resource] ?? 0)
      if (!(largest[resource] >= left)) largest[resource] = left
    }
  return largest
}

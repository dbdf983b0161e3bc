/**
 * Karpenter's provisioning scheduler (sigs.k8s.io/karpenter v1.15.0, pkg/controllers/provisioning/scheduling): pending pods and instance
 * types to planned nodes. Ties: planned nodes with equally many pods stand in the order that Go's sort leaves; equal domains of a topology
 * rule are chosen by the caller.
 */
import { goSort } from './go-sort.ts'
import { podRequests, possibleTypes, type DaemonGroup } from './instance-types.ts'
import { PlannedNode, type PodData } from './planned-node.ts'
import { relaxed, requirementsOf } from './preferences.ts'
import { NODE_POOL, Requirements } from './requirements.ts'
import { sum, tolerates, type Amounts, type InstanceType, type NodePool, type PendingPod } from './specs.ts'
import type { ChooseDomain } from './topology-group.ts'
import { Topology } from './topology.ts'

/** What is to be provisioned. */
export interface ProvisioningRound {
  readonly pools: readonly NodePool[]
  /** In order of creation. */
  readonly pods: readonly PendingPod[]
  /** A pod of each DaemonSet: it runs on each new node that it tolerates. */
  readonly daemons: readonly PendingPod[]
  readonly choose: ChooseDomain
}

/** What a round decided. */
export interface ProvisioningPlan {
  readonly nodes: readonly PlannedNode[]
  /** Pods that fit nowhere, with the reason by pool. */
  readonly failed: ReadonlyMap<PendingPod, readonly string[]>
}

/** A pool with the instance types that its requirements leave, and what is left of its limits. */
interface Template {
  readonly pool: NodePool
  readonly requirements: Requirements
  readonly types: readonly InstanceType[]
  readonly daemons: readonly DaemonGroup[]
  remaining: Amounts
}

/** Plans nodes for the pods. */
export function provision(round: ProvisioningRound): ProvisioningPlan {
  return new Round(round).solve()
}

class Round {
  private readonly templates: readonly Template[]
  private readonly topology: Topology
  private readonly pods: readonly PendingPod[]
  private readonly softTaints: boolean
  private readonly data = new Map<number, PodData>()
  private readonly nodes: PlannedNode[] = []
  private hosts = 0

  constructor({ pools, pods, daemons, choose }: ProvisioningRound) {
    this.pods = pods
    this.topology = new Topology(pools, choose)
    for (const pod of pods) this.topology.update(pod)
    this.softTaints = pools.some(({ taints }) => taints.some(({ effect }) => effect === 'PreferNoSchedule'))
    this.templates = byWeight(pools).flatMap((pool) => templateOf(pool, daemons))
  }

  /** Tries each pod until all have a node, or a whole pass over the rest found none. */
  solve(): ProvisioningPlan {
    for (const pod of this.pods) this.inspect(pod)
    const queue = [...this.pods].sort(bySize)
    const failed = new Map<PendingPod, readonly string[]>()
    /** Length of the queue when the pod was put back. */
    const lengths = new Map<number, number>()
    while (queue.length > 0 && lengths.get(queue[0].id) !== queue.length) {
      const pod = queue.shift()!
      const reasons = this.tryAll(pod)
      if (reasons === null) {
        failed.delete(pod)
        continue
      }
      failed.set(pod, reasons)
      this.topology.update(pod)
      this.inspect(pod)
      queue.push(pod)
      lengths.set(pod.id, queue.length)
    }
    for (const node of this.nodes) node.finish()
    return { nodes: this.nodes, failed }
  }

  private inspect(pod: PendingPod): PodData {
    const requirements = requirementsOf(pod, false)
    const strict = pod.preferred.length > 0 ? requirementsOf(pod, true) : requirements
    const data = { requests: podRequests(pod), requirements, strict }
    this.data.set(pod.id, data)
    return data
  }

  /** Tries the pod, then with one preference less after the other. Null when it has a node, else the reasons of the last try. */
  private tryAll(pod: PendingPod): readonly string[] | null {
    for (let demanding: PendingPod = pod; ;) {
      const reasons = this.tryOnce(demanding)
      if (reasons === null) return null
      const less = relaxed(demanding, this.softTaints)
      if (less === null) return reasons
      demanding = less
      this.topology.update(demanding)
      this.inspect(demanding)
    }
  }

  /** A planned node, those with few pods first, or else a new one. */
  private tryOnce(pod: PendingPod): readonly string[] | null {
    const data = this.data.get(pod.id)!
    goSort(this.nodes, (a, b) => a.pods.length < b.pods.length)
    for (const node of this.nodes) {
      const addition = node.tryAdd(pod, data)
      if (typeof addition === 'string') continue
      node.add(pod, data, addition)
      return null
    }
    if (this.templates.length === 0) return ['the requirements of the node pools exclude all instance types']
    return this.tryNew(pod, data)
  }

  private tryNew(pod: PendingPod, data: PodData): readonly string[] | null {
    const reasons: string[] = []
    for (const template of this.templates) {
      const { pool, requirements, daemons, remaining } = template
      const types = template.types.filter(({ capacity }) => withinLimits(capacity, remaining))
      if (types.length === 0) {
        reasons.push(`${pool.name}: all instance types exceed its limits`)
        continue
      }
      const node = new PlannedNode(pool, requirements, types, daemons, this.topology, `planned-${this.hosts++}`)
      const addition = node.canAdd(pod, data)
      if (typeof addition === 'string') {
        reasons.push(`${pool.name}: ${addition}`)
        continue
      }
      node.add(pod, data, addition)
      this.nodes.push(node)
      template.remaining = withoutLargest(remaining, node.types)
      return null
    }
    return reasons
  }
}

/** The order in which pods are tried: more CPU first, then more memory, then by creation. */
export function bySize(a: PendingPod, b: PendingPod): number {
  const difference = (resource: string): number => (b.requests[resource] ?? 0) - (a.requests[resource] ?? 0)
  return difference('cpu') || difference('memory') || a.id - b.id
}

/** Larger weights first, of equals the later name. */
function byWeight(pools: readonly NodePool[]): NodePool[] {
  return [...pools].sort((a, b) => b.weight - a.weight || (a.name > b.name ? -1 : 1))
}

/** None when the pool's requirements exclude all instance types. */
function templateOf(pool: NodePool, daemons: readonly PendingPod[]): Template[] {
  const labels = { ...pool.labels, [NODE_POOL]: pool.name }
  const requirements = Requirements.of(pool.requirements).addAll(Requirements.labels(labels))
  const types = possibleTypes(pool.instanceTypes, requirements, {}, [{ types: new Set(pool.instanceTypes), overhead: {} }])
  if (typeof types === 'string') return []
  return [{ pool, requirements, types, daemons: daemonGroups(pool, requirements, types, daemons), remaining: pool.limits }]
}

/** Instance types grouped by the DaemonSets that run on them, in the order of their first type. */
function daemonGroups(
  pool: NodePool,
  requirements: Requirements,
  types: readonly InstanceType[],
  daemons: readonly PendingPod[],
): readonly DaemonGroup[] {
  const groups = new Map<string, { types: Set<InstanceType>; overhead: Amounts }>()
  for (const type of types) {
    const running = daemons.filter((daemon) => runsOn(daemon, pool, requirements, type))
    const key = running.map(({ id }) => id).join()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { types: new Set([type]), overhead: running.map(podRequests).reduce(sum, {}) })
    else group.types.add(type)
  }
  return [...groups.values()]
}

/** Whether a DaemonSet's pod runs on nodes of the type: soft taints and preferences do not keep it away, one required term must hold. */
function runsOn(daemon: PendingPod, pool: NodePool, requirements: Requirements, type: InstanceType): boolean {
  const hard = pool.taints.filter(({ effect }) => effect !== 'PreferNoSchedule')
  if (!tolerates(daemon.tolerations, hard)) return false
  const terms = daemon.required.length === 0 ? [[]] : daemon.required
  return terms.some((term) => {
    const demanded = requirementsOf({ ...daemon, required: [term] }, true)
    return requirements.conflict(demanded) === null && type.requirements.disjoint(demanded) === null
  })
}

function withinLimits(capacity: Amounts, remaining: Amounts): boolean {
  for (const resource in remaining) if ((capacity[resource] ?? 0) > remaining[resource]) return false
  return true
}

/** The limits after a node was planned: it may become the largest of its types in each resource. */
function withoutLargest(remaining: Amounts, types: readonly InstanceType[]): Amounts {
  const left: Record<string, number> = {}
  for (const resource in remaining) left[resource] = remaining[resource] - Math.max(...types.map(({ capacity }) => capacity[resource] ?? 0))
  return left
}

/**
 * Replays Karpenter's provisioning scheduler. Between equal domains it chooses by map order: each recorded outcome must be one that ours
 * reaches with some choices. `choices.ts` searches for them.
 */
import { lowestPrice } from '../../../autoscaling/nodes/karpenter/instance-types.ts'
import { provision, type ProvisioningPlan } from '../../../autoscaling/nodes/karpenter/provisioner.ts'
import type { Expression } from '../../../autoscaling/nodes/karpenter/requirement.ts'
import { Requirement } from '../../../autoscaling/nodes/karpenter/requirement.ts'
import { CAPACITY_TYPE, INSTANCE_TYPE, Requirements, ZONE } from '../../../autoscaling/nodes/karpenter/requirements.ts'
import type { InstanceType, NodePool, PendingPod, TopologyRule } from '../../../autoscaling/nodes/karpenter/specs.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { Choices, type Outcome } from './choices.ts'

interface RecordedExpression {
  readonly key: string
  readonly op: Expression['operator']
  readonly values: readonly string[]
}

interface RecordedType {
  readonly name: string
  readonly cpu_milli: number
  readonly memory_mib: number
  readonly pods: number
  readonly arch: string
  readonly offerings: readonly {
    readonly zone: string
    readonly capacity_type: string
    readonly price: number
    readonly available: boolean
  }[]
}

interface RecordedPool {
  readonly name: string
  readonly weight: number
  readonly requirements?: readonly RecordedExpression[]
  readonly taint_no_schedule?: string
  readonly cpu_limit_milli?: number
}

interface RecordedPod {
  readonly name: string
  readonly cpu_milli: number
  readonly memory_mib: number
  readonly app: string
  readonly node_selector?: Readonly<Record<string, string>>
  readonly tolerates?: string
  readonly spread_key?: string
  readonly max_skew?: number
  readonly anti_affinity_key?: string
  readonly affinity_key?: string
  readonly preferred?: RecordedExpression
}

/** One recorded case. */
export interface KarpenterCase extends RecordedCase {
  readonly instance_types: readonly RecordedType[]
  readonly node_pools: readonly RecordedPool[]
  readonly daemonset_pods?: readonly RecordedPod[]
  readonly pods: readonly RecordedPod[]
  readonly outcomes: readonly Outcome[]
}

const MIB = 1_048_576
const RESERVED = { cpu: 100, memory: 10 * MIB }

const expression = ({ key, op, values }: RecordedExpression): Expression => ({ key, operator: op, values })

function typeOf({ name, cpu_milli, memory_mib, pods, arch, offerings }: RecordedType): InstanceType {
  const available = offerings.filter((offering) => offering.available)
  const capacity = { cpu: cpu_milli, memory: memory_mib * MIB, pods }
  return {
    name,
    capacity,
    allocatable: { cpu: capacity.cpu - RESERVED.cpu, memory: capacity.memory - RESERVED.memory, pods },
    requirements: Requirements.labels({ [INSTANCE_TYPE]: name, 'kubernetes.io/arch': arch })
      .add(Requirement.in(ZONE, ...available.map(({ zone }) => zone)))
      .add(Requirement.in(CAPACITY_TYPE, ...available.map(({ capacity_type }) => capacity_type))),
    offerings: offerings.map(({ zone, capacity_type, price, available: offered }) => ({
      requirements: Requirements.labels({ [ZONE]: zone, [CAPACITY_TYPE]: capacity_type }),
      price,
      available: offered,
    })),
  }
}

const poolOf = (pool: RecordedPool, instanceTypes: readonly InstanceType[]): NodePool => ({
  name: pool.name,
  weight: pool.weight,
  requirements: (pool.requirements ?? []).map(expression),
  labels: {},
  taints: pool.taint_no_schedule === undefined ? [] : [{ key: pool.taint_no_schedule, value: '', effect: 'NoSchedule' }],
  limits: pool.cpu_limit_milli === undefined ? {} : { cpu: pool.cpu_limit_milli },
  instanceTypes,
})

function podOf(pod: RecordedPod, id: number): PendingPod {
  const rule = (type: TopologyRule['type'], key: string | undefined, maxSkew = 0): TopologyRule[] =>
    key === undefined ? [] : [{ type, key, maxSkew, selector: { app: pod.app }, weight: null }]
  return {
    id,
    requests: { cpu: pod.cpu_milli, memory: pod.memory_mib * MIB },
    labels: { app: pod.app },
    nodeSelector: pod.node_selector ?? {},
    required: [],
    preferred: pod.preferred === undefined ? [] : [{ weight: 1, expressions: [expression(pod.preferred)] }],
    tolerations: pod.tolerates === undefined ? [] : [{ key: pod.tolerates, operator: 'Exists', value: '', effect: '' }],
    rules: [
      ...rule('spread', pod.spread_key, pod.max_skew),
      ...rule('affinity', pod.affinity_key),
      ...rule('anti-affinity', pod.anti_affinity_key),
    ],
  }
}

function outcomeOf({ nodes, failed }: ProvisioningPlan, names: readonly string[]): Outcome {
  return {
    node_claims: nodes.map(({ pool, pods, types, requirements }) => {
      const priced = [...types].sort((a, b) => (a.name < b.name ? -1 : 1)).map((type) => ({ type, price: lowestPrice(type, requirements) }))
      const cheapest = priced.reduce((best, one) => (one.price < best.price ? one : best))
      return {
        pool: pool.name,
        pods: pods.map(({ id }) => names[id]),
        instance_types: priced.map(({ type }) => type.name),
        zones: [requirements.get(ZONE).toString()],
        capacity_types: [requirements.get(CAPACITY_TYPE).toString()],
        cheapest_type: cheapest.type.name,
        cheapest_price: cheapest.price,
      }
    }),
    failed: [...failed.keys()].map(({ id }) => names[id]),
  }
}

/** Planned nodes and failed pods in one order, whatever the order of the recording. */
const sorted = ({ node_claims, failed }: Outcome): Outcome => ({
  node_claims: (node_claims ?? [])
    .map((node) => ({ ...node, pods: [...node.pods].sort() }))
    .sort((a, b) => (a.pods[0] < b.pods[0] ? -1 : 1)),
  failed: [...(failed ?? [])].sort(),
})

/** Replays a case: each recorded outcome must be reached. */
export function replayProvisioning(recorded: KarpenterCase): string | null {
  const types = recorded.instance_types.map(typeOf)
  const pools = recorded.node_pools.map((pool) => poolOf(pool, types))
  const pods = recorded.pods.map(podOf)
  const daemons = (recorded.daemonset_pods ?? []).map(podOf)
  const names = recorded.pods.map(({ name }) => name)
  for (const [i, outcome] of recorded.outcomes.entries()) {
    const wanted = sorted(outcome)
    const choices = new Choices(outcome, names)
    let first: string | null = null
    for (;;) {
      const plan = provision({ pools, pods, daemons, choose: choices.choose })
      const difference = firstDifference(wanted, sorted(outcomeOf(plan, names)))
      if (difference === null) break
      first ??= difference
      if (!choices.next(plan)) return `outcome ${i}, no choice of ${choices.runs} gives it: ${first}`
    }
  }
  return null
}

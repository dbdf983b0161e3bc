/** Nodes of a snapshot by node group, which become the pools of a run. */
import type { KubeNode, NodeTemplate } from '../../sim/index.ts'
import { TraceError } from '../traces/error.ts'
import type { Snapshot } from './snapshot.ts'

/** Labels by which clouds and autoscalers name the group of a node, then its machine type. */
const GROUP_LABELS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'kubernetes.azure.com/agentpool',
  'karpenter.sh/nodepool',
  'doks.digitalocean.com/node-pool',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
]
/** Group of the nodes without such a label. */
const REST = 'nodes'
const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone']
const HOSTNAME = 'kubernetes.io/hostname'
export const GPU = 'nvidia.com/gpu'
const GPU_MODEL = 'nvidia.com/gpu.product'
const MAX_GPUS = 8
const ONCE = ['cpu', 'memory', 'pods']

/** A label as the name of a pool: m5.4xlarge becomes m5-4xlarge. */
const nameOf = (label: string): string => label.replace(/[^A-Za-z0-9_-]/g, '-').replace(/^[_-]+/, '') || REST

/** Names of groups in the order of their first node, each with its nodes in the order of the snapshot. */
export function groupsOf({ cluster }: Snapshot): Map<string, KubeNode[]> {
  const groups = new Map<string, KubeNode[]>()
  for (const node of cluster.nodes) {
    const label = GROUP_LABELS.find((key) => node.labels?.[key] !== undefined)
    const name = label === undefined ? REST : nameOf(node.labels![label])
    const nodes = groups.get(name)
    if (nodes === undefined) groups.set(name, [node])
    else nodes.push(node)
  }
  return groups
}

/**
 * Whether GPUs are devices of nodes. They stay amounts of the resource nvidia.com/gpu where a node has more than 8, or where pods hold more than their
 * node has.
 */
export function hasDevices({ cluster }: Snapshot): boolean {
  const held = new Map<string, number>()
  for (const { node, containers } of cluster.pods ?? [])
    for (const { requests, limits } of containers)
      held.set(node ?? '', (held.get(node ?? '') ?? 0) + (requests?.[GPU] ?? limits?.[GPU] ?? 0))
  return cluster.nodes.every(({ name, allocatable }) => {
    const gpus = allocatable?.[GPU] ?? 0
    return gpus <= MAX_GPUS && (held.get(name) ?? 0) <= gpus
  })
}

/** The templates of a group: first those of nodes that are added later, which have no name, then one for each node. */
export function templatesOf(
  snapshot: Snapshot,
  group: string,
  { price, devices }: { readonly price: number; readonly devices: boolean },
): { readonly templates: readonly NodeTemplate[]; readonly initial: Int32Array; readonly added: number } {
  const nodes = groupsOf(snapshot).get(group) ?? []
  const named = nodes.map((node) => templateOf(node, snapshot, price, devices))
  const added = new Map<string, NodeTemplate>()
  for (const { name: _name, images: _images, labels, ...rest } of named) {
    const template = { ...rest, labels: Object.fromEntries(Object.entries(labels).filter(([key]) => key !== HOSTNAME)) }
    added.set(JSON.stringify(template), template)
  }
  return {
    templates: [...added.values(), ...named],
    initial: Int32Array.from(named, (_, i) => added.size + i),
    added: added.size,
  }
}

function templateOf(node: KubeNode, { file }: Snapshot, price: number, devices: boolean): NodeTemplate {
  const { name, labels, taints, images } = node
  const allocatable = node.allocatable ?? {}
  for (const resource of ['cpu', 'memory'])
    if (!((allocatable[resource] ?? 0) > 0))
      throw new TraceError(
        { file, column: `Node ${name}.status.allocatable.${resource}` },
        allocatable[resource] === undefined ? 'nothing' : String(allocatable[resource]),
        'an amount above 0, of which pods can run',
      )
  const gpus = devices ? (allocatable[GPU] ?? 0) : 0
  const own = labels ?? {}
  return {
    cpu: allocatable['cpu'],
    memory: allocatable['memory'],
    pods: allocatable['pods'] ?? 0,
    gpus,
    gpuModel: gpus === 0 ? '' : (own[GPU_MODEL] ?? 'nvidia'),
    resources: Object.fromEntries(
      Object.entries(allocatable).filter(([key, amount]) => !ONCE.includes(key) && !(devices && key === GPU) && amount > 0),
    ),
    zone: ZONES.map((key) => own[key]).find((zone) => zone !== undefined) ?? '',
    labels: own,
    taints: (taints ?? []).map(({ key, value, effect }) => ({ key, value: value ?? '', effect })),
    price,
    name,
    ...((images ?? []).length === 0 ? {} : { images: (images ?? []).map(({ names, size }) => ({ names: names ?? [], size })) }),
  }
}

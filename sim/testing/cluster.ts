/**
 * Small clusters for tests, built in one line:
 *
 *   const { cluster, pods } = clusterOf().node({ cpu: '4', memory: '8Gi' }).nodes(5, { gpus: 2 }).pod({ cpu: 3000 }, onNode(0)).pod().build()
 *
 * Numbers are millicores and bytes, texts are quantities as users write them. Defaults: nodes of 16 cores, 64 GiB and 110 pods; pods that
 * request 1 core and 1 GiB and nothing else.
 */
import type { NodeTemplate, PodShape } from '../cluster/spec.ts'
import { readCpu, readMemory } from '../common/units.ts'
import type { DeviceMask, NodeId, PodId, PoolId, ServiceId } from '../common/ids.ts'
import { Cluster } from '../cluster/cluster.ts'
import { DEVICES, NodeState, NONE } from '../cluster/views.ts'

type Amount = number | string
type Loose<T extends { cpu: number; memory: number }> = Partial<Omit<T, 'cpu' | 'memory'>> & {
  readonly cpu?: Amount
  readonly memory?: Amount
}
/** A pod shape in which every property has a default. */
export type LooseShape = Loose<PodShape>
/** A node template in which every property has a default. */
export type LooseTemplate = Loose<NodeTemplate>

const GIB = 1024 ** 3

function amounts({ cpu, memory }: { readonly cpu?: Amount; readonly memory?: Amount }): { cpu?: number; memory?: number } {
  return {
    ...(cpu === undefined ? {} : { cpu: typeof cpu === 'number' ? cpu : readCpu(cpu) }),
    ...(memory === undefined ? {} : { memory: typeof memory === 'number' ? memory : readMemory(memory) }),
  }
}

/** The shape of a pod. */
export const shape = (partial: LooseShape = {}): PodShape => ({
  cpu: 1000,
  memory: GIB,
  limit: 0,
  gpus: 0,
  gpuMilli: partial.gpus === undefined || partial.gpus === 0 ? 0 : 1000,
  gpuModels: [],
  usage: 0,
  resources: {},
  labels: {},
  nodeSelector: {},
  tolerations: [],
  priority: 0,
  ...(partial as Partial<PodShape>),
  ...amounts(partial),
})

/** The template of a node. */
export const template = (partial: LooseTemplate = {}): NodeTemplate => ({
  cpu: 16_000,
  memory: 64 * GIB,
  pods: 110,
  gpus: 0,
  gpuModel: partial.gpus === undefined || partial.gpus === 0 ? '' : 'T4',
  resources: {},
  zone: '',
  labels: {},
  taints: [],
  price: 770_000,
  ...(partial as Partial<NodeTemplate>),
  ...amounts(partial),
})

/** Where a pod is bound: the node, and the devices; NONE lets the cluster pick them. */
export interface Place {
  readonly node: NodeId
  readonly deviceMask: DeviceMask
}

/** Binds a pod to the node, on these devices or on those that the cluster picks. */
export const onNode = (node: NodeId, ...devices: readonly number[]): Place => ({
  node,
  deviceMask: devices.length === 0 ? NONE : devices.reduce((mask, device) => mask | (1 << device), 0),
})

/** An empty builder. */
export const clusterOf = (): ClusterBuilder => new ClusterBuilder()

class ClusterBuilder {
  private readonly nodeList: { template: NodeTemplate; state: NodeState; pool: PoolId }[] = []
  private readonly podList: { shape: PodShape; place: Place | undefined; service: ServiceId }[] = []

  /** Adds a node. */
  node(partial: LooseTemplate = {}, state: NodeState = NodeState.Ready, pool = 0): this {
    return this.nodes(1, partial, state, pool)
  }

  nodes(count: number, partial: LooseTemplate = {}, state: NodeState = NodeState.Ready, pool = 0): this {
    const made = template(partial)
    for (let i = 0; i < count; i++) this.nodeList.push({ template: made, state, pool })
    return this
  }

  /** Adds a pod: bound at `place`, or pending without one. */
  pod(partial: LooseShape = {}, place?: Place, service: ServiceId = NONE): this {
    return this.pods(1, partial, place, service)
  }

  pods(count: number, partial: LooseShape = {}, place?: Place, service: ServiceId = NONE): this {
    const made = shape(partial)
    for (let i = 0; i < count; i++) this.podList.push({ shape: made, place, service })
    return this
  }

  /** The cluster, with its nodes and pods in the order in which they were added. @throws when a pod cannot be bound at its place */
  build(): { readonly cluster: Cluster; readonly nodes: NodeId[]; readonly pods: PodId[] } {
    const named = new Set<string>()
    for (const { template: made } of this.nodeList) for (const name of Object.keys(made.resources)) named.add(name)
    const cluster = new Cluster([...named].sort())
    const nodes = this.nodeList.map(({ template: made, pool, state }) => cluster.addNode(made, pool, state))
    const pods = this.podList.map(({ shape: made, place, service }, at) => {
      const pod = cluster.createPod(made, service, 0)
      if (place !== undefined && !cluster.bind(pod, place.node, place.deviceMask))
        throw new Error(`fixture: pod ${at} cannot be bound to ${describe(cluster, place)}`)
      return pod
    })
    return { cluster, nodes, pods }
  }
}

function describe({ nodes }: Cluster, { node, deviceMask }: Place): string {
  if (!(node < nodes.count)) return `node ${node}: rows are 0 to ${nodes.count - 1}`
  const free = nodes.resources.map((name, resource) => `${name} ${nodes.free[resource][node]}`).join(', ')
  const devices = [...nodes.freeDevice.subarray(node * DEVICES, node * DEVICES + nodes.devices[node])].join(' ')
  return `node ${node}: state ${nodes.state[node]}, free ${free}, devices [${devices}]${deviceMask === NONE ? '' : `, requested mask ${deviceMask}`}`
}

/**
 * Small clusters for tests, said in one line:
 *
 *   const { cluster, pods } = clusterOf().node({ cpu: '4', memory: '8Gi' }).nodes(5, { gpus: 2 }).pod({ cpu: 3000 }, onNode(0)).pod().build()
 *
 * Numbers are millicores and bytes, texts are read as users write them. What is not said: nodes of 16 cores, 64 GiB, 110 pods; pods
 * that ask for 1 core and 1 GiB and nothing else.
 */
import type { NodeTemplate, PodShape } from '../cluster/spec.ts'
import { readCpu, readMemory } from '../common/units.ts'
import { Cluster } from '../cluster/cluster.ts'
import { DEVICES, NodeState, NONE } from '../cluster/views.ts'

type Amount = number | string
type Loose<T extends { cpu: number; memory: number }> = Partial<Omit<T, 'cpu' | 'memory'>> & {
  readonly cpu?: Amount
  readonly memory?: Amount
}
export type LooseShape = Loose<PodShape>
export type LooseTemplate = Loose<NodeTemplate>

const GIB = 1024 ** 3

function amounts({ cpu, memory }: { readonly cpu?: Amount; readonly memory?: Amount }): { cpu?: number; memory?: number } {
  return {
    ...(cpu === undefined ? {} : { cpu: typeof cpu === 'number' ? cpu : readCpu(cpu) }),
    ...(memory === undefined ? {} : { memory: typeof memory === 'number' ? memory : readMemory(memory) }),
  }
}

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

/** Where a pod of the fixture is bound: the node's row, and its devices unless the cluster shall pick. */
export interface Place {
  readonly node: number
  readonly deviceMask: number
}

export const onNode = (node: number, ...devices: readonly number[]): Place => ({
  node,
  deviceMask: devices.length === 0 ? NONE : devices.reduce((mask, device) => mask | (1 << device), 0),
})

export const clusterOf = (): ClusterBuilder => new ClusterBuilder()

class ClusterBuilder {
  private readonly nodeList: { template: NodeTemplate; state: NodeState; pool: number }[] = []
  private readonly podList: { shape: PodShape; place: Place | undefined; service: number }[] = []

  /** One node; state Ready, pool 0 unless said. */
  node(partial: LooseTemplate = {}, state: NodeState = NodeState.Ready, pool = 0): this {
    return this.nodes(1, partial, state, pool)
  }

  nodes(count: number, partial: LooseTemplate = {}, state: NodeState = NodeState.Ready, pool = 0): this {
    const made = template(partial)
    for (let i = 0; i < count; i++) this.nodeList.push({ template: made, state, pool })
    return this
  }

  /** A pod, pending unless `place` says where it is bound. */
  pod(partial: LooseShape = {}, place?: Place, service: number = NONE): this {
    return this.pods(1, partial, place, service)
  }

  pods(count: number, partial: LooseShape = {}, place?: Place, service: number = NONE): this {
    const made = shape(partial)
    for (let i = 0; i < count; i++) this.podList.push({ shape: made, place, service })
    return this
  }

  /** The cluster, and the rows of the nodes and pods in the order they were named. Throws when a pod does not go where it should. */
  build(): { readonly cluster: Cluster; readonly nodes: number[]; readonly pods: number[] } {
    const named = new Set<string>()
    for (const { template: made } of this.nodeList) for (const name of Object.keys(made.resources)) named.add(name)
    const cluster = new Cluster([...named].sort())
    const nodes = this.nodeList.map(({ template: made, pool, state }) => cluster.addNode(made, pool, state))
    const pods = this.podList.map(({ shape: made, place, service }, at) => {
      const pod = cluster.createPod(made, service, 0)
      if (place !== undefined && !cluster.bind(pod, place.node, place.deviceMask))
        throw new Error(`fixture: pod ${at} does not go on ${describe(cluster, place)}`)
      return pod
    })
    return { cluster, nodes, pods }
  }
}

function describe({ nodes }: Cluster, { node, deviceMask }: Place): string {
  if (!(node < nodes.count)) return `node ${node}: there are ${nodes.count}`
  const free = nodes.resources.map((name, resource) => `${name} ${nodes.free[resource][node]}`).join(', ')
  const devices = [...nodes.freeDevice.subarray(node * DEVICES, node * DEVICES + nodes.devices[node])].join(' ')
  return `node ${node}: state ${nodes.state[node]}, free ${free}, devices [${devices}]${deviceMask === NONE ? '' : `, asked for mask ${deviceMask}`}`
}

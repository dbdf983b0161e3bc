/** Random histories of a cluster, drawn by fast-check: nodes are added and removed, pods created, bound, released. */
import fc from 'fast-check'
import { shape, template } from '../testing/cluster.ts'
import { Cluster } from './cluster.ts'
import { NodeState, NONE, PodPhase } from './views.ts'

/** One step: what is done, and two numbers that choose the rows. */
export interface Step {
  readonly kind: number
  readonly a: number
  readonly b: number
}

const SHAPES = [
  shape(),
  shape({ cpu: 3000, memory: '7Gi' }),
  shape({ gpus: 1, gpuMilli: 400 }),
  shape({ gpus: 2 }),
  shape({ resources: { fpga: 1 } }),
  shape({ cpu: 0, memory: 0 }),
  shape({ nodeSelector: { disk: 'ssd' } }),
]
const TEMPLATES = [
  template({ cpu: 8000, memory: '16Gi' }),
  template({ gpus: 4, zone: 'b' }),
  template({ pods: 3, resources: { fpga: 2 } }),
  template({ labels: { disk: 'ssd' }, cpu: 5000 }),
  template({ taints: [{ key: 'a', value: '', effect: 'NoSchedule' }] }),
]
const STATES = [NodeState.Ready, NodeState.Ready, NodeState.Cordoned, NodeState.Provisioning]

/** An empty cluster with the resource that the steps use. */
export const newCluster = (): Cluster => new Cluster(['fpga'])

/** Steps in a mix that fills clusters: most of them create or bind pods. */
export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ kind: fc.constantFrom(0, 1, 2, 2, 3, 3, 3, 3, 3, 4, 5, 6), a: fc.nat(9999), b: fc.nat(9999) }), {
    maxLength,
    size: 'max',
  })

/** Takes one step; a step that is impossible in the current state changes nothing. */
export function step(cluster: Cluster, { kind, a, b }: Step): void {
  const { nodes, pods } = cluster
  const node = nodes.count === 0 ? NONE : a % nodes.count
  const pod = pods.count === 0 ? NONE : b % pods.count
  const here = node !== NONE && nodes.state[node] !== NodeState.Gone
  if (kind === 0) cluster.addNode(TEMPLATES[a % TEMPLATES.length], b % 3, STATES[b % STATES.length])
  else if (kind === 1 && here) cluster.setNodeState(node, STATES[b % STATES.length])
  else if (kind === 2) cluster.createPod(SHAPES[a % SHAPES.length], a % 2 === 0 ? NONE : 1, 0)
  else if (kind === 3 && pod !== NONE) bindSomewhere(cluster, pod, a)
  else if (kind === 4 && pod !== NONE && pods.node[pod] !== NONE) cluster.release(pod, 0)
  else if (kind === 5 && here && nodes.podCount[node] === 0) cluster.removeNode(node)
  else if (kind === 6 && pod !== NONE && pods.phase[pod] === PodPhase.Bound) cluster.setPhase(pod, PodPhase.Ready)
}

function bindSomewhere(cluster: Cluster, pod: number, from: number): void {
  const { count } = cluster.nodes
  for (let i = 0; i < count; i++) if (cluster.bind(pod, (from + i) % count)) return
}

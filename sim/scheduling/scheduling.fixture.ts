/** Random histories of clusters, and other helpers of this family's tests. */
import * as fc from 'fast-check'
import { shape, template } from '../testing/cluster.ts'
import type { clusterOf } from '../testing/cluster.ts'
import { Cluster } from '../cluster/cluster.ts'
import { NodeState, NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import { valuesOf } from '../common/define.ts'
import type { ParameterValue } from '../common/define.ts'
import type { NodeTemplate, PodShape } from '../cluster/spec.ts'
import type { RandomStream } from '../random/stream.ts'
import { Streams } from '../random/stream.ts'
import { members } from './index.ts'
import type { SchedulingContext } from './policy.ts'

export const context = (seed = 'scheduling'): SchedulingContext => ({
  random: new Streams(seed, 0).stream('placer'),
  now: () => 0,
  wakeAt: () => undefined,
})

/** A stream that counts its draws. */
export function counted(seed = 'counted'): RandomStream & { draws: number } {
  const stream = new Streams(seed, 0).stream('placer')
  const random = {
    draws: 0,
    next: () => (random.draws++, stream.next()),
    int: (n: number) => (random.draws++, stream.int(n)),
  }
  return random
}

const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const
const tolerated = { key: 'gpu', operator: 'Exists', value: '', effect: '' } as const

/** Four sizes, one of them odd, GPUs behind a taint, labels, a named resource, and a node with places for two pods. */
export const templates: readonly NodeTemplate[] = [
  template({ cpu: '4', memory: '16Gi', labels: { disk: 'ssd' } }),
  template({ cpu: '8', memory: '32Gi' }),
  template({ cpu: 5300, memory: '11Gi', labels: { disk: 'ssd' }, resources: { 'example.com/license': 3 } }),
  template({ cpu: '8', memory: '32Gi', gpus: 2, gpuModel: 'T4', taints: [taint] }),
  template({ cpu: '16', memory: '32Gi', gpus: 4, gpuModel: 'A10' }),
  template({ cpu: '8', memory: '32Gi', pods: 2 }),
]

export const shapes: readonly PodShape[] = [
  shape({ cpu: 500, memory: '1Gi' }),
  shape({ cpu: 2000, memory: '2Gi' }),
  shape({ cpu: 1000, memory: '12Gi' }),
  shape({ cpu: 0, memory: 0 }),
  shape({ cpu: 333, memory: 123_456_789, nodeSelector: { disk: 'ssd' } }),
  shape({ cpu: 1000, memory: '1Gi', gpus: 1, gpuMilli: 400, tolerations: [tolerated] }),
  shape({ cpu: 1000, memory: '4Gi', gpus: 2, tolerations: [tolerated], gpuModels: ['T4'] }),
  shape({ cpu: 100, memory: '1Gi', resources: { 'example.com/license': 1 } }),
  shape({ cpu: 64_000, memory: '1Gi' }), // fits nowhere
]

export const emptyCluster = (): Cluster => new Cluster(['example.com/license'])

/** One event of a history; `which` chooses among the existing pods, nodes or shapes. */
export interface Step {
  readonly kind: 'pod' | 'release' | 'drop' | 'cordon' | 'uncordon' | 'add' | 'remove'
  readonly which: number
}

const kinds: readonly Step['kind'][] = [
  ...Array(10).fill('pod'),
  ...Array(6).fill('release'),
  'drop',
  'cordon',
  'uncordon',
  'add',
  'remove',
]

/** Histories that are mostly arrivals and releases of pods, with a few frequent classes. */
export const steps = (length: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(1_000_000) }), { minLength: length / 2, maxLength: length })

/** A shape; the first shapes are more probable, as the uniform number is squared. */
export function shapeOf(which: number): PodShape {
  const u = (which % 1000) / 1000
  return shapes[Math.floor(u * u * shapes.length)]
}

/** Carries out a step that concerns nodes; false when nothing changed. */
export function changeNodes(cluster: Cluster, { kind, which }: Step): boolean {
  const { nodes } = cluster
  if (kind === 'add') {
    cluster.addNode(templates[which % templates.length], 0, which % 5 === 0 ? NodeState.Provisioning : NodeState.Ready)
    return true
  }
  const node = which % nodes.count
  if (nodes.state[node] === NodeState.Gone) return false
  if (kind === 'cordon') cluster.setNodeState(node, NodeState.Cordoned)
  else if (kind === 'uncordon') cluster.setNodeState(node, NodeState.Ready)
  else if (kind === 'remove' && nodes.podCount[node] === 0) cluster.removeNode(node)
  else return false
  return true
}

export function feasibleNodes(pod: number, view: ClusterView): number[] {
  const rows: number[] = []
  for (let row = 0; row < view.nodes.count; row++) if (view.feasible(view.pods.podClass[pod], row)) rows.push(row)
  return rows
}

/** Replays a history: `choose` returns the node of each new pod, `devices` then its devices. Pods without a node are deleted. */
export function replay(
  cluster: Cluster,
  history: readonly Step[],
  choose: (pod: number, view: ClusterView) => number,
  devices: () => number = () => NONE,
): void {
  const bound: number[] = []
  for (const step of history) {
    if (step.kind === 'pod') {
      const pod = cluster.createPod(shapeOf(step.which), NONE, 0)
      const node = choose(pod, cluster.view)
      if (node === NONE) cluster.deletePending(pod)
      else if (cluster.bind(pod, node, devices())) bound.push(pod)
      else throw new Error(`pod ${pod} was refused by node ${node}`)
    } else if (step.kind === 'release') {
      if (bound.length > 0) cluster.release(bound.splice(step.which % bound.length, 1)[0], 0)
    } else changeNodes(cluster, step)
  }
}

type Build = ReturnType<typeof clusterOf>

/** The node that the member chooses for the last pod of the build; throws when index and twin differ. */
export function chosen(name: string, build: Build, given: Record<string, ParameterValue> = {}): number {
  const member = members.find((m) => m.name === name)!
  const values = valuesOf(member.parameters, given)
  const { cluster, pods } = build.build()
  const pod = pods[pods.length - 1]
  const node = member.create(values, context()).place(pod, cluster.view)
  const slow = member.twin!(values as never, context()).place(pod, cluster.view)
  if (slow !== node) throw new Error(`${name}: the index chose node ${node}, its twin node ${slow}`)
  return node
}

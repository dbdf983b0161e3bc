/** Node pressure in a run: the kubelets that look, the taint of a node that is under pressure, and pods that fail of it. */
import { MEMORY_PRESSURE } from '../../cluster/feasibility/admissible.ts'
import type { PodId } from '../../common/ids.ts'
import { NodePressure, type NodePressureRun } from '../pressure/node-pressure.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Kubelets } from './kubelet.ts'
import { NodeMarks, type NodeMarksRun } from './node-marks.ts'
import type { PodEvents } from './pod-events.ts'
import type { Orchestration } from './spec.ts'

/** What it needs of the run. */
export interface PressedNodesRun extends NodePressureRun, NodeMarksRun {
  readonly input: { readonly orchestration?: Orchestration }
}

/** What it needs of the orchestrator. */
export interface PressedNodesHost {
  readonly kubelets: Kubelets
  podsOf(pod: PodId): ControlledPods | undefined
  /** Taints of nodes have changed. */
  nodesChanged(): void
  readonly events: PodEvents | null
}

/** Null: kubelets evict nothing, or no memory has a curve. */
export function nodePressure(run: PressedNodesRun, { kubelets, podsOf, nodesChanged, events }: PressedNodesHost): NodePressure | null {
  const { memory } = kubelets
  const spec = run.input.orchestration?.eviction
  if (spec === undefined || memory === null) return null
  const marks = new NodeMarks(run)
  const taint = { key: MEMORY_PRESSURE, value: '', effect: 'NoSchedule' } as const
  const all = { count: Infinity }
  const pressure = new NodePressure(run, spec, {
    usageOf: (pod) => (podsOf(pod) === undefined ? undefined : memory.usageOf(pod)),
    limitOf: (pod) => podsOf(pod)?.versionOf(pod).memory?.limit ?? Infinity,
    kills: (pod) => kubelets.exits(pod),
    isDown: (node) => kubelets.isDown(node),
    evicts: (pod) => podsOf(pod)?.fails(pod),
    pressed: (node, pressed) => {
      marks.act(node, pressed ? { at: 0, kind: 'taint', nodes: all, taint } : { at: 0, kind: 'untaint', nodes: all, ...taint })
      events?.node(node, pressed ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory')
      nodesChanged()
    },
  })
  memory.whenStarted = (pod) => pressure.runsOn(run.cluster.view.pods.node[pod])
  return pressure
}

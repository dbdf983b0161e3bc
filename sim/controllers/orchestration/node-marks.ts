/**
 * Labels and taints that people give to nodes. A NoExecute taint evicts the pods that do not tolerate it, without asking a disruption budget;
 * the other effects and labels concern pods that are placed afterwards, and the nodes on which DaemonSets have pods.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { PodPhase } from '../../cluster/views.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { TaintEviction } from '../kubernetes/taint-eviction.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import { nodeTaints } from './node-selection.ts'
import type { Action } from './spec.ts'

/** What this needs of the run. */
export interface NodeMarksRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
}

/** An action on labels or taints. */
export type MarkAction = Extract<Action, { kind: 'taint' | 'untaint' | 'label' }>

export class NodeMarks {
  private readonly run: NodeMarksRun
  /** Null before the first NoExecute taint. */
  private eviction: TaintEviction | null = null
  /** Nodes whose pods the eviction knows. */
  private readonly watched = new Set<NodeId>()

  constructor(run: NodeMarksRun) {
    this.run = run
  }

  /** Gives the node the label or the taint, or takes it. */
  act(node: NodeId, action: MarkAction): void {
    const { cluster, nodes } = this.run
    const { labels } = cluster.nodeClasses.templates[cluster.view.nodes.nodeClass[node]]
    const taints = nodeTaints(cluster, node)
    if (action.kind === 'label') {
      const kept = Object.entries({ ...labels, ...action.labels }).filter(([key]) => !action.remove.includes(key))
      nodes.relabel(node, Object.fromEntries(kept), taints)
      return
    }
    // A taint is known by its key and its effect: another value replaces it.
    const { key, effect } = action.kind === 'taint' ? action.taint : action
    const others = taints.filter((taint) => taint.key !== key || (effect !== undefined && taint.effect !== effect))
    nodes.relabel(node, labels, action.kind === 'taint' ? [...others, action.taint] : others)
    if (effect === undefined || effect === 'NoExecute') this.evicts(node)
  }

  private evicts(node: NodeId): void {
    const { cluster } = this.run
    const eviction = (this.eviction ??= this.createEviction())
    if (!this.watched.has(node)) {
      this.watched.add(node)
      const present: PodId[] = []
      cluster.eachPodOn(node, (pod) => present.push(pod))
      for (const pod of present) this.add(pod, node)
    }
    eviction.taintsChanged(node, nodeTaints(cluster, node))
  }

  private createEviction(): TaintEviction {
    const { simulator, lifecycle, cluster } = this.run
    const eviction = new TaintEviction(simulator, (pod) => {
      if (cluster.view.pods.phase[pod] !== PodPhase.Terminating) lifecycle.terminate(pod, EndReason.Tainted)
    })
    lifecycle.listen({
      bound: (pod) => {
        const node = cluster.view.pods.node[pod]
        if (this.watched.has(node)) this.add(pod, node)
      },
      ending: (pod) => eviction.podGone(pod),
    })
    return eviction
  }

  private add(pod: PodId, node: NodeId): void {
    const { view } = this.run.cluster
    this.eviction?.podAdded(pod, node, view.shapeOf(view.pods.podClass[pod]).tolerations)
  }
}

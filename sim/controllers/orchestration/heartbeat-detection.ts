/**
 * Silent nodes where a timeout of heartbeats is all that is looked at (Swarm, Mesos): when it has passed the node takes no further pods, its
 * pods leave the endpoints, and its tasks are given up. A node that answers again is used again; what was given up stops there.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Kubelets } from './kubelet.ts'
import type { NodeDetection } from './node-detection.ts'

/** What the detection needs of the run. */
export interface HeartbeatDetectionRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
  readonly kubelets: Kubelets
}

/** What it is told by the orchestrator. */
export interface HeartbeatDetectionOptions {
  /** From the last sign of life to "down"; `silence` counts the silences of the node. */
  timeout(node: NodeId, silence: number): Time
  podsOf(pod: PodId): ControlledPods | undefined
  /** The tasks of the node are given up. */
  nodeDown(node: NodeId): void
  nodeUp(node: NodeId): void
  /** The pods of a node that does not exist any more are removed, and the node with them. */
  collect(node: NodeId): void
}

interface WatchedNode {
  /** Number of its silences. */
  silences: number
  isSilent: boolean
  isDown: boolean
  isLost: boolean
}

export class HeartbeatDetection implements NodeDetection {
  private readonly watched = new Map<NodeId, WatchedNode>()
  private readonly timesOut: number
  private readonly run: HeartbeatDetectionRun
  private readonly options: HeartbeatDetectionOptions

  constructor(run: HeartbeatDetectionRun, options: HeartbeatDetectionOptions) {
    this.run = run
    this.options = options
    this.timesOut = run.simulator.register('heartbeats of a node have ceased', (node, silence) => {
      const found = this.watched.get(node)
      if (found?.isSilent === true && found.silences === silence) this.down(node, found)
    })
  }

  added(node: NodeId): void {
    this.watched.set(node, { silences: 0, isSilent: false, isDown: false, isLost: false })
  }

  removed(node: NodeId): void {
    this.watched.delete(node)
  }

  silent(node: NodeId): void {
    const found = this.watched.get(node)!
    if (found.isSilent) return
    found.isSilent = true
    found.silences++
    const { simulator } = this.run
    simulator.at(simulator.now + this.options.timeout(node, found.silences), this.timesOut, node, found.silences)
  }

  /** Nobody tells the orchestrator: it notices what it would notice of a crash. */
  lost(node: NodeId): void {
    const found = this.watched.get(node)!
    found.isLost = true
    if (found.isDown) this.options.collect(node)
  }

  answers(node: NodeId): void {
    const found = this.watched.get(node)!
    found.isSilent = false
    if (!found.isDown) return
    found.isDown = false
    this.run.nodes.uncordon(node, 'unreachable')
    this.options.nodeUp(node)
  }

  taintsOf(): readonly never[] {
    return []
  }

  private down(node: NodeId, found: WatchedNode): void {
    const { cluster, lifecycle, nodes, kubelets } = this.run
    found.isDown = true
    nodes.cordon(node, 'unreachable')
    kubelets.markUnready(node)
    this.options.nodeDown(node)
    const others: PodId[] = []
    cluster.eachPodOn(node, (pod) => {
      if (this.options.podsOf(pod) === undefined) others.push(pod)
    })
    for (const pod of others) lifecycle.terminate(pod, EndReason.NodeLost)
    if (found.isLost) this.options.collect(node)
  }
}

/**
 * Nodes that break and come back: their containers die or go on unreachable, and the orchestrator's detection hears of it. A node that is
 * lost for good is removed with its pods.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { Taint } from '../../cluster/spec.ts'
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Kubelets } from './kubelet.ts'
import type { NodeDetection } from './node-detection.ts'
import { selectNodes } from './node-selection.ts'
import type { NodeSelection } from './spec.ts'

/** What node health needs of the run. */
export interface NodeHealthRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
  readonly changes: ChangeRecorder
}

export class NodeHealth {
  private readonly watched = new Set<NodeId>()
  /** Machines that are gone for good, while their nodes are still there. */
  private readonly gone = new Set<NodeId>()
  /** When a node that is broken answers again: what breaks it meanwhile may make it later. */
  private readonly brokenUntil = new Map<NodeId, Time>()
  private readonly recovers: number
  private readonly run: NodeHealthRun
  private readonly kubelets: Kubelets
  private readonly detection: NodeDetection
  private readonly podsOf: (pod: PodId) => ControlledPods | undefined

  /** @param detectionOf creates what notices broken nodes */
  constructor(
    run: NodeHealthRun,
    kubelets: Kubelets,
    podsOf: (pod: PodId) => ControlledPods | undefined,
    detectionOf: (health: NodeHealth) => NodeDetection,
  ) {
    const { simulator, nodes } = run
    this.run = run
    this.kubelets = kubelets
    this.podsOf = podsOf
    this.detection = detectionOf(this)
    this.recovers = simulator.register('node answers again', (node) => this.recover(node))
    nodes.whenLeft((node) => {
      if (this.watched.delete(node)) this.detection.removed(node)
    })
    nodes.whenJoined((node) => this.watch(node))
  }

  /** Starts to watch the nodes that are present. */
  opens(): void {
    const { nodes } = this.run.cluster.view
    for (let node = 0; node < nodes.count; node++) if (nodes.state[node] !== NodeState.Gone) this.watch(node)
  }

  /** Who notices silent nodes is down until this time. */
  hold(until: Time): void {
    this.detection.hold?.(until)
  }

  taintsOf(node: NodeId): readonly Taint[] {
    return this.detection.taintsOf(node)
  }

  private watch(node: NodeId): void {
    if (this.watched.has(node)) return
    this.watched.add(node)
    this.detection.added(node)
  }

  /** Nodes of the selection that are in use, cordoned or not; when it is not of all nodes, those that are broken already are left out. */
  select(selection: NodeSelection): NodeId[] {
    const all = selection.count === Infinity
    return selectNodes(this.run.cluster, selection, (node) => this.isInUse(node) && (all || this.kubelets.reaches(node)))
  }

  /** Ready or cordoned, broken or not, and not lost for good. */
  isInUse(node: NodeId): boolean {
    const state = this.run.cluster.view.nodes.state[node]
    return (state === NodeState.Ready || state === NodeState.Cordoned) && !this.gone.has(node)
  }

  /** The node stops answering; `down`: its processes die. It answers again after the duration, or when an earlier fault ends, if that is later. */
  breaks(node: NodeId, down: boolean, duration: Time): void {
    const { simulator, lifecycle } = this.run
    if (down && !this.kubelets.isDown(node)) {
      this.eachUnkept(node, (pod) => lifecycle.runs.stop(pod))
      this.notesFailure(node)
    }
    this.kubelets.lose(node, down)
    this.detection.silent(node, down)
    const until = simulator.now + duration
    if (until <= (this.brokenUntil.get(node) ?? 0)) return
    this.brokenUntil.set(node, until)
    if (duration !== Infinity) simulator.at(until, this.recovers, node, 0)
  }

  /** The node is about to go down: it takes no further pods, and those of workloads end, but for pods that belong to the node. */
  shutsDown(node: NodeId): void {
    const { cluster, lifecycle, nodes } = this.run
    nodes.cordon(node, 'shutdown')
    this.detection.announces?.(node)
    const leaving: PodId[] = []
    cluster.eachPodOn(node, (pod) => {
      const pods = this.podsOf(pod)
      if (pods !== undefined && pods.movable() && !pods.isTerminating(pod)) leaving.push(pod)
    })
    for (const pod of leaving) lifecycle.terminate(pod, EndReason.Evicted)
  }

  /** The machine is gone for good. */
  loses(node: NodeId): void {
    this.gone.add(node)
    this.breaks(node, true, Infinity)
    this.detection.lost(node)
  }

  private recover(node: NodeId): void {
    if (!this.watched.has(node)) return // it was removed meanwhile
    if (this.run.simulator.now < this.brokenUntil.get(node)!) return // something else keeps it broken
    this.brokenUntil.delete(node)
    const down = this.kubelets.isDown(node)
    this.kubelets.recover(node)
    if (down) this.eachUnkept(node, (pod) => this.run.lifecycle.runs.startAgain(pod))
    this.detection.answers(node)
    this.run.nodes.uncordon(node, 'shutdown')
  }

  /** The pods of a node that does not exist any more are removed, and the node with them. */
  collect(node: NodeId): void {
    const { cluster, lifecycle, nodes } = this.run
    this.kubelets.markUnready(node)
    const pods: PodId[] = []
    cluster.eachPodOn(node, (pod) => pods.push(pod))
    for (const pod of pods) lifecycle.forceEnd(pod, EndReason.NodeLost)
    nodes.lose(node)
  }

  /** A failure of each workload with a pod on the node that is not leaving anyway. */
  private notesFailure(node: NodeId): void {
    const { cluster, changes, simulator } = this.run
    cluster.eachPodOn(node, (pod) => {
      const pods = this.podsOf(pod)
      if (pods !== undefined && !pods.isTerminating(pod)) changes.disturbances.fails(pods.workload, simulator.now)
    })
  }

  private eachUnkept(node: NodeId, visit: (pod: PodId) => void): void {
    const found: PodId[] = []
    this.run.cluster.eachPodOn(node, (pod) => {
      if (this.podsOf(pod) === undefined) found.push(pod)
    })
    for (const pod of found) visit(pod)
  }
}

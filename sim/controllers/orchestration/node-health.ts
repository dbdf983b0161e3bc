/**
 * Nodes that break and come back: the kubelets on them stop, the node monitor notices the silence, its taints cordon the node and, after the
 * seconds for which pods tolerate them, evict its pods. A node that is lost for good is removed by the cloud's controller, and its pods by
 * the pod garbage collector.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { Taint } from '../../cluster/spec.ts'
import { NodeState } from '../../cluster/views.ts'
import { NONE, type NodeId, type PodId, type Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import { NODE_MONITOR_DEFAULTS, NodeMonitor, type NodeListener, type NodeTaint } from '../kubernetes/node-monitor.ts'
import { TaintEviction, type TimedToleration } from '../kubernetes/taint-eviction.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Kubelets } from './kubelet.ts'
import { selectNodes } from './node-selection.ts'
import type { NodeSelection } from './spec.ts'

/** Period of lease renewals, whose phase is drawn per node [µs]. */
const LEASE: Time = 10_000_000
/** From the loss of an instance to the removal of its node object, and the quarantine of its pods after that [µs]. */
const INSTANCE_CHECK: Time = 5_000_000
const QUARANTINE: Time = 40_000_000
/** Period of the pod garbage collector [µs]. */
const COLLECTION: Time = 20_000_000
const SECOND: Time = 1_000_000
/** What admission adds to pods that say nothing else. */
const DEFAULT_TOLERATION: Time = 300 * SECOND

/** What node health needs of the run. */
export interface NodeHealthRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
}

/** What it is told by the orchestrator. */
export interface NodeHealthOptions {
  readonly grace: Time
  /** How long the pods of a workload tolerate an unhealthy node. */
  tolerationOf(pods: ControlledPods): Time
  podsOf(pod: PodId): ControlledPods | undefined
  /** Labels, taints or the presence of nodes have changed. */
  nodesChanged(): void
}

export class NodeHealth implements NodeListener {
  private readonly monitor: NodeMonitor
  private readonly eviction: TaintEviction
  private readonly monitored = new Set<NodeId>()
  private readonly taints = new Map<NodeId, Taint[]>()
  private readonly phases: KeyedStream
  private readonly recovers: number
  private readonly collects: number
  private readonly run: NodeHealthRun
  private readonly kubelets: Kubelets
  private readonly options: NodeHealthOptions

  constructor(run: NodeHealthRun, kubelets: Kubelets, options: NodeHealthOptions) {
    const { simulator, streams, nodes, lifecycle } = run
    this.run = run
    this.kubelets = kubelets
    this.options = options
    this.monitor = new NodeMonitor(simulator, this, { ...NODE_MONITOR_DEFAULTS, grace: options.grace })
    this.eviction = new TaintEviction(simulator, (pod) => this.evict(pod))
    this.phases = streams.keyed('lease phases')
    this.recovers = simulator.register('node answers again', (node) => this.recover(node))
    this.collects = simulator.register('pods of a lost node are removed', (node) => this.collect(node))
    lifecycle.listen({
      bound: (pod) => this.eviction.podAdded(pod, run.cluster.view.pods.node[pod], this.tolerations(pod)),
      ending: (pod) => this.eviction.podGone(pod),
    })
    nodes.whenLeft((node) => {
      if (!this.monitored.delete(node)) return
      this.monitor.removed(node)
      options.nodesChanged()
    })
    nodes.whenJoined((node) => this.watch(node))
  }

  /** Starts to watch the nodes that are present. */
  opens(): void {
    const { nodes } = this.run.cluster.view
    for (let node = 0; node < nodes.count; node++) if (nodes.state[node] !== NodeState.Gone) this.watch(node)
  }

  taintsOf(node: NodeId): readonly Taint[] {
    return this.taints.get(node) ?? []
  }

  private watch(node: NodeId): void {
    if (this.monitored.has(node)) return
    this.monitored.add(node)
    const { cluster } = this.run
    const zone = cluster.view.nodes.zone[node]
    this.monitor.added(node, zone === NONE ? '' : cluster.zones[zone], Math.floor(this.phases.at(node, 0) * LEASE))
  }

  /** Nodes of the selection that are in use, cordoned or not, and not broken already. */
  select(selection: NodeSelection): NodeId[] {
    const { cluster } = this.run
    const { state } = cluster.view.nodes
    const inUse = (node: NodeId): boolean => state[node] === NodeState.Ready || state[node] === NodeState.Cordoned
    return selectNodes(cluster, selection, (node) => inUse(node) && this.kubelets.reaches(node))
  }

  /** The node stops answering; `down`: its processes die. It answers again after the duration. */
  breaks(node: NodeId, down: boolean, duration: Time): void {
    const { simulator, lifecycle } = this.run
    this.kubelets.lose(node, down)
    if (down) this.eachUnkept(node, (pod) => lifecycle.stop(pod))
    this.monitor.crashed(node)
    if (duration !== Infinity) simulator.at(simulator.now + duration, this.recovers, node, 0)
  }

  /** The machine is gone for good. */
  loses(node: NodeId): void {
    const { simulator, nodes } = this.run
    this.breaks(node, true, Infinity)
    nodes.cordon(node, 'unreachable')
    const collected = simulator.now + INSTANCE_CHECK + QUARANTINE
    simulator.at(Math.ceil(collected / COLLECTION) * COLLECTION, this.collects, node, 0)
  }

  private recover(node: NodeId): void {
    if (!this.monitored.has(node)) return // it was removed meanwhile
    const down = this.kubelets.isDown(node)
    this.kubelets.recover(node)
    if (down) this.eachUnkept(node, (pod) => this.run.lifecycle.startAgain(pod))
    this.monitor.reported(node, true)
  }

  /** The pod garbage collector removes the pods of a node that does not exist any more. */
  private collect(node: NodeId): void {
    const { cluster, lifecycle, nodes } = this.run
    this.kubelets.markUnready(node)
    const pods: PodId[] = []
    cluster.eachPodOn(node, (pod) => pods.push(pod))
    for (const pod of pods) lifecycle.forceEnd(pod, EndReason.NodeLost)
    nodes.lose(node)
  }

  private eachUnkept(node: NodeId, visit: (pod: PodId) => void): void {
    const found: PodId[] = []
    this.run.cluster.eachPodOn(node, (pod) => {
      if (this.options.podsOf(pod) === undefined) found.push(pod)
    })
    for (const pod of found) visit(pod)
  }

  private tolerations(pod: PodId): readonly TimedToleration[] {
    const pods = this.options.podsOf(pod)
    if (pods?.daemon === true) return [tolerated('not-ready', Infinity), tolerated('unreachable', Infinity)]
    const time = pods === undefined ? DEFAULT_TOLERATION : this.options.tolerationOf(pods)
    return [tolerated('not-ready', time), tolerated('unreachable', time)]
  }

  private evict(pod: PodId): void {
    const { lifecycle } = this.run
    const pods = this.options.podsOf(pod)
    if (pods?.isTerminating(pod) === true) return
    lifecycle.terminate(pod, EndReason.Tainted)
  }

  // ---- what the monitor does

  becameUnknown(node: NodeId): void {
    this.kubelets.markUnready(node)
  }

  tainted(node: NodeId, taint: NodeTaint, effect: 'NoSchedule' | 'NoExecute'): void {
    this.setTaints(node, [...this.taintsOf(node), { key: `node.kubernetes.io/${taint}`, value: '', effect }])
    if (effect === 'NoSchedule') this.run.nodes.cordon(node, 'unreachable')
  }

  untainted(node: NodeId, taint: NodeTaint, effect: 'NoSchedule' | 'NoExecute'): void {
    const key = `node.kubernetes.io/${taint}`
    this.setTaints(
      node,
      this.taintsOf(node).filter((other) => other.key !== key || other.effect !== effect),
    )
    if (effect === 'NoSchedule') this.run.nodes.uncordon(node, 'unreachable')
  }

  private setTaints(node: NodeId, taints: Taint[]): void {
    this.taints.set(node, taints)
    this.eviction.taintsChanged(node, taints)
    this.options.nodesChanged()
  }
}

const tolerated = (taint: NodeTaint, time: Time): TimedToleration => ({
  key: `node.kubernetes.io/${taint}`,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  ...(time === Infinity ? {} : { seconds: time / SECOND }),
})

/**
 * Silent nodes in Kubernetes: the node monitor notices them, its taints cordon them and, after the seconds for which pods tolerate them, evict
 * their pods. The object of a node that is lost for good is removed by the cloud's controller, and its pods by the pod garbage collector.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { Taint } from '../../cluster/spec.ts'
import { PodPhase } from '../../cluster/views.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import { NODE_MONITOR_DEFAULTS, NodeMonitor, type NodeListener, type NodeTaint } from '../kubernetes/node-monitor.ts'
import { TaintEviction, type TimedToleration } from '../kubernetes/taint-eviction.ts'
import type { ApiClients } from '../api-clients.ts'
import { NOTHING, sendWith, type ApiClient } from '../kubernetes/api-client.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Kubelets } from './kubelet.ts'
import type { NodeDetection } from './node-detection.ts'
import { zoneOf } from './node-selection.ts'

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

/** What the detection needs of the run. */
export interface KubernetesDetectionRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
  readonly kubelets: Kubelets
  readonly apiClients: ApiClients
}

/** What it is told by the orchestrator. */
export interface KubernetesDetectionOptions {
  readonly grace: Time
  /** How long the pods of a workload tolerate an unhealthy node. */
  tolerationOf(pods: ControlledPods): Time
  podsOf(pod: PodId): ControlledPods | undefined
  /** Labels, taints or the presence of nodes have changed. */
  nodesChanged(): void
  /** The pods of a node that does not exist any more are removed, and the node with them. */
  collect(node: NodeId): void
}

export class KubernetesDetection implements NodeDetection, NodeListener {
  private readonly monitor: NodeMonitor
  private readonly eviction: TaintEviction
  private readonly taints = new Map<NodeId, Taint[]>()
  private readonly phases: KeyedStream
  private readonly collects: number
  private heldUntil: Time = 0
  /** Clients of the node life cycle controller and of the one that evicts pods; undefined: their requests do not wait. */
  private readonly client: ApiClient | undefined
  private readonly evictor: ApiClient | undefined
  private readonly run: KubernetesDetectionRun
  private readonly options: KubernetesDetectionOptions

  constructor(run: KubernetesDetectionRun, options: KubernetesDetectionOptions) {
    const { simulator, streams, lifecycle } = run
    this.run = run
    this.options = options
    this.client = run.apiClients.ofController()
    this.evictor = run.apiClients.ofController()
    this.monitor = new NodeMonitor(simulator, this, { ...NODE_MONITOR_DEFAULTS, grace: options.grace })
    this.eviction = new TaintEviction(simulator, (pod) => this.evict(pod))
    this.phases = streams.keyed('lease phases')
    this.collects = simulator.register('pods of a lost node are removed', (node) => {
      // The collector's quarantine begins again with it.
      if (simulator.now < this.heldUntil) simulator.at(collection(this.heldUntil + QUARANTINE), this.collects, node, 0)
      else options.collect(node)
    })
    lifecycle.listen({
      bound: (pod) => this.eviction.podAdded(pod, run.cluster.view.pods.node[pod], this.tolerations(pod)),
      ending: (pod) => this.eviction.podGone(pod),
    })
  }

  added(node: NodeId): void {
    this.monitor.added(node, zoneOf(this.run.cluster, node), Math.floor(this.phases.at(node, 0) * LEASE))
  }

  removed(node: NodeId): void {
    this.monitor.removed(node)
    this.options.nodesChanged()
  }

  silent(node: NodeId): void {
    this.monitor.crashed(node)
  }

  announces(node: NodeId): void {
    this.monitor.reported(node, false)
  }

  lost(node: NodeId): void {
    const { simulator, nodes } = this.run
    nodes.cordon(node, 'unreachable')
    simulator.at(collection(simulator.now + INSTANCE_CHECK + QUARANTINE), this.collects, node, 0)
  }

  answers(node: NodeId): void {
    this.monitor.reported(node, true)
  }

  hold(until: Time): void {
    this.heldUntil = Math.max(this.heldUntil, until)
    this.monitor.hold(until)
    this.eviction.hold(until)
  }

  taintsOf(node: NodeId): readonly Taint[] {
    return this.taints.get(node) ?? []
  }

  private tolerations(pod: PodId): readonly TimedToleration[] {
    const pods = this.options.podsOf(pod)
    if (pods?.daemon === true) return [tolerated('not-ready', Infinity), tolerated('unreachable', Infinity)]
    const time = pods === undefined ? DEFAULT_TOLERATION : this.options.tolerationOf(pods)
    return [tolerated('not-ready', time), tolerated('unreachable', time)]
  }

  /** Writes the condition DisruptionTarget, and deletes the pod. */
  private evict(pod: PodId): void {
    const { cluster, lifecycle } = this.run
    const { pods } = cluster.view
    if (this.options.podsOf(pod)?.isTerminating(pod) === true) return
    const epoch = pods.epoch[pod]
    sendWith(this.evictor, () =>
      sendWith(this.evictor, () => {
        if (pods.epoch[pod] === epoch && pods.phase[pod] !== PodPhase.Terminating) lifecycle.terminate(pod, EndReason.Tainted)
      }),
    )
  }

  // ---- what the monitor does

  becameUnknown(node: NodeId): void {
    this.run.kubelets.markUnready(node, { client: this.client })
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
    sendWith(this.client, NOTHING)
    this.taints.set(node, taints)
    this.eviction.taintsChanged(node, taints)
    this.options.nodesChanged()
  }
}

/** The first pass of the collector from a time on. */
const collection = (time: Time): Time => Math.ceil(time / COLLECTION) * COLLECTION

const tolerated = (taint: NodeTaint, time: Time): TimedToleration => ({
  key: `node.kubernetes.io/${taint}`,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  ...(time === Infinity ? {} : { seconds: time / SECOND }),
})

/**
 * Kubelets that evict pods when the memory of their node runs short. Each looks every ten seconds and evicts at most one pod, whose controller
 * replaces it; the node has the condition MemoryPressure meanwhile, whose taint keeps BestEffort pods away.
 *
 * The available memory is what the allocatable memory and the hard threshold leave above the pods: the rest of the machine uses what is reserved
 * for it. A pod with a curve of memory uses what that says, any other one what it requests. Simplified: all kubelets look at the same time; a
 * node whose pods use more than there is loses the container with the highest score at that look, not at the instant.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { isBestEffort } from '../../cluster/feasibility/admissible.ts'
import { NodeState, PodPhase } from '../../cluster/views.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { PressureRecorder } from '../../measure/pressure-recorder.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import { CRITICAL, evictedFirst, oomScore, oomScoreAdjust, type MemoryUser, type QosClass } from './ranking.ts'
import type { EvictionSpec } from './spec.ts'
import { Thresholds } from './thresholds.ts'

/** Source: Kubernetes 1.34 pkg/kubelet/kubelet.go (evictionMonitoringPeriod); eviction_manager.go (immediateEvictionGracePeriodSeconds). */
const PERIOD: Time = 10_000_000
const HARD_GRACE: Time = 1_000_000

/** What pressure needs of the run. */
export interface NodePressureRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly pressure: PressureRecorder
}

/** The kubelets. */
export interface PressureHost {
  /** Memory that the container of a pod uses by its curve; undefined: it has none. */
  usageOf(pod: PodId): number | undefined
  /** The limit of its memory, Infinity without one. */
  limitOf(pod: PodId): number
  /** The kernel kills its container. */
  kills(pod: PodId): boolean
  isDown(node: NodeId): boolean
  /** The pod is about to be evicted. */
  evicts(pod: PodId): void
  /** The node has the condition MemoryPressure from now on, or no more. */
  pressed(node: NodeId, pressure: boolean): void
}

/** A pod of a node at a look. */
interface Found extends MemoryUser {
  readonly pod: PodId
  readonly curve: boolean
}

/** A node with pods whose memory has a curve. */
interface Watched {
  readonly thresholds: Thresholds
  pressure: boolean
}

export class NodePressure {
  private readonly watched = new Map<NodeId, Watched>()
  private readonly looks: number
  private readonly run: NodePressureRun
  private readonly spec: EvictionSpec
  private readonly host: PressureHost

  constructor(run: NodePressureRun, spec: EvictionSpec, host: PressureHost) {
    this.run = run
    this.spec = spec
    this.host = host
    this.looks = run.simulator.register('kubelets look at the memory of nodes', () => this.look())
  }

  /** The origin. */
  opens(): void {
    this.next()
  }

  /** A container whose memory has a curve runs on the node. */
  runsOn(node: NodeId): void {
    if (!this.watched.has(node)) this.watched.set(node, { thresholds: new Thresholds(this.spec), pressure: false })
  }

  private next(): void {
    const { simulator } = this.run
    simulator.at(simulator.now + PERIOD, this.looks, 0, 0)
  }

  private look(): void {
    for (const [node, watched] of this.watched) this.lookAt(node, watched)
    this.next()
  }

  private lookAt(node: NodeId, watched: Watched): void {
    const { simulator, cluster } = this.run
    const state = cluster.view.nodes.state[node]
    if (state === NodeState.Gone) {
      if (watched.pressure) this.run.pressure.nodes.add(-1, simulator.now)
      this.watched.delete(node)
      return
    }
    if (this.host.isDown(node)) return
    const pods = this.podsOn(node)
    let available = cluster.view.nodes.memory[node] + this.spec.hard - pods.reduce((sum, { usage }) => sum + usage, 0)
    if (available < 0) available = this.runsOut(node, pods, available)
    const asked = watched.thresholds.check(available, simulator.now)
    this.setPressure(node, watched)
    if (asked !== null) this.evict(pods, asked)
    else if (!watched.pressure && pods.every(({ curve }) => !curve)) this.watched.delete(node)
  }

  private podsOn(node: NodeId): Found[] {
    const { cluster } = this.run
    const { pods } = cluster.view
    const found: Found[] = []
    cluster.eachPodOn(node, (pod) => {
      const own = this.host.usageOf(pod)
      const request = pods.memory[pod]
      const { priority } = cluster.view.shapeOf(pods.podClass[pod])
      found.push({ pod, curve: own !== undefined, usage: own ?? request, request, priority })
    })
    return found
  }

  /** The kernel kills containers until the node has memory again; returns what is available then. */
  private runsOut(node: NodeId, pods: Found[], before: number): number {
    const { cluster, simulator, pressure } = this.run
    const capacity = cluster.view.nodes.memory[node] + this.spec.hard
    const score = (one: Found): number => oomScore(one.usage, oomScoreAdjust(this.qosOf(one), one.request, capacity), capacity)
    const order = pods.filter(({ curve, usage }) => curve && usage > 0).sort((a, b) => score(b) - score(a))
    let available = before
    for (const one of order) {
      if (available >= 0) break
      if (!this.host.kills(one.pod)) continue
      pressure.killed(simulator.now)
      available += one.usage
      pods.splice(pods.indexOf(one), 1, { ...one, usage: 0 })
    }
    return available
  }

  private qosOf({ pod, request }: Found): QosClass {
    const { view } = this.run.cluster
    const shape = view.shapeOf(view.pods.podClass[pod])
    if (shape.limit === shape.cpu && this.host.limitOf(pod) === request) return 'Guaranteed'
    return isBestEffort(shape) ? 'BestEffort' : 'Burstable'
  }

  private setPressure(node: NodeId, watched: Watched): void {
    const { pressure } = watched.thresholds
    if (pressure === watched.pressure) return
    watched.pressure = pressure
    this.run.pressure.nodes.add(pressure ? 1 : -1, this.run.simulator.now)
    this.host.pressed(node, pressure)
  }

  /** One pod that runs and is not critical. */
  private evict(pods: readonly Found[], asked: 'hard' | 'soft'): void {
    const { cluster, lifecycle } = this.run
    const { phase } = cluster.view.pods
    const running = (pod: PodId): boolean => phase[pod] === PodPhase.Running || phase[pod] === PodPhase.Ready
    const [first] = pods.filter(({ pod, priority }) => priority < CRITICAL && running(pod)).sort(evictedFirst)
    if (first === undefined) return
    this.host.evicts(first.pod)
    lifecycle.terminate(first.pod, EndReason.Pressure, asked === 'hard' ? HARD_GRACE : this.spec.maxPodGrace)
  }
}

/**
 * The descheduler of a run: once in a while it evicts pods that would better be elsewhere, and leaves it to their schedulers where they go. It begins
 * at a phase drawn per replication, and does nothing while the API server is down or fewer than two nodes are ready.
 * Source: sigs.k8s.io/descheduler pkg/descheduler/descheduler.go.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { NodeState, PodPhase } from '../../cluster/views.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { DeschedulingRecorder } from '../../measure/descheduling-recorder.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Components } from '../components.ts'
import type { Orchestrator } from '../orchestration/orchestrator.ts'
import { EndReason, type Controller, type Owners } from '../owners.ts'
import type { Placement } from '../placement.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import { removeDuplicates } from './duplicates.ts'
import { Evictor, type PodFacts } from './evictor.ts'
import { highNodeUtilization, lowNodeUtilization } from './node-utilization.ts'
import type { DeschedulerSpec, PluginSpec } from './spec.ts'
import { removeViolatingPods } from './topology-spread.ts'

/** What the descheduler needs of the run. */
export interface DeschedulerRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly placement: Placement
  readonly components: Components
  readonly changes: ChangeRecorder
  readonly descheduling: DeschedulingRecorder
  /** Null: no workload has a controller. */
  readonly orchestrator: Orchestrator | null
  readonly input: { readonly descheduler?: DeschedulerSpec }
}

export class Descheduler implements PodFacts {
  private readonly run: DeschedulerRun
  private readonly spec: DeschedulerSpec
  private readonly evictor: Evictor
  private readonly phases: KeyedStream
  private readonly looks: number

  /** Null: the run has none, or none of its plugins is on. */
  static of(run: DeschedulerRun): Descheduler | null {
    const { descheduler } = run.input
    return descheduler === undefined || descheduler.plugins.length === 0 ? null : new Descheduler(run, descheduler)
  }

  private constructor(run: DeschedulerRun, spec: DeschedulerSpec) {
    const { simulator, cluster, streams, lifecycle, descheduling } = run
    this.run = run
    this.spec = spec
    this.evictor = new Evictor({ view: cluster.view, facts: this, now: () => simulator.now }, spec)
    this.phases = streams.keyed('descheduler')
    this.looks = simulator.register('descheduler looks', () => this.look())
    lifecycle.listen({
      bound: (pod) => {
        const { owner, podClass, node } = cluster.view.pods
        descheduling.bound(owner[pod], podClass[pod], node[pod], simulator.now)
      },
    })
  }

  opens(): void {
    const { simulator } = this.run
    simulator.at(simulator.now + Math.floor(this.phases.at(0, 0) * this.spec.every), this.looks, 0, 0)
  }

  private look(): void {
    const { simulator, components } = this.run
    simulator.at(simulator.now + this.spec.every, this.looks, 0, 0)
    if (simulator.now < components.downUntil('api-server')) return
    const nodes = this.readyNodes()
    if (nodes.length < 2) return
    this.evictor.begins()
    for (const plugin of this.spec.plugins) balance(plugin, nodes, this.evictor)
  }

  /** Cordoned ones included. */
  private readyNodes(): NodeId[] {
    const { cluster, orchestrator } = this.run
    const { nodes } = cluster.view
    const ready: NodeId[] = []
    for (let node = 0; node < nodes.count; node++) {
      const state = nodes.state[node]
      if (state !== NodeState.Ready && state !== NodeState.Cordoned) continue
      if (orchestrator === null || orchestrator.isReady(node)) ready.push(node)
    }
    return ready
  }

  // ---- what the evictor asks

  controllerOf(pod: PodId): Controller | null {
    return this.run.owners.of(pod).controllerOf?.(pod) ?? null
  }

  memoryLimitOf(pod: PodId): number {
    const { orchestrator, cluster } = this.run
    const { admission } = cluster.view.shapeOf(cluster.view.pods.podClass[pod])
    return admission?.amounts['limits.memory'] ?? orchestrator?.memoryLimitOf(pod) ?? Infinity
  }

  hasLocalStorage(pod: PodId): boolean {
    const volumes = this.run.orchestrator?.volumesOf(pod) ?? []
    return volumes.some(({ kind }) => kind === 'empty-dir' || kind === 'host-path')
  }

  hasClaim(pod: PodId): boolean {
    const volumes = this.run.orchestrator?.volumesOf(pod) ?? []
    return volumes.some(({ kind }) => kind === 'claim' || kind === 'template')
  }

  hasBudget(pod: PodId): boolean {
    return this.run.placement.budgets().some(({ covers }) => covers(pod))
  }

  evict(pod: PodId): boolean {
    const { cluster, simulator, descheduling, changes } = this.run
    const { owner, podClass, node } = cluster.view.pods
    const now = simulator.now
    // Read before the request, which may end the pod.
    const left = { owner: owner[pod], podClass: podClass[pod], node: node[pod], lost: this.lostBy(pod) }
    if (!this.request(pod)) {
      descheduling.refused(now)
      changes.refused(now)
      return false
    }
    descheduling.evicted(left, now)
    return true
  }

  /** Budgets of a snapshot are asked for pods of the snapshot; pods of sources have none. */
  private request(pod: PodId): boolean {
    const { orchestrator, placement, lifecycle } = this.run
    const asked = orchestrator?.requestEviction(pod)
    if (asked !== undefined) return asked
    if (placement.budgets().some(({ covers, allowed }) => covers(pod) && allowed <= 0)) return false
    lifecycle.terminate(pod, EndReason.Evicted)
    return true
  }

  /** A pod that runs for a duration starts over. */
  private lostBy(pod: PodId): number {
    const { pods } = this.run.cluster.view
    if (pods.phase[pod] !== PodPhase.Running || pods.duration[pod] === Infinity) return 0
    return (this.run.simulator.now - pods.bound[pod]) * pods.cpu[pod]
  }
}

function balance(plugin: PluginSpec, nodes: readonly NodeId[], evictor: Evictor): void {
  if (plugin.kind === 'LowNodeUtilization') lowNodeUtilization(plugin, nodes, evictor)
  else if (plugin.kind === 'HighNodeUtilization') highNodeUtilization(plugin, nodes, evictor)
  else if (plugin.kind === 'RemoveDuplicates') removeDuplicates(plugin, nodes, evictor)
  else removeViolatingPods(plugin, nodes, evictor)
}

/**
 * Drains as `kubectl drain` does them: the node is cordoned, each of its pods is evicted through the eviction API, and a pod that a
 * disruption budget protects is tried again every five seconds until the budget allows it.
 * Source: kubectl 1.34 pkg/drain/drain.go.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { PodPhase } from '../../cluster/views.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { Drain } from '../../measure/disturbances.ts'
import { EndReason, type Owners } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { ControlledPods } from './controlled-pods.ts'

/** Wait after a refusal [µs]. */
const RETRY: Time = 5_000_000

/** What drains need of the run. */
export interface DrainsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly changes: ChangeRecorder
}

export class Drains {
  /** Pods that wait for their budget: epoch of each. */
  private readonly waiting = new Map<PodId, number>()
  /** Pods that a drain waits for. */
  private readonly leaving = new Map<PodId, { readonly drain: Drain; readonly pods: Set<PodId> }>()
  private readonly retries: number
  private readonly run: DrainsRun
  private readonly evicts: (pod: PodId, pods: ControlledPods) => boolean
  private readonly podsOf: (pod: PodId) => ControlledPods | undefined

  /** @param evicts the controllers of the orchestrator; false: a disruption budget forbids it now */
  constructor(run: DrainsRun, evicts: (pod: PodId, pods: ControlledPods) => boolean, podsOf: (pod: PodId) => ControlledPods | undefined) {
    this.run = run
    this.evicts = evicts
    this.podsOf = podsOf
    run.lifecycle.listen({ ending: (pod) => this.left(pod) })
    this.retries = run.simulator.register('eviction is tried again', (pod, epoch) => this.tryAgain(pod, epoch))
  }

  /** Pods whose eviction a budget refuses still. */
  get stuck(): number {
    let count = 0
    for (const [pod, epoch] of this.waiting) if (this.isThere(pod, epoch)) count++
    return count
  }

  /** Evicts all pods of a node but those of DaemonSets, which stay, and background pods, which nothing replaces elsewhere. */
  drain(node: NodeId): void {
    const leaving: PodId[] = []
    this.run.cluster.eachPodOn(node, (pod) => {
      if (this.run.owners.of(pod).movable(pod)) leaving.push(pod)
    })
    const { simulator, changes } = this.run
    const drain = changes.disturbances.drain(simulator.now)
    if (leaving.length === 0) drain.to = simulator.now
    const pods = new Set(leaving)
    for (const pod of leaving) this.leaving.set(pod, { drain, pods })
    for (const pod of leaving) this.evict(pod, node)
  }

  private left(pod: PodId): void {
    const found = this.leaving.get(pod)
    if (found === undefined) return
    this.leaving.delete(pod)
    found.pods.delete(pod)
    if (found.pods.size === 0) found.drain.to = this.run.simulator.now
  }

  /** Evicts the pod now, or as soon as its budget allows it. */
  evict(pod: PodId, node: NodeId): void {
    const { pods } = this.run.cluster.view
    if (pods.node[pod] !== node || pods.phase[pod] === PodPhase.Terminating) return
    const controlled = this.podsOf(pod)
    if (controlled === undefined) {
      this.run.lifecycle.terminate(pod, EndReason.Evicted)
      return
    }
    if (controlled.isTerminating(pod)) return
    if (this.evicts(pod, controlled)) {
      this.waiting.delete(pod)
      return
    }
    this.run.changes.refused(this.run.simulator.now)
    const epoch = pods.epoch[pod]
    this.waiting.set(pod, epoch)
    this.run.simulator.at(this.run.simulator.now + RETRY, this.retries, pod, epoch)
  }

  private tryAgain(pod: PodId, epoch: number): void {
    if (this.isThere(pod, epoch)) this.evict(pod, this.run.cluster.view.pods.node[pod])
    else if (this.waiting.get(pod) === epoch) this.waiting.delete(pod)
  }

  private isThere(pod: PodId, epoch: number): boolean {
    const { pods } = this.run.cluster.view
    return pods.epoch[pod] === epoch && pods.phase[pod] !== PodPhase.Terminating && pods.phase[pod] !== PodPhase.Gone
  }
}

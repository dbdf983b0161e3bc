/**
 * Nodes that an operator taints as out of service, because the machine is known to be down: the pods on them are deleted, the pod garbage
 * collector removes their objects at its next round although the kubelet does not answer, and their volumes are detached at once.
 * Source: Kubernetes 1.34 pkg/controller/podgc/gc_controller.go (gcTerminating, every 20 s).
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { EndReason } from '../owners.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { PodVolumes } from '../storage/pod-volumes.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { Kubelets } from './kubelet.ts'
import { selectNodes } from './node-selection.ts'
import type { NodeSelection } from './spec.ts'

/** Period of the pod garbage collector [µs]. */
const COLLECTION: Time = 20_000_000

/** What this needs of the run. */
export interface OutOfServiceRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly lifecycle: PodLifecycle
  readonly volumes: PodVolumes | null
}

export class OutOfService {
  private readonly collects: number
  private readonly run: OutOfServiceRun
  private readonly kubelets: Kubelets
  private readonly podsOf: (pod: PodId) => ControlledPods | undefined

  constructor(run: OutOfServiceRun, kubelets: Kubelets, podsOf: (pod: PodId) => ControlledPods | undefined) {
    this.run = run
    this.kubelets = kubelets
    this.podsOf = podsOf
    this.collects = run.simulator.register('pods of a node out of service are removed', (node) => this.collect(node))
  }

  /** Nodes of the selection that do not answer; the taint has no effect on others but that their pods leave. */
  select(selection: NodeSelection): NodeId[] {
    return selectNodes(this.run.cluster, selection, (node) => !this.kubelets.reaches(node))
  }

  taint(node: NodeId): void {
    const { simulator, lifecycle, volumes } = this.run
    for (const pod of this.podsOn(node)) if (!this.podsOf(pod)!.isTerminating(pod)) lifecycle.terminate(pod, EndReason.Tainted)
    volumes?.isOutOfService(node)
    simulator.at(Math.ceil(simulator.now / COLLECTION) * COLLECTION, this.collects, node, 0)
  }

  private collect(node: NodeId): void {
    if (this.kubelets.reaches(node)) return
    for (const pod of this.podsOn(node)) this.run.lifecycle.forceEnd(pod, EndReason.Tainted)
  }

  private podsOn(node: NodeId): PodId[] {
    const found: PodId[] = []
    this.run.cluster.eachPodOn(node, (pod) => {
      if (this.podsOf(pod) !== undefined) found.push(pod)
    })
    return found
  }
}

/**
 * Which pods the descheduler may evict, and how many: the checks of its DefaultEvictor, the limits of a cycle, and one request to the eviction
 * API for each pod.
 * Source: sigs.k8s.io/descheduler pkg/framework/plugins/defaultevictor, pkg/descheduler/evictions/evictions.go.
 */
import { compiled, type Selector } from '../../cluster/feasibility/selectors.ts'
import { isBestEffort } from '../../cluster/feasibility/admissible.ts'
import { NodeState, PodPhase, type ClusterView } from '../../cluster/views.ts'
import { NONE, type NodeId, type PodClassId, type PodId, type Time } from '../../common/ids.ts'
import { infoOf, nodeLabelsOf } from '../../scheduling/profiles/kubernetes/run-pods.ts'
import type { PodInfo } from '../../scheduling/profiles/kubernetes/pod-info.ts'
import type { Controller } from '../owners.ts'
import { CRITICAL, type QosClass } from '../pressure/ranking.ts'
import type { DeschedulerSpec, EvictorSpec, Namespaces } from './spec.ts'

/** What controllers know of pods. */
export interface PodFacts {
  /** The controller that replaces the pod; null: none does, or it keeps a pod on each node. */
  controllerOf(pod: PodId): Controller | null
  /** Memory limit [bytes]; Infinity: none. */
  memoryLimitOf(pod: PodId): number
  hasLocalStorage(pod: PodId): boolean
  hasClaim(pod: PodId): boolean
  hasBudget(pod: PodId): boolean
  /** One request to the eviction API; false: a disruption budget forbids it. */
  evict(pod: PodId): boolean
}

/** What became of an eviction: a limit of the cycle forbids it for the node, the namespace, or altogether. */
export type Eviction = 'evicted' | 'refused' | 'node limit' | 'namespace limit' | 'total limit'

/** Pods beside which a pod does not run, in domains of this key. */
interface AntiAffinity {
  readonly selector: Selector
  readonly key: string
  readonly namespaces: ReadonlySet<string>
}

export class Evictor {
  private readonly perNode = new Map<NodeId, number>()
  private readonly perNamespace = new Map<string, number>()
  private total = 0
  private replicas: Map<string, number> | null = null
  private readonly infos: PodInfo[] = []
  private readonly antiAffinity: (readonly AntiAffinity[])[] = []
  readonly view: ClusterView
  readonly facts: PodFacts
  private readonly spec: EvictorSpec
  private readonly limits: DeschedulerSpec['limits']
  private readonly now: () => Time

  constructor(
    { view, facts, now }: { readonly view: ClusterView; readonly facts: PodFacts; readonly now: () => Time },
    { evictor, limits }: Pick<DeschedulerSpec, 'evictor' | 'limits'>,
  ) {
    this.view = view
    this.facts = facts
    this.now = now
    this.spec = evictor
    this.limits = limits
  }

  /** A cycle begins. */
  begins(): void {
    this.perNode.clear()
    this.perNamespace.clear()
    this.total = 0
    this.replicas = null
  }

  /** Namespace, labels and rules of the pods of a class. */
  infoOf(podClass: PodClassId): PodInfo {
    return (this.infos[podClass] ??= infoOf(podClass, NONE, this.view))
  }

  namespaceOf(pod: PodId): string {
    return this.infoOf(this.view.pods.podClass[pod]).pod.namespace
  }

  /** Whether the pod is in these namespaces. */
  isIn(pod: PodId, { include, exclude = [] }: Namespaces): boolean {
    if (include === undefined && exclude.length === 0) return true
    const namespace = this.namespaceOf(pod)
    return !exclude.includes(namespace) && (include === undefined || include.includes(namespace))
  }

  /** Whether the pod may be evicted at all. */
  isEvictable(pod: PodId): boolean {
    const { view, facts, spec } = this
    if (view.pods.phase[pod] === PodPhase.Terminating) return false
    const controller = facts.controllerOf(pod)
    if (controller === null) return false
    const priority = view.classes.priority[view.pods.podClass[pod]]
    if (!spec.evictSystemCriticalPods && (priority >= CRITICAL || priority >= (spec.priorityThreshold ?? Infinity))) return false
    if (!spec.evictLocalStoragePods && facts.hasLocalStorage(pod)) return false
    if (spec.ignorePvcPods && facts.hasClaim(pod)) return false
    if (spec.ignorePodsWithoutPDB && !facts.hasBudget(pod)) return false
    if (spec.minPodAge > 0 && this.now() - view.pods.bound[pod] < spec.minPodAge) return false
    return spec.minReplicas <= 1 || controller.key === '' || this.replicasOf(controller) >= spec.minReplicas
  }

  /** Pods of the controller, counted once a cycle. */
  private replicasOf({ key }: Controller): number {
    if (this.replicas === null) {
      this.replicas = new Map()
      const { pods } = this.view
      for (let pod = 0; pod < pods.count; pod++) {
        const owner = pods.phase[pod] === PodPhase.Gone ? null : this.facts.controllerOf(pod)
        if (owner !== null) this.replicas.set(owner.key, (this.replicas.get(owner.key) ?? 0) + 1)
      }
    }
    return this.replicas.get(key) ?? 0
  }

  /** The check before an eviction: with `nodeFit` another of the nodes takes the pod. */
  passes(pod: PodId, nodes: readonly NodeId[]): boolean {
    return !this.spec.nodeFit || this.fitsElsewhere(pod, nodes)
  }

  /** Whether the pod fits on one of the nodes that is not its own. */
  fitsElsewhere(pod: PodId, nodes: readonly NodeId[]): boolean {
    const { pods } = this.view
    return nodes.some((node) => node !== pods.node[pod] && this.fits(pods.podClass[pod], node))
  }

  private fits(podClass: PodClassId, node: NodeId): boolean {
    if (this.view.nodes.state[node] !== NodeState.Ready || !this.view.feasible(podClass, node)) return false
    const terms = this.antiAffinityOf(podClass)
    if (terms.length === 0) return true
    const labels = nodeLabelsOf(node, this.view)
    let excluded = false
    this.view.eachPodOn(node, (other) => {
      const info = this.infoOf(this.view.pods.podClass[other])
      excluded ||= terms.some(
        ({ key, namespaces, selector }) => key in labels && namespaces.has(info.pod.namespace) && selector.matches(info.labels),
      )
    })
    return !excluded
  }

  private antiAffinityOf(podClass: PodClassId): readonly AntiAffinity[] {
    return (this.antiAffinity[podClass] ??= (
      this.infoOf(podClass).pod.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    ).map(({ labelSelector, topologyKey, namespaces }) => ({
      selector: compiled(labelSelector),
      key: topologyKey,
      namespaces: new Set((namespaces ?? []).length === 0 ? [this.infoOf(podClass).pod.namespace] : namespaces),
    })))
  }

  qosOf(pod: PodId): QosClass {
    const shape = this.view.shapeOf(this.view.pods.podClass[pod])
    if (isBestEffort(shape)) return 'BestEffort'
    return shape.limit > 0 && shape.limit === shape.cpu && this.facts.memoryLimitOf(pod) === shape.memory ? 'Guaranteed' : 'Burstable'
  }

  /** Evicts the pod if the limits of the cycle and its disruption budget allow it. */
  evict(pod: PodId): Eviction {
    const { perNode, perNamespace, limits } = this
    const node = this.view.pods.node[pod]
    const namespace = this.namespaceOf(pod)
    const ofNode = perNode.get(node) ?? 0
    const ofNamespace = perNamespace.get(namespace) ?? 0
    const limit = this.limitOf(ofNode, ofNamespace, limits)
    if (limit !== null) return limit
    if (!this.facts.evict(pod)) return 'refused'
    perNode.set(node, ofNode + 1)
    perNamespace.set(namespace, ofNamespace + 1)
    this.total++
    return 'evicted'
  }

  private limitOf(ofNode: number, ofNamespace: number, { node, namespace, total }: DeschedulerSpec['limits']): Eviction | null {
    if (this.total >= (total ?? Infinity)) return 'total limit'
    if (ofNode >= (node ?? Infinity)) return 'node limit'
    return ofNamespace >= (namespace ?? Infinity) ? 'namespace limit' : null
  }
}

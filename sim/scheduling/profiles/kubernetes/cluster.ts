/** The state of a cluster as the scheduler's cache holds it: nodes with their pods, namespaces, owners, budgets, promised nodes. */
import type { KubeBudget, KubeCluster, KubeService, KubeWorkload, Labels } from './objects.ts'
import { Storage } from './storage.ts'
import { NodeInfo } from './node-info.ts'
import { podInfo, type PodInfo } from './pod-info.ts'

const NO_LABELS: Labels = {}

/** Nodes and pods with what plugins ask about them. */
export class ClusterState {
  /** In the order given. */
  readonly nodes: readonly NodeInfo[]
  readonly services: readonly KubeService[]
  readonly workloads: readonly KubeWorkload[]
  readonly budgets: readonly KubeBudget[]
  /** Null: claims of pods are not checked. */
  readonly storage: Storage | null
  /** Labels by namespace. */
  readonly namespaces: ReadonlyMap<string, Labels>
  /** Pods whose node is not in the cluster; they occupy nothing. */
  readonly astray: readonly PodInfo[]
  private readonly byName: ReadonlyMap<string, NodeInfo>
  /** Pending pods by the node that is promised to them. */
  private readonly nominations = new Map<string, PodInfo[]>()
  private readonly located = new Map<string, NodeInfo>()
  private images: ReadonlyMap<string, ImageState> | undefined

  constructor(cluster: KubeCluster) {
    this.nodes = cluster.nodes.map((node, index) => new NodeInfo(node, index))
    this.byName = new Map(this.nodes.map((node) => [node.name, node]))
    this.namespaces = new Map((cluster.namespaces ?? []).map(({ name, labels }) => [name, labels ?? NO_LABELS]))
    this.services = cluster.services ?? []
    this.workloads = cluster.workloads ?? []
    this.budgets = cluster.pdbs ?? []
    this.storage = cluster.storage ? new Storage(cluster.storage) : null
    const astray: PodInfo[] = []
    for (const pod of cluster.pods ?? []) {
      const node = this.nodeNamed(pod.node)
      const info = podInfo(pod)
      if (node !== undefined) this.put(info, node)
      else if (isSet(pod.node)) astray.push(info)
      else if (isSet(pod.nominatedNode)) this.nominate(info, pod.nominatedNode)
    }
    this.astray = astray
  }

  /** The node of this name; undefined when there is none. */
  nodeNamed(name: string | null | undefined): NodeInfo | undefined {
    return isSet(name) ? this.byName.get(name) : undefined
  }

  labelsOf(namespace: string): Labels {
    return this.namespaces.get(namespace) ?? NO_LABELS
  }

  /** Pending pods that an earlier preemption promised the node. */
  nominatedTo(node: NodeInfo): readonly PodInfo[] {
    return this.nominations.get(node.name) ?? []
  }

  /** Promises a node to a pending pod. */
  nominate(pod: PodInfo, node: string): void {
    const list = this.nominations.get(node)
    if (list === undefined) this.nominations.set(node, [pod])
    else list.push(pod)
  }

  /** Places a pod; from then on it counts on the node. */
  put(pod: PodInfo, node: NodeInfo): void {
    node.add(pod)
    this.located.set(pod.key, node)
  }

  /** Removes a placed pod by its key, and returns it with its node; undefined when no such pod is placed. */
  take(key: string): { readonly pod: PodInfo; readonly node: NodeInfo } | undefined {
    const node = this.located.get(key)
    const pod = node?.pods.find((one) => one.key === key)
    if (node === undefined || pod === undefined) return undefined
    node.remove(pod)
    this.located.delete(key)
    return { pod, node }
  }

  /** Size and number of nodes by image name. The first node that reports a name decides its size. */
  imageStates(): ReadonlyMap<string, ImageState> {
    this.images ??= imageStatesOf(this.nodes)
    return this.images
  }
}

/** An image over the whole cluster. */
export interface ImageState {
  /** [bytes] */
  readonly size: number
  readonly nodes: ReadonlySet<NodeInfo>
}

function imageStatesOf(nodes: readonly NodeInfo[]): Map<string, ImageState> {
  const states = new Map<string, { readonly size: number; readonly nodes: Set<NodeInfo> }>()
  for (const node of nodes) {
    for (const { names, size } of node.node.images ?? []) {
      for (const name of names ?? []) {
        const state = states.get(name) ?? { size, nodes: new Set<NodeInfo>() }
        state.nodes.add(node)
        states.set(name, state)
      }
    }
  }
  return states
}

/** Names of nodes whose pods request more than is allocatable, as after a node was made smaller; they take no further pods. */
export function overcommitted(cluster: ClusterState): string[] {
  const exceeds = (node: NodeInfo): boolean =>
    node.pods.length > node.allocatable('pods') || ['cpu', 'memory'].some((name) => node.requested(name) > node.allocatable(name))
  return cluster.nodes.filter(exceeds).map(({ name }) => name)
}

/** Whether a name is given. */
export const isSet = (name: string | null | undefined): name is string => name !== null && name !== undefined && name !== ''

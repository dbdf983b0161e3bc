/** A node with its pods and what they occupy, kept up to date as pods are added and removed. Source: Kubernetes 1.34 pkg/scheduler/framework/types.go. */
import { entryOf } from '../../../common/dictionary.ts'
import type { KubeNode, Labels } from './objects.ts'
import type { HostPort } from '../../../cluster/rules.ts'
import type { PodInfo } from './pod-info.ts'
import { HostPorts } from './ports.ts'
import type { Requests } from './requests.ts'

/** One node of the scheduler's cache. */
export class NodeInfo {
  readonly node: KubeNode
  /** Place in the list of nodes. */
  readonly index: number
  readonly labels: Labels
  /** In the order in which they were added. */
  pods: PodInfo[] = []
  private requests = new Map<string, number>()
  private scoredRequests = new Map<string, number>()
  private ports = new HostPorts()

  constructor(node: KubeNode, index: number) {
    this.node = node
    this.index = index
    this.labels = node.labels ?? {}
  }

  get name(): string {
    return this.node.name
  }

  /** 0 where the node does not name the resource. */
  allocatable(resource: string): number {
    return entryOf(this.node.allocatable ?? {}, resource) ?? 0
  }

  /** Sum over the pods. */
  requested(resource: string): number {
    return this.requests.get(resource) ?? 0
  }

  /** The same where containers that do not mention cpu or memory count with the defaults of scores. */
  scoredRequested(resource: string): number {
    return this.scoredRequests.get(resource) ?? 0
  }

  label(key: string): string | undefined {
    return entryOf(this.labels, key)
  }

  /** Adds what pods occupy that are not in the list. */
  occupy(requests: Requests, scoredRequests: Requests): void {
    addTo(this.requests, requests, 1)
    addTo(this.scoredRequests, scoredRequests, 1)
  }

  add(pod: PodInfo): void {
    this.pods.push(pod)
    this.count(pod, 1)
    this.ports.add(pod.ports)
  }

  remove(pod: PodInfo): void {
    const at = this.pods.indexOf(pod)
    if (at < 0) throw new Error(`pod ${pod.key} is not on node ${this.name}`)
    this.pods.splice(at, 1)
    this.count(pod, -1)
    this.ports.remove(pod.ports)
  }

  /** Whether one of the ports is taken. */
  conflicts(wanted: readonly HostPort[]): boolean {
    return this.ports.conflicts(wanted)
  }

  /** A copy on which pods can be removed and added without effect on this one. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.node, this.index)
    copy.pods = [...this.pods]
    copy.requests = new Map(this.requests)
    copy.scoredRequests = new Map(this.scoredRequests)
    copy.ports = this.ports.copy()
    return copy
  }

  private count(pod: PodInfo, by: 1 | -1): void {
    addTo(this.requests, pod.requests, by)
    addTo(this.scoredRequests, pod.heldRequests, by)
  }
}

function addTo(sums: Map<string, number>, amounts: Requests, by: 1 | -1): void {
  for (const [name, amount] of amounts) sums.set(name, (sums.get(name) ?? 0) + by * amount)
}

/** The first half of a cycle: which nodes can run the pod. Source: Kubernetes 1.34 pkg/scheduler/schedule_one.go and framework/runtime/framework.go. */
import { isSet, type ClusterState } from './cluster.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import { unresolvable, type FilterRun, type Refusal, type Rejection } from './plugin.ts'
import type { Profile } from './profile.ts'
import { nodesToFind } from './sampling.ts'

interface RunningFilter {
  readonly plugin: string
  readonly run: FilterRun
}

/** What PreFilter found out about a pod; from then on its filters can be asked about nodes. */
export class FilterCycle {
  readonly pod: PodInfo
  readonly cluster: ClusterState
  /** PreFilter refused the pod as a whole. */
  readonly rejects: Rejection | null
  /** The only nodes that are filtered; null: all. */
  readonly only: ReadonlySet<string> | null
  /** Plugins that narrowed the nodes. */
  readonly narrowedBy: readonly string[]
  /** Plugins that do not apply to this pod. */
  readonly skipped: readonly string[]
  private readonly filters: readonly RunningFilter[]

  constructor(profile: Profile, pod: PodInfo, cluster: ClusterState) {
    this.pod = pod
    this.cluster = cluster
    const filters: RunningFilter[] = []
    const skipped: string[] = []
    const narrowedBy: string[] = []
    let only: ReadonlySet<string> | null = null
    let rejects: Rejection | null = null
    for (const plugin of profile.filters) {
      const run = plugin.preFilter!(pod, cluster)
      if (run === null) skipped.push(plugin.name)
      else if ('reasons' in run) rejects = { plugin: plugin.name, ...run }
      else {
        filters.push({ plugin: plugin.name, run })
        if (run.only !== undefined) {
          narrowedBy.push(plugin.name)
          only = common(only, run.only)
          if (only.size === 0) rejects = { plugin: '', ...noNodeLeft(narrowedBy) }
        }
      }
      if (rejects !== null) break
    }
    this.filters = filters
    this.skipped = skipped
    this.narrowedBy = narrowedBy
    this.only = only
    this.rejects = rejects
  }

  /** The first filter that refuses the node, null when all pass: with the pods of at least its priority that are promised the node, and without them. */
  check(node: NodeInfo): Rejection | null {
    const promised = this.cluster.nominatedTo(node).filter((other) => other.priority >= this.pod.priority && other.key !== this.pod.key)
    if (promised.length === 0) return this.run(node)
    const crowded = node.copy()
    for (const other of promised) this.add(other, crowded)
    const rejection = this.run(crowded)
    for (const other of promised) this.changed(other, crowded, -1)
    return rejection ?? this.run(node)
  }

  /** Adds a pod to the node and lets the filters know. */
  add(pod: PodInfo, node: NodeInfo): void {
    node.add(pod)
    this.changed(pod, node, 1)
  }

  /** Removes a pod from the node and lets the filters know. */
  remove(pod: PodInfo, node: NodeInfo): void {
    node.remove(pod)
    this.changed(pod, node, -1)
  }

  /** Filters that do not apply to this pod are not notified, as in the real scheduler. */
  changed(pod: PodInfo, node: NodeInfo, by: 1 | -1): void {
    for (const { run } of this.filters) run.changed?.(pod, node, by)
  }

  private run(node: NodeInfo): Rejection | null {
    for (const { plugin, run } of this.filters) {
      const refusal = run.filter(node)
      if (refusal !== null) return { plugin, ...refusal }
    }
    return null
  }
}

const common = (a: ReadonlySet<string> | null, b: ReadonlySet<string>): ReadonlySet<string> =>
  a === null ? b : new Set([...a].filter((name) => b.has(name)))

const noNodeLeft = (plugins: readonly string[]): Refusal =>
  unresolvable(
    plugins.length === 1
      ? `node(s) didn't satisfy plugin ${plugins[0]}`
      : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`,
  )

/** Nodes that passed and nodes that did not. */
export interface Filtered {
  /** In the order of the cluster's nodes. */
  readonly feasible: readonly NodeInfo[]
  readonly rejected: ReadonlyMap<NodeInfo, Rejection>
  /** Place in `order` at which the next search begins. */
  readonly next: number
}

/** Filters nodes in the given order from `start` on until enough are found. A node that is promised to the pod is tried first, and alone if it passes. */
export function filterNodes(cycle: FilterCycle, profile: Profile, order: readonly NodeInfo[], start: number): Filtered {
  const { only, pod, cluster } = cycle
  const promised = isSet(pod.pod.nominatedNode) ? cluster.nodeNamed(pod.pod.nominatedNode) : undefined
  if (promised !== undefined && (only === null || only.has(promised.name)) && cycle.check(promised) === null)
    return { feasible: [promised], rejected: new Map(), next: start }
  const nodes = only === null ? order : cluster.nodes.filter(({ name }) => only.has(name))
  const enough = profile.scores.length === 0 ? 1 : nodesToFind(nodes.length, profile.percentageOfNodesToScore)
  const feasible: NodeInfo[] = []
  const rejected = new Map<NodeInfo, Rejection>()
  for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
    const node = nodes[(start + i) % nodes.length]
    const rejection = cycle.check(node)
    if (rejection === null) feasible.push(node)
    else rejected.set(node, rejection)
  }
  const next = order.length === 0 ? 0 : (start + feasible.length + rejected.size) % order.length
  return { feasible: feasible.sort((a, b) => a.index - b.index), rejected, next }
}

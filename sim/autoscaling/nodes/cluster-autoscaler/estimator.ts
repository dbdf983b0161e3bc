/**
 * How many nodes of one group a number of pods needs, by the Cluster Autoscaler's estimator: groups of equal pods, largest first; each pod
 * on the first new node that takes it; once a pod of a group fits on none, the rest of the group on the newest node or a further one.
 * Source: Kubernetes autoscaler, cluster-autoscaler/estimator/{binpacking_estimator,decreasing_pod_orderer}.go.
 */
import { Bins } from '../../../binpacking/round/bins.ts'
import { Measure } from '../../../binpacking/round/measure.ts'
import type { BinType, PackingProblem } from '../../../binpacking/policy.ts'
import { CPU, MEMORY, type ClassesView } from '../../../cluster/views.ts'
import { NONE, type PodClassId } from '../../../common/ids.ts'

/** Equal pods. */
export interface PodGroup {
  readonly podClass: PodClassId
  readonly count: number
}

/** What new nodes of a group would do for the pods. */
export interface Estimate {
  /** New nodes that get a pod. */
  readonly nodes: number
  /** Pods that they hold: number, CPU [millicores] and memory [bytes]. */
  readonly pods: number
  readonly cpu: number
  readonly memory: number
}

/** The groups of equal pods, in order of their first pod. */
export function grouped(pods: readonly PodClassId[]): PodGroup[] {
  const counts = new Map<PodClassId, number>()
  for (const podClass of pods) counts.set(podClass, (counts.get(podClass) ?? 0) + 1)
  return [...counts].map(([podClass, count]) => ({ podClass, count }))
}

/** Estimates for one node group after the other; the space for the new nodes is used again. */
export class Estimator {
  private readonly bins = new Bins()
  private readonly measure = new Measure()

  /** @param limit of new nodes */
  estimate(groups: readonly PodGroup[], type: BinType, limit: number, classes: ClassesView): Estimate {
    const { bins } = this
    const problem: PackingProblem = {
      items: 0,
      podClass: [],
      classes,
      bins: 0,
      free: type.capacity.map(() => []),
      freeDevice: [],
      binAdmits: () => false,
      types: [{ ...type, limit, admits: (podClass) => type.admits(podClass) }],
    }
    this.measure.reset(
      problem,
      groups.map(({ podClass }) => podClass),
    )
    bins.reset(problem, this.measure)
    const held = { nodes: 0, pods: 0, cpu: 0, memory: 0 }
    const used: boolean[] = []
    for (const { podClass, count } of this.sorted(groups, type, classes)) {
      const placed = this.placeGroup(podClass, count, used)
      held.pods += placed
      held.cpu += placed * classes.request[CPU][podClass]
      held.memory += placed * classes.request[MEMORY][podClass]
    }
    return { ...held, nodes: used.filter(Boolean).length }
  }

  /** Groups that an empty node can hold, by the sum of their shares of its CPU and memory, the largest first; ties as they came. */
  private sorted(groups: readonly PodGroup[], { capacity }: BinType, { request }: ClassesView): PodGroup[] {
    const size = ({ podClass }: PodGroup): number => request[CPU][podClass] / capacity[CPU] + request[MEMORY][podClass] / capacity[MEMORY]
    return groups.filter(({ podClass }) => this.bins.emptyHolds(podClass, 0) > 0).sort((a, b) => size(b) - size(a))
  }

  /** The pods of a group that get a node. A node that is too full for one pod is too full for all that follow. */
  private placeGroup(podClass: PodClassId, count: number, used: boolean[]): number {
    const { bins } = this
    let left = count
    for (let bin = 0; bin < bins.count; bin++) left -= this.fill(podClass, bin, left, used)
    for (;;) {
      if (left === 0 || !bins.available(0)) break
      const newest = bins.count - 1
      if (newest !== NONE && used[newest] !== true) break // empty, and the pod did not fit on it
      left -= this.fill(podClass, bins.open(0), left, used)
    }
    return count - left
  }

  /** The pods of at most `left` that the node takes. */
  private fill(podClass: PodClassId, bin: number, left: number, used: boolean[]): number {
    const placed = left === 0 ? 0 : this.bins.place(podClass, bin, left)
    if (placed > 0) used[bin] = true
    return placed
  }
}

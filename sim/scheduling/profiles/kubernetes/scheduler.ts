/**
 * The decision of kube-scheduler 1.34 about one pod, computed as the text of its documentation says: every filter on every node, every score, nothing
 * indexed or kept between pods. It is what `orchsim explain schedule` prints and what faster implementations are compared with.
 */
import type { RandomStream } from '../../../random/stream.ts'
import type { ClusterState } from './cluster.ts'
import { FilterCycle, filterNodes } from './filtering.ts'
import { unschedulableMessage } from './messages.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import { preempt, type Candidate, type Preemption } from './preemption.ts'
import type { Rejection } from './plugin.ts'
import type { Profile } from './profile.ts'
import { interleaved } from './sampling.ts'
import { scoreNodes, type Scores } from './scoring.ts'

/** Everything about the decision on one pod. */
export interface KubeDecision {
  /** PreFilter refused the pod as a whole; no filter ran. */
  readonly rejects: Rejection | null
  /** The only nodes that were filtered; null: all. */
  readonly only: ReadonlySet<string> | null
  readonly skippedFilters: readonly string[]
  readonly rejected: ReadonlyMap<NodeInfo, Rejection>
  readonly feasible: readonly NodeInfo[]
  /** Null with fewer than two feasible nodes: no score runs. */
  readonly scores: Scores | null
  /** Nodes of the highest total; one of them is chosen. */
  readonly best: readonly NodeInfo[]
  readonly chosen: NodeInfo | null
  /** Null when a node was found. */
  readonly preemption: Preemption | null
  /** The node whose victims are evicted. */
  readonly candidate: Candidate | null
  /** Why no node was found, in the words of kube-scheduler; empty when one was. */
  readonly message: string
}

/** What filters and scores decide. */
type Placing = Pick<KubeDecision, 'rejected' | 'feasible' | 'scores' | 'best' | 'chosen'>

/** How ties are broken: uniformly at random as the real scheduler does, or by the lowest index. */
export type TieRule = RandomStream | 'lowest index'

/** Where the next search begins; profiles of one scheduler share it. */
export interface Rotation {
  start: number
}

/** A scheduler with its profile. */
export class KubeScheduler {
  readonly profile: Profile
  private readonly ties: TieRule
  private readonly rotation: Rotation

  constructor(profile: Profile, ties: TieRule, rotation: Rotation = { start: 0 }) {
    this.profile = profile
    this.ties = ties
    this.rotation = rotation
  }

  /** Only filters and scores, without preemption. */
  place(pod: PodInfo, cluster: ClusterState): Placing {
    return this.placing(new FilterCycle(this.profile, pod, cluster))
  }

  /** Decides about one pod; changes nothing in the cluster. */
  decide(pod: PodInfo, cluster: ClusterState): KubeDecision {
    const cycle = new FilterCycle(this.profile, pod, cluster)
    const placing = this.placing(cycle)
    const { feasible, rejected } = placing
    const preemption =
      feasible.length > 0 || !this.profile.preempts ? null : preempt(cycle, rejected, this.profile, (count) => this.draw(count))
    const { rejects, only, skipped, narrowedBy } = cycle
    return {
      rejects,
      only,
      skippedFilters: skipped,
      ...placing,
      preemption,
      candidate: this.oneOf(preemption?.best ?? []),
      message: feasible.length > 0 ? '' : unschedulableMessage(cluster.nodes.length, { rejects, rejected, narrowedBy, preemption }),
    }
  }

  private placing(cycle: FilterCycle): Placing {
    const { pod, cluster } = cycle
    const filtered = cycle.rejects === null ? filterNodes(cycle, this.profile, interleaved(cluster.nodes), this.rotation.start) : null
    this.rotation.start = filtered?.next ?? this.rotation.start
    const feasible = filtered?.feasible ?? []
    const rejected = filtered?.rejected ?? new Map<NodeInfo, Rejection>()
    const scores = feasible.length < 2 ? null : scoreNodes(this.profile, pod, cluster, feasible)
    const best = scores === null ? feasible : highest(feasible, scores.total)
    return { rejected, feasible, scores, best, chosen: this.oneOf(best) }
  }

  private oneOf<T>(list: readonly T[]): T | null {
    return list.length === 0 ? null : list[this.draw(list.length)]
  }

  private draw(count: number): number {
    return this.ties === 'lowest index' || count === 1 ? 0 : this.ties.int(count)
  }
}

function highest(nodes: readonly NodeInfo[], totals: readonly number[]): NodeInfo[] {
  const top = totals.reduce((most, total) => Math.max(most, total), 0)
  return nodes.filter((_, i) => totals[i] === top)
}

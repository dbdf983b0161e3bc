/**
 * The form of a plugin, with kube-scheduler's extension points PreFilter, Filter, PreScore, Score and NormalizeScore. State of a cycle is the
 * object that `preFilter` or `preScore` returns.
 */
import type { ClusterState } from './cluster.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'

/** The highest score of a node by one plugin. */
export const MAX_SCORE = 100

/** Whether removing pods may help. */
export type Code = 'Unschedulable' | 'UnschedulableAndUnresolvable'

/** Why a node is refused. */
export interface Refusal {
  readonly code: Code
  readonly reasons: readonly string[]
}

/** A refusal with the plugin that gave it. */
export interface Rejection extends Refusal {
  readonly plugin: string
}

/** Filter of one plugin for one pod. */
export interface FilterRun {
  /** Names of the only nodes that can pass; absent: all. */
  readonly only?: ReadonlySet<string>
  /** Null when the pod may run on the node. */
  filter(node: NodeInfo): Refusal | null
  /** A pod was added to the node, or removed from it (-1), in a dry run. */
  changed?(pod: PodInfo, node: NodeInfo, by: 1 | -1): void
}

/** Score of one plugin for one pod. */
export interface ScoreRun {
  /** A whole number. */
  score(node: NodeInfo): number
  /** Brings the scores, one per node, into 0 to 100; absent: they are. */
  normalize?(scores: number[], nodes: readonly NodeInfo[]): void
}

/** One plugin. Null from `preFilter` or `preScore`: it does not apply to this pod (status Skip). */
export interface Plugin {
  readonly name: string
  preFilter?(pod: PodInfo, cluster: ClusterState): FilterRun | Refusal | null
  preScore?(pod: PodInfo, cluster: ClusterState, nodes: readonly NodeInfo[]): ScoreRun | null
}

/** A refusal that removing pods may end. */
export const unschedulable = (...reasons: string[]): Refusal => ({ code: 'Unschedulable', reasons })

/** A refusal that removing pods does not end. */
export const unresolvable = (...reasons: string[]): Refusal => ({ code: 'UnschedulableAndUnresolvable', reasons })

/** Scales scores so that the highest is 100; reversed, so that 0 becomes 100. All zero: all 0, or all 100. */
export function normalizeByHighest(scores: number[], reversed: boolean): void {
  const highest = scores.reduce((most, score) => Math.max(most, score), 0)
  for (let i = 0; i < scores.length; i++) {
    const score = highest === 0 ? 0 : Math.trunc((MAX_SCORE * scores[i]) / highest)
    scores[i] = reversed ? MAX_SCORE - score : score
  }
}

/** The second half of a cycle: the scores of the feasible nodes. */
import type { ClusterState } from './cluster.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { Profile } from './profile.ts'

/** Scores of the nodes by plugin, in the order of the nodes. */
export interface Scores {
  /** As the plugin's Score returns them. */
  readonly raw: ReadonlyMap<string, readonly number[]>
  /** After NormalizeScore, 0 to 100. */
  readonly normalized: ReadonlyMap<string, readonly number[]>
  /** Normalized, times the weight. */
  readonly weighted: ReadonlyMap<string, readonly number[]>
  readonly total: readonly number[]
  /** Plugins that do not apply to this pod; they add nothing. */
  readonly skipped: readonly string[]
}

/** Scores the nodes. */
export function scoreNodes(profile: Profile, pod: PodInfo, cluster: ClusterState, nodes: readonly NodeInfo[]): Scores {
  const raw = new Map<string, number[]>()
  const normalized = new Map<string, number[]>()
  const weighted = new Map<string, number[]>()
  const total = nodes.map(() => 0)
  const skipped: string[] = []
  for (const { plugin, weight } of profile.scores) {
    const run = plugin.preScore!(pod, cluster, nodes)
    if (run === null) {
      skipped.push(plugin.name)
      continue
    }
    const scores = nodes.map((node) => run.score(node))
    raw.set(plugin.name, [...scores])
    run.normalize?.(scores, nodes)
    normalized.set(plugin.name, scores)
    weighted.set(
      plugin.name,
      scores.map((score) => score * weight),
    )
    for (const [i, score] of scores.entries()) total[i] += score * weight
  }
  return { raw, normalized, weighted, total, skipped }
}

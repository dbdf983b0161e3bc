/** A resolved profile as the indexed scheduler reads it. */
import type { PreferredNodeTerm } from '../objects.ts'
import type { Profile } from '../profile.ts'
import type { ComparisonWeights } from './comparisons.ts'
import type { NodeScoreOptions } from './node-scores.ts'
import type { PlanOptions } from './plans.ts'
import type { PluginRun } from '../own/plugin-run.ts'

/** Everything that the parts of the index are made with. */
export interface IndexOptions {
  readonly plans: PlanOptions
  readonly nodes: NodeScoreOptions
  readonly comparisons: ComparisonWeights
  readonly preferred: readonly PreferredNodeTerm[]
  readonly percentage: number
  /** Whether any score runs; without one the first feasible node is taken. */
  readonly scores: boolean
  /** Users' plugins. */
  readonly own: readonly PluginRun[]
}

/** The options of a profile. */
export function indexOptions(profile: Profile): IndexOptions {
  const { options } = profile
  const weightOf = (name: string): number => profile.scores.find(({ plugin }) => plugin.name === name)?.weight ?? 0
  const filters = new Set(profile.filters.map(({ name }) => name))
  return {
    plans: {
      defaultConstraints: options.defaultConstraints ?? null,
      spreads: filters.has('PodTopologySpread'),
      spreadScores: weightOf('PodTopologySpread') > 0,
      affinity: filters.has('InterPodAffinity'),
      affinityScores: weightOf('InterPodAffinity') > 0 ? profile.affinity : null,
    },
    nodes: {
      fit: weightOf('NodeResourcesFit'),
      strategy: profile.strategy,
      balanced: weightOf('NodeResourcesBalancedAllocation'),
      balancedResources: profile.balanced,
      images: weightOf('ImageLocality'),
      ports: filters.has('NodePorts'),
      added: (filters.has('NodeAffinity') ? options.addedAffinity?.required : null) ?? null,
    },
    comparisons: {
      taints: weightOf('TaintToleration'),
      nodeAffinity: weightOf('NodeAffinity'),
      spread: weightOf('PodTopologySpread'),
      podAffinity: weightOf('InterPodAffinity'),
    },
    preferred: options.addedAffinity?.preferred ?? [],
    percentage: profile.percentageOfNodesToScore,
    scores: profile.scores.length > 0,
    own: profile.own,
  }
}

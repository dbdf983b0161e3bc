/** A profile of kube-scheduler: which plugins run in which order, with which weights and arguments. The defaults are those of Kubernetes 1.34. */
import type { SpreadConstraint } from './objects.ts'
import type { Plugin } from './plugin.ts'
import { imageLocality } from './plugins/image-locality.ts'
import { interPodAffinity, type InterPodAffinityArgs } from './plugins/inter-pod-affinity.ts'
import { nodeAffinity, type AddedAffinity } from './plugins/node-affinity.ts'
import { nodeName } from './plugins/node-name.ts'
import { nodePorts } from './plugins/node-ports.ts'
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts'
import { nodeResourcesFit, type ScoringStrategy } from './plugins/node-resources-fit.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable.ts'
import { podTopologySpread } from './plugins/pod-topology-spread.ts'
import { taintToleration } from './plugins/taint-toleration.ts'
import { nodeVolumeLimits } from './plugins/node-volume-limits.ts'
import { volumeBinding } from './plugins/volume-binding.ts'
import { volumeRestrictions } from './plugins/volume-restrictions.ts'
import { volumeZone } from './plugins/volume-zone.ts'
import { pluginOf } from './own/on-objects.ts'
import type { PluginRun } from './own/plugin-run.ts'

/** What a KubeSchedulerConfiguration sets for a profile. */
export interface ProfileOptions extends Partial<InterPodAffinityArgs> {
  readonly scoringStrategy?: ScoringStrategy
  /** Resources of NodeResourcesBalancedAllocation. */
  readonly balancedResources?: readonly string[]
  /** Constraints of pods without own ones; absent: those of the system. */
  readonly defaultConstraints?: readonly SpreadConstraint[]
  readonly addedAffinity?: AddedAffinity
  /** Percentage of the nodes that are to be found feasible before the search ends; 0: by the size of the cluster. */
  readonly percentageOfNodesToScore?: number
  /** Names of plugins that are switched off. */
  readonly disabled?: readonly string[]
  /** Weights of scores; absent ones keep the default. */
  readonly weights?: Readonly<Record<string, number>>
  /** Names of the filters that run, in their order; absent: all that are not disabled. */
  readonly filters?: readonly string[]
  /** Scores that run, in their order, with their weights; absent: all that are not disabled. */
  readonly scores?: readonly { readonly name: string; readonly weight: number }[]
  /** Whether pods that fit nowhere evict others; absent: they do. */
  readonly preempts?: boolean
  /** Extended resources that the filter of NodeResourcesFit leaves out: by name, and by the part of the name before the slash. */
  readonly ignoredResources?: readonly string[]
  readonly ignoredResourceGroups?: readonly string[]
  readonly minCandidateNodesPercentage?: number
  readonly minCandidateNodesAbsolute?: number
  /** Users' plugins; they run after the built-in ones, in this order. */
  readonly own?: readonly PluginRun[]
}

/** The resolved profile. */
export interface Profile {
  /** In the order in which filters run. */
  readonly filters: readonly Plugin[]
  readonly scores: readonly { readonly plugin: Plugin; readonly weight: number }[]
  readonly preempts: boolean
  readonly percentageOfNodesToScore: number
  readonly minCandidateNodesPercentage: number
  readonly minCandidateNodesAbsolute: number
  /** Arguments with their defaults, for implementations on columns. */
  readonly options: ProfileOptions
  readonly affinity: InterPodAffinityArgs
  readonly strategy: ScoringStrategy
  readonly balanced: readonly string[]
  readonly own: readonly PluginRun[]
}

/** Weights of the scores, in the order in which they run. */
const WEIGHTS: Readonly<Record<string, number>> = {
  TaintToleration: 3,
  NodeAffinity: 2,
  NodeResourcesFit: 1,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  NodeResourcesBalancedAllocation: 1,
  ImageLocality: 1,
}

const CPU_AND_MEMORY = ['cpu', 'memory']

type Arguments = Pick<Profile, 'strategy' | 'affinity' | 'balanced'>

const argumentsOf = (options: ProfileOptions): Arguments => ({
  strategy: options.scoringStrategy ?? { type: 'LeastAllocated', resources: CPU_AND_MEMORY.map((name) => ({ name, weight: 1 })) },
  affinity: {
    hardPodAffinityWeight: options.hardPodAffinityWeight ?? 1,
    ignorePreferredTermsOfExistingPods: options.ignorePreferredTermsOfExistingPods ?? false,
  },
  balanced: options.balancedResources ?? CPU_AND_MEMORY,
})

/** All plugins, in the order of their filters; two have scores only. */
function pluginsOf(options: ProfileOptions, { strategy, affinity, balanced }: Arguments): Plugin[] {
  return [
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(options.addedAffinity ?? {}),
    nodePorts,
    nodeResourcesFit(strategy, options),
    volumeRestrictions,
    nodeVolumeLimits,
    volumeBinding,
    volumeZone,
    podTopologySpread(options.defaultConstraints ?? null),
    interPodAffinity(affinity),
    nodeResourcesBalancedAllocation(balanced),
    imageLocality,
  ]
}

/** Resolves a profile. Throws an Error for the name of a plugin that does not exist. */
export function profileOf(options: ProfileOptions = {}): Profile {
  const given = argumentsOf(options)
  const all = pluginsOf(options, given)
  const names = all.map(({ name }) => name)
  for (const name of [...(options.disabled ?? []), ...Object.keys(options.weights ?? {})])
    if (!names.includes(name)) throw new Error(`found the plugin ${JSON.stringify(name)}; accepted: ${names.join(', ')}`)
  const plugins = all.filter(({ name }) => options.disabled?.includes(name) !== true)
  const weights = { ...WEIGHTS, ...options.weights }
  const named = (name: string): Plugin[] => plugins.filter((plugin) => plugin.name === name)
  const filters = options.filters === undefined ? plugins : options.filters.flatMap(named)
  const { own = [] } = options
  const scores = options.scores ?? Object.keys(WEIGHTS).map((name) => ({ name, weight: weights[name] }))
  return {
    filters: [...filters.filter((plugin) => plugin.preFilter !== undefined), ...own.filter((run) => run.filters).map(pluginOf)],
    scores: [
      ...scores.flatMap(({ name, weight }) =>
        named(name)
          .filter((plugin) => plugin.preScore !== undefined)
          .map((plugin) => ({ plugin, weight })),
      ),
      ...own.filter((run) => run.scores).map((run) => ({ plugin: pluginOf(run), weight: run.weight })),
    ],
    own,
    preempts: options.preempts ?? true,
    percentageOfNodesToScore: options.percentageOfNodesToScore ?? 0,
    minCandidateNodesPercentage: options.minCandidateNodesPercentage ?? 10,
    minCandidateNodesAbsolute: options.minCandidateNodesAbsolute ?? 100,
    options,
    ...given,
  }
}

/** The parameters of the member `kubernetes`, and the profile that they describe. */
import type { ValueProblem, Values } from '../../../common/define.ts'
import type { QueueTimes } from './indexed/queue.ts'
import type { ScoringStrategy } from './plugins/node-resources-fit.ts'
import { readConfiguration, type NamedProfile } from './config/configuration.ts'
import { DEFAULT_PROFILE } from './config/names.ts'
import { PLUGIN_KEYS } from './own/adopt.ts'
import { PluginRun } from './own/plugin-run.ts'
import type { PluginDefinition } from './own/policy.ts'
import { runProblems } from './config/run-problems.ts'
import type { ProfileOptions } from './profile.ts'

const weight = (initial: number, plugin: string) =>
  ({ kind: 'integer', default: initial, min: 0, max: 100, meaning: `weight of the score of ${plugin}; 0 switches it off` }) as const

const SECOND = 1_000_000

/** A pod is tried again after this time without an event. */
const LONGEST_WAIT = 300 * SECOND

/** Descriptors. */
export const parameters = {
  config: {
    kind: 'document',
    default: {},
    meaning:
      'a KubeSchedulerConfiguration, as the path of its YAML file or as a map: profiles with plugins switched on and off, weights and arguments; pods name their profile by scheduler',
  },
  plugins: {
    kind: 'files',
    part: 'plugin',
    default: [],
    of: PLUGIN_KEYS,
    meaning: 'own plugins, filters and scores that run after the built-in ones: maps with file, and the parameters of the file',
  },
  strategy: {
    kind: 'choice',
    choices: ['least-allocated', 'most-allocated', 'requested-to-capacity-ratio'],
    default: 'least-allocated',
    meaning: 'scoring strategy of NodeResourcesFit over cpu and memory with equal weights; requested-to-capacity-ratio scores by `shape`',
  },
  shape: {
    kind: 'list',
    default: [
      { utilization: 0, score: 0 },
      { utilization: 1, score: 10 },
    ],
    min: 1,
    of: {
      utilization: { kind: 'share', min: 0, max: 1, meaning: 'share of the capacity that is requested, rising from point to point' },
      score: { kind: 'integer', min: 0, max: 10, meaning: 'score there; linear in between' },
    },
    meaning: 'points of the function of requested-to-capacity-ratio; default: from 0 at 0% to 10 at 100%, which packs',
  },
  fit: weight(1, 'NodeResourcesFit'),
  balanced: weight(1, 'NodeResourcesBalancedAllocation'),
  spread: weight(2, 'PodTopologySpread, with the default constraints of the system for pods of a service that have none'),
  podAffinity: weight(2, 'InterPodAffinity'),
  hardPodAffinityWeight: {
    kind: 'integer',
    default: 1,
    min: 0,
    max: 100,
    meaning: 'weight that required affinity of running pods has for the pods that it selects',
  },
  nodeAffinity: weight(2, 'NodeAffinity'),
  taints: weight(3, 'TaintToleration'),
  images: weight(1, 'ImageLocality'),
  percentage: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 100,
    meaning:
      'percentageOfNodesToScore: the search ends when this share of the nodes, at least 100, was found feasible; 0: 50 minus one per 125 nodes, at least 5',
  },
  ties: {
    kind: 'choice',
    choices: ['random', 'first'],
    default: 'random',
    meaning: 'which of the nodes with the highest sum: random, as the real one; first, the first in the order of the search over the zones',
  },
  queue: {
    kind: 'choice',
    choices: ['kubernetes', 'order'],
    default: 'kubernetes',
    meaning:
      'kubernetes: its own queue, by priority and time, with back-off and events; order: the queue order of the run, without preemption',
  },
  preemption: {
    kind: 'boolean',
    default: true,
    meaning: 'whether a pod that fits nowhere evicts pods of lower priority',
  },
  initialBackoff: {
    kind: 'duration',
    default: SECOND,
    min: 0,
    meaning: 'podInitialBackoffSeconds: back-off after the first failed try, which doubles with each; default 1s',
  },
  maxBackoff: { kind: 'duration', default: 10 * SECOND, min: 0, meaning: 'podMaxBackoffSeconds: the longest back-off; default 10s' },
  popFromBackoff: {
    kind: 'boolean',
    default: true,
    meaning: 'whether pods that back off are tried while no other is waiting (SchedulerPopFromBackoffQ, on from 1.33)',
  },
} as const

/** Values of the parameters. */
export type Given = Values<typeof parameters>

const STRATEGIES: Readonly<Record<string, ScoringStrategy['type']>> = {
  'least-allocated': 'LeastAllocated',
  'most-allocated': 'MostAllocated',
}

/** Whether a configuration is given, which then says what the parameters of a profile would say. */
const isConfigured = ({ config }: Given): boolean => Object.keys(config).length > 0

/** The profiles of these values, with the user's plugins. */
export function profilesFrom(values: Given): readonly NamedProfile[] {
  const profiles = isConfigured(values)
    ? readConfiguration(values.config).configuration.profiles
    : [{ name: DEFAULT_PROFILE, options: optionsFrom(values) }]
  return withPlugins(
    profiles,
    values.plugins.map((part) => new PluginRun(part)),
  )
}

/** The profiles, each with the plugins that run in it. */
export const withPlugins = (profiles: readonly NamedProfile[], plugins: readonly PluginRun[]): readonly NamedProfile[] =>
  plugins.length === 0
    ? profiles
    : profiles.map(({ name, options }) => ({
        name,
        options: { ...options, own: plugins.filter(({ profile }) => profile === EVERY_PROFILE || profile === name) },
      }))

const EVERY_PROFILE = PLUGIN_KEYS.profile.default

/** The one profile that parameters describe; a score of weight 0 does not run. */
function optionsFrom(values: Given): ProfileOptions {
  const scores = [
    { name: 'TaintToleration', weight: values.taints },
    { name: 'NodeAffinity', weight: values.nodeAffinity },
    { name: 'NodeResourcesFit', weight: values.fit },
    { name: 'PodTopologySpread', weight: values.spread },
    { name: 'InterPodAffinity', weight: values.podAffinity },
    { name: 'NodeResourcesBalancedAllocation', weight: values.balanced },
    { name: 'ImageLocality', weight: values.images },
  ]
  return {
    scoringStrategy: {
      type: STRATEGIES[values.strategy],
      resources: ['cpu', 'memory'].map((name) => ({ name, weight: 1 })),
      shape: values.shape.map(({ utilization, score }) => ({ utilization: Math.round(100 * utilization), score })),
    },
    hardPodAffinityWeight: values.hardPodAffinityWeight,
    scores: scores.filter((one) => one.weight > 0),
    percentageOfNodesToScore: values.percentage,
    preempts: values.preemption,
  }
}

/** Times of the queue. */
export function queueTimes(values: Given): QueueTimes {
  const { initialBackoff, maxBackoff } = isConfigured(values) ? readConfiguration(values.config).configuration : values
  return { initialBackoff, maxBackoff, popFromBackoff: values.popFromBackoff, longest: LONGEST_WAIT }
}

/** Parameters that a configuration has its own words for. */
const IN_CONFIGURATION = [
  'strategy',
  'shape',
  'fit',
  'balanced',
  'spread',
  'podAffinity',
  'hardPodAffinityWeight',
  'nodeAffinity',
  'taints',
  'images',
  'percentage',
  'preemption',
  'initialBackoff',
  'maxBackoff',
] as const satisfies readonly (keyof Given)[]

/** Problems of the shape, and of the configuration. */
export function valueProblems(values: Given): ValueProblem[] {
  if (!isConfigured(values)) return [...shapeProblems(values), ...pluginProblems(values.plugins, [DEFAULT_PROFILE])]
  const { configuration, problems } = readConfiguration(values.config)
  const both = IN_CONFIGURATION.filter((key) => JSON.stringify(values[key]) !== JSON.stringify(parameters[key].default))
  return [
    ...pluginProblems(
      values.plugins,
      configuration.profiles.map(({ name }) => name),
    ),
    ...both.map((key) => ({
      path: [key],
      message: `found ${key} beside config, which says the same in its own words; accepted: one of the two`,
    })),
    ...[...problems, ...(problems.length > 0 ? [] : runProblems(configuration))].map(({ path, message }) => ({
      path: ['config', ...path],
      message,
    })),
  ]
}

/** Plugins have different names, a function for their point, and a profile that exists. */
function pluginProblems(plugins: Given['plugins'], profiles: readonly string[]): ValueProblem[] {
  const names = plugins.map(({ name }) => name)
  const accepted = [EVERY_PROFILE, ...profiles]
  return plugins.flatMap(({ name, given, definition }, i) => {
    const problems: ValueProblem[] = []
    const wrong = (key: string, message: string): void => void problems.push({ path: ['plugins', i, key], message })
    if (names.indexOf(name) < i) wrong('file', `found the plugin ${name} a second time; accepted: each plugin once`)
    if (!accepted.includes(String(given['profile'])))
      wrong('profile', `found the profile ${JSON.stringify(given['profile'])}; accepted: ${accepted.join(', ')}`)
    const { points = [] } = (definition ?? {}) as Partial<PluginDefinition>
    if (given['point'] !== 'all' && !points.includes(given['point'] as 'filter' | 'score'))
      wrong(
        'point',
        `found ${String(given['point'])} of the plugin ${name}, which has ${points.join(', ')}; accepted: all, ${points.join(', ')}`,
      )
    return problems
  })
}

/** Points of the shape must rise. */
const shapeProblems = ({ shape }: Given): ValueProblem[] =>
  shape.flatMap(({ utilization }, i) =>
    i > 0 && Math.round(100 * utilization) <= Math.round(100 * shape[i - 1].utilization)
      ? [
          {
            path: ['shape', i, 'utilization'],
            message: `found ${Math.round(100 * utilization)}% after ${Math.round(100 * shape[i - 1].utilization)}%; accepted: rising points`,
          },
        ]
      : [],
  )

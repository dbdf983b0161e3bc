/** A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) as the profiles that it describes. */
import type { ValueProblem } from '../../../../common/define.ts'
import type { ProfileOptions } from '../profile.ts'
import { pluginArguments } from './arguments.ts'
import { DEFAULT_PROFILE } from './names.ts'
import { Part, type Problems } from './part.ts'
import { enabledPlugins } from './plugin-sets.ts'

/** One profile: pods whose `schedulerName` is the name are decided with these options. */
export interface NamedProfile {
  readonly name: string
  readonly options: ProfileOptions
}

/** What a configuration says. */
export interface KubeConfiguration {
  /** At least one; the first is the default one where none has its name. */
  readonly profiles: readonly NamedProfile[]
  /** podInitialBackoffSeconds and podMaxBackoffSeconds [µs]. */
  readonly initialBackoff: number
  readonly maxBackoff: number
}

/** A configuration and everything that is wrong with it. */
export interface ReadConfiguration {
  readonly configuration: KubeConfiguration
  readonly problems: readonly ValueProblem[]
}

const SECOND = 1_000_000
const LONGEST = 1_000_000

/** Keys of the process, which decide nothing about pods. */
const PROCESS = [
  'parallelism',
  'leaderElection',
  'clientConnection',
  'enableProfiling',
  'enableContentionProfiling',
  'healthzBindAddress',
  'metricsBindAddress',
  'delayCacheUntilActive',
]

/** Reads a document. */
export function readConfiguration(document: unknown): ReadConfiguration {
  const problems: Problems = []
  const root = new Part(document, [], problems)
  const keys = ['apiVersion', 'kind', 'percentageOfNodesToScore', 'podInitialBackoffSeconds', 'podMaxBackoffSeconds', 'profiles']
  root.keys('a KubeSchedulerConfiguration', [...keys, ...PROCESS, 'extenders'])
  if (!root.at('kind').missing) root.at('kind').oneOf(['KubeSchedulerConfiguration'])
  if (!root.at('apiVersion').missing) root.at('apiVersion').oneOf(['kubescheduler.config.k8s.io/v1'])
  if (root.at('extenders').items('extenders').length > 0) root.at('extenders').wrong('none; extenders are not simulated')
  const initial = root.at('podInitialBackoffSeconds').whole(1, LONGEST, 1)
  const longest = root.at('podMaxBackoffSeconds').whole(1, LONGEST, 10)
  if (longest < initial) root.at('podMaxBackoffSeconds').wrong(`at least podInitialBackoffSeconds, ${initial}`, `found ${longest}`)
  const percentage = root.at('percentageOfNodesToScore').whole(0, 100, 0)
  const list = root.at('profiles').items('profiles')
  const parts = list.length === 0 ? [new Part({}, ['profiles', 0], problems)] : list
  const profiles = parts.map((part) => profileOf(part, percentage))
  profiles.forEach(({ name }, i) => {
    if (profiles.slice(0, i).some((one) => one.name === name))
      parts[i].at('schedulerName').wrong('each name once', `found the profile ${JSON.stringify(name)} a second time`)
  })
  return { configuration: { profiles, initialBackoff: initial * SECOND, maxBackoff: longest * SECOND }, problems }
}

function profileOf(part: Part, percentage: number): NamedProfile {
  part.keys('a profile', ['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig'])
  const named = part.at('schedulerName')
  const { filters, scores, preempts } = enabledPlugins(part.at('plugins'))
  return {
    name: named.missing ? DEFAULT_PROFILE : named.text('a name'),
    options: {
      ...pluginArguments(part.at('pluginConfig')),
      filters,
      scores,
      preempts,
      percentageOfNodesToScore: part.at('percentageOfNodesToScore').whole(0, 100, percentage),
    },
  }
}

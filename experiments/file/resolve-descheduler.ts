/** From the descheduler of the file to that of a run. */
import { suggestion, type DeschedulerSpec, type PluginSpec } from '../../sim/index.ts'
import type { Issue, Path } from './document.ts'
import type { ScenarioData } from './schema.ts'
import type { PLUGINS } from './schema/descheduler.ts'
import { type DeschedulerData } from './schema/descheduler.ts'

type PluginName = (typeof PLUGINS)[number]

/** Undefined without one. Adds an issue for plugins without their thresholds, and for resources that no node has. */
export function resolveDescheduler(data: ScenarioData, issues: Issue[]): DeschedulerSpec | undefined {
  const { descheduler: given, orchestrator = 'kubernetes' } = data
  if (given === undefined) return undefined
  const report = (path: Path, message: string): void => void issues.push({ path: ['descheduler', ...path], message })
  if (orchestrator !== 'kubernetes')
    report([], `found a descheduler, which only Kubernetes has; accepted: none with orchestrator: ${orchestrator}`)
  given.plugins.forEach((name, i) => {
    if (given.plugins.indexOf(name) < i) report(['plugins', i], `found a second ${name}; accepted: each plugin once`)
    else if (given[name] === undefined)
      report(['plugins', i], `found ${name} without its thresholds; accepted: descheduler.${name}.thresholds beside it`)
  })
  if (given.evictSystemCriticalPods && given.priorityThreshold !== undefined)
    report(['priorityThreshold'], 'found priorityThreshold with evictSystemCriticalPods, which switches it off; accepted: one of the two')
  checkThresholds(given, data, report)
  return specOf(given)
}

function checkThresholds(
  { LowNodeUtilization: low, HighNodeUtilization: high }: DeschedulerData,
  data: ScenarioData,
  report: Report,
): void {
  const known = resourcesOf(data)
  const check = (plugin: PluginName, key: string, thresholds: Readonly<Record<string, number>>): void => {
    const names = Object.keys(thresholds)
    if (names.length === 0) report([plugin, key], 'found no threshold; accepted: at least one resource')
    for (const name of names)
      if (known !== null && !known.includes(name))
        report([plugin, key, name], `found the unknown resource "${name}"; accepted: ${known.join(', ')}${suggestion(name, known)}`)
  }
  if (high !== undefined) check('HighNodeUtilization', 'thresholds', high.thresholds)
  if (low === undefined) return
  const { thresholds, targetThresholds, useDeviationThresholds } = low
  check('LowNodeUtilization', 'thresholds', thresholds)
  check('LowNodeUtilization', 'targetThresholds', targetThresholds)
  const place = ['LowNodeUtilization', 'targetThresholds'] as const
  const [first, second] = [thresholds, targetThresholds].map((one) => Object.keys(one).sort().join(', '))
  if (first !== second) report(place, `found ${second}, but thresholds has ${first}; accepted: the same resources`)
  for (const [name, low] of Object.entries(thresholds))
    if (!useDeviationThresholds && low > (targetThresholds[name] ?? Infinity))
      report([...place, name], `found ${targetThresholds[name]}, below the threshold ${low}; accepted: at least that`)
}

type Report = (path: Path, message: string) => void

/** What nodes offer; null when the file does not say it all. */
function resourcesOf({ cluster }: ScenarioData): string[] | null {
  const names = new Set(['cpu', 'memory', 'pods'])
  if (cluster.snapshot !== undefined) return null
  for (const pool of cluster.pools) {
    if (!('resources' in pool)) return null
    for (const name of Object.keys(pool.resources as object)) names.add(name)
  }
  return [...names]
}

function specOf(given: DeschedulerData): DeschedulerSpec {
  const { maxNoOfPodsToEvictPerNode: node, maxNoOfPodsToEvictPerNamespace: namespace, maxNoOfPodsToEvictTotal: total } = given
  const { nodeFit, minReplicas, minPodAge, priorityThreshold } = given
  const { evictLocalStoragePods, evictSystemCriticalPods, ignorePvcPods, ignorePodsWithoutPDB } = given
  return {
    every: given.every,
    limits: {
      ...(node === undefined ? {} : { node }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(total === undefined ? {} : { total }),
    },
    evictor: {
      ...{ nodeFit, minReplicas, minPodAge, evictLocalStoragePods, evictSystemCriticalPods, ignorePvcPods, ignorePodsWithoutPDB },
      ...(priorityThreshold === undefined ? {} : { priorityThreshold }),
    },
    plugins: given.plugins.flatMap((name): PluginSpec[] => pluginOf(name, given)),
  }
}

function pluginOf(kind: PluginName, given: DeschedulerData): PluginSpec[] {
  if (kind === 'RemoveDuplicates') return [{ kind, ...given[kind], namespaces: namespacesOf(given[kind].namespaces) }]
  if (kind === 'RemovePodsViolatingTopologySpreadConstraint')
    return [{ kind, ...given[kind], namespaces: namespacesOf(given[kind].namespaces) }]
  if (kind === 'HighNodeUtilization') {
    const args = given[kind]
    if (args === undefined) return []
    const { evictableNamespaces, evictionModes, ...rest } = args
    return [{ kind, ...rest, excludedNamespaces: evictableNamespaces.exclude, onlyThresholdingResources: evictionModes.length > 0 }]
  }
  const args = given[kind]
  if (args === undefined) return []
  const { evictableNamespaces, evictionLimits, ...rest } = args
  const perNode = evictionLimits.node === undefined ? {} : { perNode: evictionLimits.node }
  return [{ kind, ...rest, excludedNamespaces: evictableNamespaces.exclude, ...perNode }]
}

const namespacesOf = ({ include, exclude }: { include?: string[] | undefined; exclude?: string[] | undefined }) => ({
  ...(include === undefined ? {} : { include }),
  ...(exclude === undefined ? {} : { exclude }),
})

/** The descheduler in the experiment file, with the names and defaults of its own policy (v1alpha2). */
import type { z } from 'zod'
import { duration, flag, list, mapOf, number, oneOf, positiveTime, section, whole, words } from '../quantities.ts'

/** Plugins in the order of the documentation. */
export const PLUGINS = [
  'RemoveDuplicates',
  'LowNodeUtilization',
  'HighNodeUtilization',
  'RemovePodsViolatingTopologySpreadConstraint',
] as const

const thresholds = () => mapOf('a map from resources to percent such as { cpu: 20, memory: 20 }', number({ min: 0, max: 100 }))

const namespaces = section('the namespaces', {
  include: list('namespaces', words()).optional().describe('only these; default: all'),
  exclude: list('namespaces', words()).optional().describe('all but these; default: none is excluded'),
})

const numberOfNodes = () => whole().prefault(0).describe('nothing is done while no more nodes than this are underutilized; default 0')
const excluded = () =>
  section('the namespaces', { exclude: list('namespaces', words()).prefault([]) })
    .prefault({})
    .describe('namespaces whose pods count and are not evicted; default: none')

/** Arguments of each plugin. */
const pluginKeys = {
  LowNodeUtilization: section('the arguments of LowNodeUtilization', {
    thresholds: thresholds().describe('percent of the allocatable amounts, requested by pods: a node below all of them is underutilized'),
    targetThresholds: thresholds().describe('a node above one of them gives pods, until it is not, or the underutilized nodes are as full'),
    useDeviationThresholds: flag()
      .prefault(false)
      .describe('thresholds are distances from the mean of all nodes, in points; default false'),
    numberOfNodes: numberOfNodes(),
    evictableNamespaces: excluded(),
    evictionLimits: section('the limits of evictions', { node: whole().optional() })
      .prefault({})
      .describe('most pods that it evicts from a node in a cycle; default: as many as needed'),
  }).optional(),
  HighNodeUtilization: section('the arguments of HighNodeUtilization', {
    thresholds: thresholds().describe('percent of the allocatable amounts, requested by pods: a node below all of them is emptied'),
    numberOfNodes: numberOfNodes(),
    evictableNamespaces: excluded(),
    evictionModes: list('modes', oneOf(['OnlyThresholdingResources']))
      .prefault([])
      .describe('OnlyThresholdingResources: only pods that request a resource with a threshold; default: all'),
  }).optional(),
  RemoveDuplicates: section('the arguments of RemoveDuplicates', {
    excludeOwnerKinds: list('kinds', oneOf(['ReplicaSet', 'StatefulSet', 'Job']))
      .prefault([])
      .describe('kinds of controllers whose pods may share a node; default: none'),
    namespaces: namespaces.prefault({}),
  }).prefault({}),
  RemovePodsViolatingTopologySpreadConstraint: section('the arguments of RemovePodsViolatingTopologySpreadConstraint', {
    constraints: list('actions', oneOf(['DoNotSchedule', 'ScheduleAnyway']))
      .prefault(['DoNotSchedule'])
      .describe('which constraints count, by whenUnsatisfiable; default: DoNotSchedule'),
    topologyBalanceNodeFit: flag().prefault(true).describe('only pods that fit on a node of a smaller domain; default true'),
    namespaces: namespaces.prefault({}),
  }).prefault({}),
}

/** Arguments of DefaultEvictor. */
const evictorKeys = {
  nodeFit: flag().prefault(false).describe('only pods that fit on another node are evicted; default false'),
  minReplicas: whole().prefault(0).describe('only pods whose controller has at least this many; default: any'),
  minPodAge: duration().prefault(0).describe('only pods that have had their node for this long; default 0'),
  priorityThreshold: number().optional().describe('only pods of a lower priority; default: all but critical ones'),
  evictLocalStoragePods: flag().prefault(false).describe('also pods with an emptyDir or a hostPath; default false'),
  evictSystemCriticalPods: flag().prefault(false).describe('also pods of critical priority, 2000000000 and above; default false'),
  ignorePvcPods: flag().prefault(false).describe('pods with a claim stay; default false'),
  ignorePodsWithoutPDB: flag().prefault(false).describe('pods without a disruption budget stay; default false'),
}

const limit = (what: string) => whole().optional().describe(`most evictions ${what} in a cycle; default: no limit`)

export const descheduler = section('the descheduler', {
  plugins: list('plugins', oneOf(PLUGINS)).describe('those that are on, in the order in which they run; []: none, for comparisons'),
  every: positiveTime().prefault('5m').describe('time between two cycles; default 5m, deschedulingInterval of its Helm chart'),
  maxNoOfPodsToEvictPerNode: limit('from a node'),
  maxNoOfPodsToEvictPerNamespace: limit('in a namespace'),
  maxNoOfPodsToEvictTotal: limit('altogether'),
  ...evictorKeys,
  ...pluginKeys,
})
  .optional()
  .describe(
    'the Kubernetes descheduler: once in a while it evicts pods through the eviction API, and their schedulers place the replacements; default: none',
  )

/** The section, parsed. */
export type DeschedulerData = NonNullable<z.infer<typeof descheduler>>

/**
 * A snapshot of a cluster as the start of a run: its groups of nodes become items of `cluster.pools`, and services that name a Service of it get the
 * requests and rules of its pods, before anything is checked.
 */
import { resolve } from 'node:path'
import { overcommitted, KubeClusterState, suggestion, type PodShape } from '../../sim/index.ts'
import {
  groupsOf,
  hasDevices,
  podsOfService,
  runWarnings,
  shapeOfPod,
  snapshotOnce,
  templatesOf,
  TraceError,
  type Snapshot,
} from '../../workloads/index.ts'
import { show, type Issue, type Path } from './document.ts'
import { isMap } from './quantities.ts'
import type { Scenario } from './scenario.ts'
import { traceMessage } from './trace-files.ts'

type Raw = Record<string, unknown>

const FILE: Path = ['cluster', 'snapshot']
const PLACEHOLDER = { cpu: 1, memory: '1Gi' }

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The file with what its snapshot says; `folder` is that of the file. */
export function withSnapshot(raw: Raw, folder: string): { readonly raw: Raw; readonly issues: readonly Issue[] } {
  const { cluster } = raw
  const given = isMap(cluster) ? cluster['snapshot'] : undefined
  const file = isMap(given) ? given['file'] : given
  if (!isMap(cluster) || typeof file !== 'string') return { raw, issues: given === undefined ? withoutFile(raw) : [] }
  const issues: Issue[] = []
  const snapshot = readSnapshot(resolve(folder, file), folder, isMap(given) ? [...FILE, 'file'] : FILE, issues)
  const pools = poolsOf(cluster, snapshot, issues)
  const workload = isMap(raw['workload']) ? raw['workload'] : {}
  const services = listOf(workload['services']).map((service, i) => (isMap(service) ? serviceOf(service, i, snapshot, issues) : service))
  return {
    raw: { ...raw, cluster: { ...cluster, pools }, workload: { ...workload, ...(services.length === 0 ? {} : { services }) } },
    issues,
  }
}

/** What names a part of the snapshot where there is none. */
function withoutFile({ cluster, workload }: Raw): Issue[] {
  const naming = (list: unknown, path: Path): Issue[] =>
    listOf(list).flatMap((item, i) =>
      isMap(item) && item['snapshot'] !== undefined
        ? [
            {
              path: [...path, i, 'snapshot'],
              message: `found ${show(item['snapshot'])} without cluster.snapshot; accepted: cluster: { snapshot: FILE } beside it`,
            },
          ]
        : [],
    )
  return [
    ...naming(isMap(cluster) ? cluster['pools'] : [], ['cluster', 'pools']),
    ...naming(isMap(workload) ? workload['services'] : [], ['workload', 'services']),
  ]
}

function readSnapshot(path: string, folder: string, at: Path, issues: Issue[]): Snapshot | null {
  try {
    const snapshot = snapshotOnce(path)
    // Nodes that cannot be part of a run are refused here.
    for (const group of groupsOf(snapshot).keys()) templatesOf(snapshot, group, { price: 0, devices: false })
    return snapshot
  } catch (error) {
    if (!(error instanceof TraceError)) throw error
    issues.push({ path: at, message: traceMessage(error, folder) })
    return null
  }
}

/** The pools of the file, and one for each group of nodes that none of them names. */
function poolsOf(cluster: Raw, snapshot: Snapshot | null, issues: Issue[]): unknown[] {
  const own = listOf(cluster['pools'])
  if (snapshot === null) return own.length > 0 ? own : [{ name: 'nodes', count: 1, ...PLACEHOLDER }]
  const groups = groupsOf(snapshot)
  const known = [...groups.keys()]
  const named = new Set<unknown>()
  own.forEach((pool, i) => {
    const group = isMap(pool) ? pool['snapshot'] : undefined
    if (typeof group !== 'string') return
    if (!groups.has(group))
      issues.push({
        path: ['cluster', 'pools', i, 'snapshot'],
        message: `found no group of nodes ${show(group)}; accepted: ${known.join(', ')}${suggestion(group, known)}`,
      })
    named.add(group)
  })
  const taken = new Set(own.map((pool) => (isMap(pool) ? pool['name'] : undefined)))
  const rest = known.filter((group) => !named.has(group))
  for (const group of rest.filter((name) => taken.has(name)))
    issues.push({
      path: ['cluster', 'pools', own.findIndex((pool) => isMap(pool) && pool['name'] === group), 'name'],
      message: `found ${show(group)}, which is also a group of nodes of the snapshot; accepted: another name, or snapshot: ${group}`,
    })
  const counts = (pool: unknown): unknown =>
    isMap(pool) && typeof pool['snapshot'] === 'string' ? { count: groups.get(pool['snapshot'])?.length ?? 0, ...pool } : pool
  return [...own, ...rest.map((group) => ({ name: group, snapshot: group }))].map(counts)
}

/** A service that names a Service of the snapshot, with the requests and rules of the pods that are most of its pods. */
function serviceOf(service: Raw, i: number, snapshot: Snapshot | null, issues: Issue[]): Raw {
  const name = service['snapshot']
  if (typeof name !== 'string') return service
  const pods = snapshot === null ? [] : podsOfService(snapshot, name)
  if (snapshot === null || pods.length === 0) {
    if (snapshot !== null) issues.push({ path: ['workload', 'services', i, 'snapshot'], message: noService(name, snapshot) })
    return { ...PLACEHOLDER, ...service }
  }
  const devices = hasDevices(snapshot)
  const shapes = pods.map((pod) => JSON.stringify(shapeOfPod(pod, { usage: 0, limited: false }, devices)))
  const counts = new Map<string, number>()
  for (const shape of shapes) counts.set(shape, (counts.get(shape) ?? 0) + 1)
  const [[most]] = [...counts].sort(([, a], [, b]) => b - a)
  return { replicas: pods.length, ...keysOf(JSON.parse(most) as PodShape), ...service }
}

function noService(name: string, snapshot: Snapshot): string {
  const known = (snapshot.cluster.services ?? [])
    .map((one) => `${one.namespace}/${one.name}`)
    .filter((one) => podsOfService(snapshot, one).length > 0)
  const accepted =
    known.length === 0
      ? 'no Service of the snapshot selects a running pod'
      : `namespace/name of one, such as ${known.slice(0, 5).join(', ')}`
  return `found no Service ${show(name)} that selects running pods; accepted: ${accepted}${suggestion(name, known)}`
}

/** A shape in the words of a service of the file. */
function keysOf({ cpu, memory, limit, resources, labels, nodeSelector, tolerations, priority, rules = {} }: PodShape): Raw {
  const { namespace, affinity, topologySpreadConstraints, hostPorts, preemptionPolicy } = rules
  const keys = {
    cpu: `${cpu}m`,
    memory,
    ...(limit >= cpu && limit > 0 ? { limit: `${limit}m` } : {}),
    resources,
    labels,
    nodeSelector,
    tolerations,
    priority,
    ...{ namespace, affinity, topologySpreadConstraints, hostPorts, preemptionPolicy },
  }
  return withoutNothing(keys) as Raw
}

/** Without what is null or absent, which the API writes for nothing. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing)
  if (!isMap(value)) return value
  const entries = Object.entries(value).filter(([, one]) => one !== null && one !== undefined)
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutNothing(one)]))
}

/** What a reader must know of the snapshot of a scenario before it runs. */
export function snapshotWarnings({ snapshot }: Scenario): string[] {
  if (snapshot === undefined) return []
  const read = snapshotOnce(snapshot.path)
  const full = overcommitted(new KubeClusterState(read.cluster))
  const many = full.length > 3 ? ', …' : ''
  return [
    ...read.warnings,
    ...runWarnings(read, new Map(Object.entries(snapshot.schedulers))),
    ...(full.length === 0
      ? []
      : [
          `${full.length} ${full.length === 1 ? 'node has' : 'nodes have'} more pods or requests than allocatable and ${full.length === 1 ? 'takes' : 'take'} no others: ${full.slice(0, 3).join(', ')}${many}`,
        ]),
  ].map((text) => `snapshot: ${text}`)
}

/** Snapshots: a cluster as `kubectl get nodes,pods,services,... -A -o json` (or yaml) prints it. */
import { suggestion } from '../../sim/index.ts'
import { JsonPart, looksLikeJson } from '../traces/document.ts'
import { readOnce } from '../traces/cache.ts'
import { TraceError } from '../traces/error.ts'
import { jsonObjects } from './json-objects.ts'
import { budgetOf, namespaceObject, nodeOf, priorityClassOf, serviceOf, workloadOf } from './objects.ts'
import { podOf, type SnapshotPod } from './pods.ts'
import { claimOf, limitsOf, storageClassOf, volumeOf } from './storage.ts'
import type { Snapshot, SnapshotDraft } from './snapshot.ts'
import { warningsOf } from './warnings.ts'
import { yamlObjects } from './yaml-objects.ts'

/** Values of the priority classes that every cluster has. */
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
])

const READERS: Readonly<Record<string, (item: JsonPart, into: SnapshotDraft) => void>> = {
  Node: (item, { nodes }) => void nodes.push(nodeOf(item)),
  Pod: (item, { pods }) => void pods.push(podOf(item)),
  Namespace: (item, { namespaces }) => void namespaces.push(namespaceObject(item)),
  Service: (item, { services }) => void services.push(serviceOf(item)),
  ReplicaSet: (item, { workloads }) => void workloads.push(workloadOf(item)),
  StatefulSet: (item, { workloads }) => void workloads.push(workloadOf(item)),
  ReplicationController: (item, { workloads }) => void workloads.push(workloadOf(item)),
  PodDisruptionBudget: (item, { budgets }) => void budgets.push(budgetOf(item)),
  PersistentVolumeClaim: (item, { claims }) => void claims.push(claimOf(item)),
  PersistentVolume: (item, { volumes }) => void volumes.push(volumeOf(item)),
  StorageClass: (item, { storageClasses }) => void storageClasses.push(storageClassOf(item)),
  CSINode: (item, { limits }) => void limits.set(...limitsOf(item)),
  PriorityClass: (item, { priorityClasses }) => void priorityClasses.push(priorityClassOf(item)),
}

/** Kinds that a snapshot is made of. */
export const SNAPSHOT_KINDS: readonly string[] = Object.keys(READERS)

/** Reads a snapshot, plain or gzip. Throws a TraceError that names the object. */
export function readSnapshot(file: string): Snapshot {
  const draft: SnapshotDraft = {
    file,
    nodes: [],
    pods: [],
    namespaces: [],
    services: [],
    workloads: [],
    budgets: [],
    priorityClasses: [],
    claims: [],
    volumes: [],
    storageClasses: [],
    limits: new Map(),
    otherKinds: new Map(),
  }
  for (const item of looksLikeJson(file) ? jsonObjects(file) : yamlObjects(file)) {
    const kind = item.at('kind').text()
    const reader = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined
    if (reader === undefined) draft.otherKinds.set(kind, (draft.otherKinds.get(kind) ?? 0) + 1)
    else reader(named(item, kind), draft)
  }
  if (draft.nodes.length === 0) refuseEmpty(draft)
  refuseTwins(draft)
  return snapshotOf(draft)
}

/** The same object with its kind and name as path, which errors then begin with. */
function named(item: JsonPart, kind: string): JsonPart {
  const metadata = item.at('metadata')
  const name = metadata.at('name').text()
  const namespace = metadata.at('namespace').missing ? '' : `${metadata.at('namespace').text()}/`
  return new JsonPart(item.file, `${kind} ${namespace}${name}`, item.value)
}

function refuseEmpty({ file, otherKinds }: SnapshotDraft): never {
  const [other] = [...otherKinds.keys()]
  const hint = other === undefined ? '' : suggestion(other, SNAPSHOT_KINDS)
  throw new TraceError(
    { file },
    'no object of kind Node',
    `the output of kubectl get nodes,pods,services,replicasets,statefulsets -A -o json${hint}`,
  )
}

/** The same object twice, as when two outputs were joined, would count twice. */
function refuseTwins({ file, nodes, pods }: SnapshotDraft): void {
  const seen = new Set<string>()
  for (const key of [...nodes.map(({ name }) => `Node ${name}`), ...pods.map(({ pod }) => `Pod ${pod.namespace}/${pod.name}`)]) {
    if (seen.has(key)) throw new TraceError({ file, column: key }, 'the same object twice', 'each object once')
    seen.add(key)
  }
}

/** The same, read once per process: variants and replications of an experiment share it. */
export const snapshotOnce = readOnce(readSnapshot)

function snapshotOf(draft: SnapshotDraft): Snapshot {
  const { file, nodes, namespaces, services, workloads, budgets, claims, volumes } = draft
  const storage = { claims, volumes, classes: draft.storageClasses, limits: Object.fromEntries(draft.limits) }
  const pods = draft.pods.map((one) => withPriority(one, draft))
  const present = pods.filter(({ finished }) => !finished)
  const running = present.filter(({ pod }) => isSet(pod.node))
  const waiting = present.filter(({ pod }) => !isSet(pod.node) && pod.terminating !== true)
  const queue = [...waiting].sort((a, b) => (b.pod.priority ?? 0) - (a.pod.priority ?? 0) || a.created - b.created)
  const promised = waiting.filter(({ pod }) => isSet(pod.nominatedNode))
  return {
    file,
    cluster: {
      nodes,
      namespaces,
      services,
      workloads,
      pdbs: budgets,
      pods: [...running, ...promised].map(({ pod }) => pod),
      storage: claims.length === 0 ? null : storage,
    },
    pending: queue.map(({ pod, scheduler }) => ({ pod, scheduler })),
    schedulers: new Map(present.filter(({ scheduler }) => scheduler !== 'default-scheduler').map(({ pod, scheduler }) => [pod, scheduler])),
    running: running.length,
    finished: pods.length - present.length,
    otherKinds: [...draft.otherKinds].map(([kind, count]) => ({ kind, count })).sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    warnings: warningsOf(draft),
  }
}

const isSet = (name: string | null | undefined): boolean => name !== null && name !== undefined && name !== ''

/** The priority that admission would have set, where the pod names a class and no number. */
function withPriority(one: SnapshotPod, { file, priorityClasses }: SnapshotDraft): SnapshotPod {
  const { pod, priorityClass } = one
  if (priorityClass === '') return one
  const own = priorityClasses.find(({ name }) => name === priorityClass)
  const priority = own?.value ?? SYSTEM_CLASSES.get(priorityClass)
  if (priority === undefined) {
    const known = [...priorityClasses.map(({ name }) => name), ...SYSTEM_CLASSES.keys()]
    throw new TraceError(
      { file, column: `Pod ${pod.namespace}/${pod.name}.spec.priorityClassName` },
      JSON.stringify(priorityClass),
      `a PriorityClass of the snapshot: ${known.join(', ')}${suggestion(priorityClass, known)}`,
    )
  }
  return { ...one, pod: { ...pod, priority, preemptionPolicy: pod.preemptionPolicy ?? own?.preemptionPolicy ?? null } }
}

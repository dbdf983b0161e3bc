/** Recorded clusters written as kubectl prints them. */
import type { KubeCluster, KubeContainer, KubePod } from '../../sim/index.ts'

type Json = Readonly<Record<string, unknown>>

const amounts = (given: Readonly<Record<string, number>> | null | undefined): Json =>
  Object.fromEntries(Object.entries(given ?? {}).map(([name, amount]) => [name, name === 'cpu' ? `${amount}m` : String(amount)]))

const container = ({ requests, limits, ...rest }: KubeContainer): Json => ({
  ...rest,
  resources: { ...(requests ? { requests: amounts(requests) } : {}), ...(limits ? { limits: amounts(limits) } : {}) },
})

/** A pod as kubectl prints it. */
function podObject(pod: KubePod): Json {
  const { name, namespace, labels, terminating, owner, startTime, nominatedNode, node, overhead, containers, initContainers, ...spec } = pod
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: labels ?? {},
      ...(terminating === true ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      ...(owner ? { ownerReferences: [{ ...owner, controller: true }] } : {}),
    },
    spec: {
      ...spec,
      ...(overhead ? { overhead: amounts(overhead) } : {}),
      ...(node ? { nodeName: node } : {}),
      containers: containers.map(container),
      ...(initContainers ? { initContainers: initContainers.map(container) } : {}),
    },
    status: {
      phase: node ? 'Running' : 'Pending',
      ...(typeof startTime === 'number' ? { startTime: new Date(startTime * 1000).toISOString() } : {}),
      ...(nominatedNode ? { nominatedNodeName: nominatedNode } : {}),
    },
  }
}

/** A cluster and a pending pod as a List. */
export function snapshotObject(cluster: KubeCluster, pending: readonly KubePod[]): Json {
  const named = (kind: string, { namespace, name }: { readonly namespace: string; readonly name: string }, rest: Json): Json => ({
    kind,
    metadata: { namespace, name },
    ...rest,
  })
  const items: Json[] = [
    ...cluster.nodes.map(({ name, labels, allocatable, taints, unschedulable, images }) => ({
      kind: 'Node',
      metadata: { name, labels: labels ?? {} },
      spec: { taints: taints ?? [], unschedulable: unschedulable === true },
      status: {
        allocatable: amounts(allocatable),
        images: (images ?? []).map((image) => ({ names: image.names, sizeBytes: image.size })),
      },
    })),
    ...(cluster.namespaces ?? []).map(({ name, labels }) => ({ kind: 'Namespace', metadata: { name, labels } })),
    ...(cluster.services ?? []).map((one) => named('Service', one, { spec: { selector: one.selector } })),
    ...(cluster.workloads ?? []).map((one) =>
      named(one.kind, one, { spec: { selector: one.kind === 'ReplicationController' ? one.selector?.matchLabels : one.selector } }),
    ),
    ...(cluster.pdbs ?? []).map((one) =>
      named('PodDisruptionBudget', one, {
        spec: { selector: one.selector },
        status: {
          disruptionsAllowed: one.disruptionsAllowed,
          disruptedPods: Object.fromEntries((one.disruptedPods ?? []).map((pod) => [pod, '2026-01-01T00:00:00Z'])),
        },
      }),
    ),
    ...[...(cluster.pods ?? []), ...pending].map(podObject),
  ]
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }
}

/** The selector of default spread constraints: those of the Services that select the pod, and that of its owner. Source: Kubernetes 1.34 pkg/scheduler/framework/plugins/helper/spread.go. */
import type { ClusterState } from '../cluster.ts'
import type { KubePod, KubeWorkload } from '../objects.ts'
import { allOf, equalities, requirementsOf, type Selector } from '../../../../cluster/feasibility/selectors.ts'

/** Empty when no Service and no known owner selects the pod. */
export function defaultSelector(pod: KubePod, cluster: Pick<ClusterState, 'services' | 'workloads'>): Selector {
  const labels = new Map<string, string>()
  for (const { namespace, selector } of cluster.services) {
    if (namespace !== pod.namespace || selector === null || selector === undefined) continue
    if (!allOf(equalities(selector)).matches(pod.labels ?? {})) continue
    for (const [key, value] of Object.entries(selector)) labels.set(key, value)
  }
  const owner = ownerOf(pod, cluster)
  if (owner?.kind === 'ReplicationController')
    for (const [key, value] of Object.entries(owner.selector?.matchLabels ?? {})) labels.set(key, value)
  const own = owner?.kind === 'ReplicaSet' || owner?.kind === 'StatefulSet' ? requirementsOf(owner.selector ?? {}) : []
  return allOf([...equalities(Object.fromEntries(labels)), ...own])
}

const ownerOf = ({ owner, namespace }: KubePod, cluster: Pick<ClusterState, 'workloads'>): KubeWorkload | undefined =>
  owner === null || owner === undefined
    ? undefined
    : cluster.workloads.find((one) => one.kind === owner.kind && one.namespace === namespace && one.name === owner.name)

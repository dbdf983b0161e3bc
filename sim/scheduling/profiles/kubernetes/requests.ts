/**
 * What a pod requests. Init containers run one after another before the others, sidecars (init containers that restart) keep running, so the
 * request is the larger of the sum over containers and sidecars, and of each init container with the sidecars before it; then overhead.
 * Source: Kubernetes 1.34 component-helpers/resource.
 */
import type { Amounts, KubeContainer, KubePod } from './objects.ts'

/** Amounts by resource; a resource that is mentioned with 0 has an entry. */
export type Requests = ReadonlyMap<string, number>

/** What scores count for a container that does not mention the resource: 100 millicores, 200 MiB. */
export const MISSING: Amounts = { cpu: 100, memory: 200 * 1024 * 1024 }

/** Resources that may be requested by the pod as a whole. */
const isPodLevel = (resource: string): boolean => resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-')

/** Extended resources, hugepages and attachable volumes: those that a node has only if it names them. */
export const isScalar = (resource: string): boolean =>
  resource !== 'cpu' && resource !== 'memory' && resource !== 'ephemeral-storage' && resource !== 'pods'

/** Those of `isScalar` that device plugins and operators define. */
export const isExtended = (resource: string): boolean =>
  isScalar(resource) && !resource.startsWith('hugepages-') && !resource.startsWith('attachable-volumes-')

function containerRequests(container: KubeContainer, missing: Amounts): Map<string, number> {
  return new Map(Object.entries({ ...missing, ...container.limits, ...container.requests }))
}

function add(to: Map<string, number>, amounts: Requests): void {
  for (const [name, amount] of amounts) to.set(name, (to.get(name) ?? 0) + amount)
}

function atLeast(to: Map<string, number>, amounts: Requests): void {
  for (const [name, amount] of amounts) to.set(name, Math.max(to.get(name) ?? 0, amount))
}

function totalOf(pod: KubePod, missing: Amounts): Map<string, number> {
  const total = new Map<string, number>()
  for (const container of pod.containers) add(total, containerRequests(container, missing))
  const sidecars = new Map<string, number>()
  const starting = new Map<string, number>()
  for (const container of pod.initContainers ?? []) {
    const requests = containerRequests(container, missing)
    if (container.restartPolicy === 'Always') {
      add(total, requests)
      add(sidecars, requests)
      atLeast(starting, sidecars)
    } else {
      add(requests, sidecars)
      atLeast(starting, requests)
    }
  }
  atLeast(total, starting)
  for (const [name, amount] of Object.entries(pod.podRequests ?? {})) if (isPodLevel(name)) total.set(name, amount)
  add(total, new Map(Object.entries(pod.overhead ?? {})))
  return total
}

/** The request that filters and NodeResourcesBalancedAllocation count. */
export const requestsOf = (pod: KubePod): Requests => totalOf(pod, {})

/** The request that the scores of NodeResourcesFit count of the pod to place: containers that do not mention cpu or memory count as `MISSING`. */
export const scoredRequestsOf = (pod: KubePod): Requests => totalOf(pod, MISSING)

/** The same of a pod on a node. Where a pod requests as a whole, `MISSING` stands only for what neither the pod nor any container mentions. */
export function heldRequestsOf(pod: KubePod, requests: Requests): Requests {
  if (Object.keys(pod.podRequests ?? {}).every((name) => !isPodLevel(name))) return totalOf(pod, MISSING)
  return totalOf(pod, Object.fromEntries(Object.entries(MISSING).filter(([name]) => !requests.has(name))))
}

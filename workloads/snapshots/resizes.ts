/**
 * Containers whose resources are changed in place: until the kubelet has done so, a container requests the larger of what its specification asks
 * for, what is allocated and what is in force. Source: Kubernetes 1.34 component-helpers/resource, determineContainerReqs.
 */
import type { KubeContainer } from '../../sim/index.ts'
import type { JsonPart } from '../traces/document.ts'
import { amountsOf, listOf, textOf } from './parts.ts'

type Amounts = Readonly<Record<string, number>>

/** What the status of a pod says of the resources of its containers. */
export interface Resizes {
  /** The kubelet refused the change: the specification does not count. */
  readonly refused: boolean
  /** By name of the container. */
  readonly held: ReadonlyMap<string, Amounts>
}

/** Reads the status of a pod. */
export function resizesOf(status: JsonPart): Resizes {
  const held = new Map<string, Amounts>()
  for (const list of ['containerStatuses', 'initContainerStatuses'])
    for (const one of listOf(status.at(list), (part) => part)) {
      const inForce = one.at('resources')
      if (inForce.missing) continue
      held.set(textOf(one.at('name')), largest(amountsOf(inForce.at('requests')), amountsOf(one.at('allocatedResources'))))
    }
  const pending = listOf(status.at('conditions'), (one) => one).find((one) => one.at('type').value === 'PodResizePending')
  return { refused: pending?.at('reason').value === 'Infeasible', held }
}

/** The container with what it requests meanwhile; init containers that do not restart are not changed. */
export function withResize(container: KubeContainer, part: JsonPart, { refused, held }: Resizes): KubeContainer {
  const own = held.get(textOf(part.at('name')))
  if (own === undefined) return container
  return { ...container, requests: refused ? own : largest(container.requests, own) }
}

function largest(...lists: readonly (Amounts | null | undefined)[]): Amounts {
  const most: Record<string, number> = {}
  for (const list of lists) for (const [name, amount] of Object.entries(list ?? {})) most[name] = Math.max(most[name] ?? 0, amount)
  return most
}

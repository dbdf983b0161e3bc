/** Amounts of the nodes and pods of a run by the names that Mesos knows; the number of pods is none of them. */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodClassId } from '../../../common/ids.ts'
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI, NodeState } from '../../../cluster/views.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import { add, type Amounts } from './amounts.ts'
import { DrfSorter } from './sorter.ts'

const named = (index: number, names: readonly string[]): string => (index === CPU ? 'cpu' : index === MEMORY ? 'memory' : names[index])

function amountsOf(view: ClusterView, of: (resource: number) => number, gpus: number): Amounts {
  const amounts: Record<string, number> = {}
  for (let resource = 0; resource < view.nodes.resources.length; resource++) {
    if (resource !== CPU && resource !== MEMORY && resource < FIRST_NAMED) continue
    const amount = of(resource)
    if (amount > 0) amounts[named(resource, view.nodes.resources)] = amount
  }
  if (gpus > 0) amounts['gpus'] = gpus
  return amounts
}

/** What a pod requests. */
export const wantedBy = (podClass: PodClassId, view: ClusterView): Amounts =>
  amountsOf(view, (resource) => view.classes.request[resource][podClass], view.classes.gpus[podClass] * view.classes.gpuMilli[podClass])

/** What a node has. */
export const capacityOf = (row: NodeId, view: ClusterView): Amounts =>
  amountsOf(view, (resource) => view.nodes.capacity[resource][row], view.nodes.devices[row] * MILLI)

/** What is free on a node. */
export function freeOf(row: NodeId, view: ClusterView): Amounts {
  const { nodes } = view
  let gpus = 0
  for (let device = 0; device < nodes.devices[row]; device++) gpus += nodes.freeDevice[row * DEVICES + device]
  return amountsOf(view, (resource) => nodes.free[resource][row], gpus)
}

/** Dominant share of each role and of those above it, of what Ready nodes have; `pathOf` is the role of a pod class. */
export function roleShares(view: ClusterView, pathOf: (podClass: PodClassId) => string, excluded: readonly string[]): Map<string, number> {
  const { nodes, pods } = view
  const sorter = new DrfSorter(excluded)
  for (let row = 0; row < nodes.count; row++) if (nodes.state[row] === NodeState.Ready) sorter.addTotal(capacityOf(row, view))
  const held = new Map<PodClassId, number>()
  for (let pod = 0; pod < pods.count; pod++)
    if (pods.node[pod] !== NONE) held.set(pods.podClass[pod], (held.get(pods.podClass[pod]) ?? 0) + 1)
  const paths = new Set<string>()
  for (const [podClass, count] of held) {
    const path = pathOf(podClass)
    const amounts: Record<string, number> = {}
    const one = wantedBy(podClass, view)
    for (const resource in one) add(amounts, { [resource]: count * one[resource] }, 1)
    sorter.adjust(path, amounts, 1)
    for (let above = path; ; above = above.slice(0, above.lastIndexOf('/'))) {
      paths.add(above)
      if (!above.includes('/')) break
    }
  }
  return new Map([...paths].sort().map((path) => [path, sorter.share(path)]))
}

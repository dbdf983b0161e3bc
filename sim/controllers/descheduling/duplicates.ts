/**
 * RemoveDuplicates: pods of one controller with the same images that share a node are spread until no node has more of them than the mean, rounded
 * up, over the nodes that admit them.
 * Source: sigs.k8s.io/descheduler pkg/framework/plugins/removeduplicates. Controllers, nodes and pods in the order in which they are found.
 */
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { Evictor } from './evictor.ts'
import type { RemoveDuplicates } from './spec.ts'

/** Equal pods of one controller. */
interface Group {
  count: number
  /** By node: all of them but the first. */
  readonly duplicates: Map<NodeId, PodId[]>
}

/** Evicts what a node has too many. */
export function removeDuplicates(spec: RemoveDuplicates, nodes: readonly NodeId[], evictor: Evictor): void {
  for (const { count, duplicates } of groupsOf(spec, nodes, evictor)) {
    if (duplicates.size === 0) continue
    const targets = targetsOf(duplicates, nodes, evictor)
    if (targets < 2) continue
    const most = Math.ceil(count / targets)
    for (const pods of duplicates.values())
      for (const pod of pods.slice(most - 1)) {
        const result = evictor.evict(pod)
        if (result === 'total limit') return
        if (result === 'node limit') break
      }
  }
}

function groupsOf({ namespaces, excludeOwnerKinds }: RemoveDuplicates, nodes: readonly NodeId[], evictor: Evictor): Iterable<Group> {
  const { view } = evictor
  const { podClass, order } = view.pods
  const groups = new Map<string, Group>()
  for (const node of nodes) {
    const found: PodId[] = []
    view.eachPodOn(node, (pod) => {
      if (evictor.isEvictable(pod) && evictor.passes(pod, nodes) && evictor.isIn(pod, namespaces)) found.push(pod)
    })
    const here = new Set<string>()
    for (const pod of found.sort((a, b) => order[a] - order[b])) {
      const { kind, key: controller } = evictor.facts.controllerOf(pod)!
      if (controller === '' || excludeOwnerKinds.includes(kind)) continue
      const key = `${controller} ${[...(view.shapeOf(podClass[pod]).rules?.images ?? [])].sort().join(' ')}`
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = { count: 0, duplicates: new Map() }))
      group.count++
      if (here.has(key)) group.duplicates.set(node, [...(group.duplicates.get(node) ?? []), pod])
      here.add(key)
    }
  }
  return groups.values()
}

/** Number of nodes that admit pods of the group; those of a kind that a single node admits do not count. */
function targetsOf(duplicates: ReadonlyMap<NodeId, readonly PodId[]>, nodes: readonly NodeId[], { view }: Evictor): number {
  const classes = new Set<PodClassId>([...duplicates.values()].flat().map((pod) => view.pods.podClass[pod]))
  const targets = new Set<NodeId>()
  for (const podClass of classes) {
    const admitting = nodes.filter((node) => view.nodes.state[node] === NodeState.Ready && view.admissible(podClass, node))
    if (admitting.length > 1) for (const node of admitting) targets.add(node)
  }
  return targets.size
}

/** Pods by service and node: how many of a service run where, for schedulers that spread services. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import { Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor, LogView } from '../../cluster/views.ts'

/** A service as a number: pods of a service, else those of one controller, else those of one class belong together. */
export type ServiceKey = number

/** The service of a pod. */
export function serviceKey(pod: PodId, { pods }: ClusterView): ServiceKey {
  if (pods.service[pod] !== NONE) return 3 * pods.service[pod]
  return pods.owner[pod] !== NONE ? 3 * pods.owner[pod] + 1 : 3 * pods.podClass[pod] + 2
}

/** Counts of pods that are on nodes, in phases from Bound to Terminating. */
export interface ServiceCounts {
  /** Brings the counts up to date. */
  follow(view: ClusterView): void
  /** Nodes with pods of the service, and their number. */
  nodesOf(service: ServiceKey): ReadonlyMap<NodeId, number>
  /** Says that the pod is about to be bound. */
  expect(pod: PodId): void
}

const EMPTY: ReadonlyMap<NodeId, number> = new Map()

/** The reference implementation: counts all pods each time. */
export class CountedServices implements ServiceCounts {
  private readonly services = new Map<ServiceKey, Map<NodeId, number>>()

  follow(view: ClusterView): void {
    this.services.clear()
    const { count, node } = view.pods
    for (let pod = 0; pod < count; pod++) if (node[pod] !== NONE) change(this.services, serviceKey(pod, view), node[pod], 1)
  }

  nodesOf(service: ServiceKey): ReadonlyMap<NodeId, number> {
    return this.services.get(service) ?? EMPTY
  }

  expect(): void {
    // counts what is bound
  }
}

interface Resident {
  readonly pod: PodId
  readonly epoch: number
  readonly service: ServiceKey
}

/** Keeps the counts from the log of changed nodes: it remembers the pods of each node, and looks for others only when their number differs. */
export class TrackedServices implements ServiceCounts {
  private readonly services = new Map<ServiceKey, Map<NodeId, number>>()
  private readonly residents: Resident[][] = [] // [node]
  private readonly changed = new Set<NodeId>()
  private expected: PodId[] = []
  private log: LogView | undefined
  private cursor: LogCursor | undefined

  follow(view: ClusterView): void {
    if (view.log !== this.log) {
      this.cursor?.close()
      this.log = view.log
      this.cursor = view.log.open()
      return this.countAll(view)
    }
    const cursor = this.cursor!
    while (cursor.next())
      if (cursor.subject === Subject.PodBound || cursor.subject === Subject.PodReleased || cursor.subject === Subject.NodeRemoved)
        this.changed.add(cursor.row)
    if (this.changed.size === 0) return
    for (const node of this.changed) this.dropGone(node, view)
    const expected = this.expected
    this.expected = []
    for (const pod of expected) this.arrive(pod, view)
    for (const node of this.changed) if (this.residents[node].length !== view.nodes.podCount[node]) return this.countAll(view)
    this.changed.clear()
  }

  nodesOf(service: ServiceKey): ReadonlyMap<NodeId, number> {
    return this.services.get(service) ?? EMPTY
  }

  expect(pod: PodId): void {
    this.expected.push(pod)
  }

  private countAll(view: ClusterView): void {
    this.services.clear()
    this.residents.length = 0
    this.changed.clear()
    this.expected = []
    for (let node = 0; node < view.nodes.count; node++) this.residents[node] = []
    for (let pod = 0; pod < view.pods.count; pod++) if (view.pods.node[pod] !== NONE) this.add(pod, view)
  }

  private dropGone(node: NodeId, { pods }: ClusterView): void {
    const residents = (this.residents[node] ??= [])
    let kept = 0
    for (const resident of residents) {
      if (pods.node[resident.pod] === node && pods.epoch[resident.pod] === resident.epoch) residents[kept++] = resident
      else change(this.services, resident.service, node, -1)
    }
    residents.length = kept
  }

  /** Adds an expected pod that was bound; it is expected further when its bind is not committed yet. */
  private arrive(pod: PodId, view: ClusterView): void {
    const node = view.pods.node[pod]
    if (node === NONE) this.expected.push(pod)
    else if (!(this.residents[node] ?? []).some((resident) => resident.pod === pod)) this.add(pod, view)
  }

  private add(pod: PodId, view: ClusterView): void {
    const node = view.pods.node[pod]
    const service = serviceKey(pod, view)
    ;(this.residents[node] ??= []).push({ pod, epoch: view.pods.epoch[pod], service })
    change(this.services, service, node, 1)
  }
}

/** Adds to a count; a count of 0 is removed. */
function change(services: Map<ServiceKey, Map<NodeId, number>>, service: ServiceKey, node: NodeId, by: number): void {
  let nodes = services.get(service)
  if (nodes === undefined) services.set(service, (nodes = new Map<NodeId, number>()))
  const count = (nodes.get(node) ?? 0) + by
  if (count === 0) nodes.delete(node)
  else nodes.set(node, count)
}

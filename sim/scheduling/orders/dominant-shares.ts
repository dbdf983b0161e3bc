/**
 * The dominant share of each tenant: the largest of its shares of cpu, memory, GPUs and each named resource in the cluster. The places for
 * pods are a limit of the kubelet, not a resource to be shared. The total is the capacity of all Ready and Cordoned nodes; a resource with
 * a total of 0 is left out. Each share is one division of whole numbers, so equal shares are equal numbers.
 */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { addExactly, ExactSums } from '../../common/exact-sums.ts'
import { ColumnTable } from '../../common/table.ts'
import { classOfHolding } from '../../cluster/entries.ts'
import { FIRST_NAMED, CPU, MEMORY, MILLI, NodeState, PodPhase, Subject } from '../../cluster/views.ts'
import type { ClassesView, ClusterView, LogCursor, NodesView } from '../../cluster/views.ts'
import type { GroupId, Groups, ShareListener } from './policy.ts'

/** Kinds of shared resources: cpu, memory, GPUs in thousandths, then the named resources. */
const GPUS = 2
const FIRST_OTHER = 3

const kindsOf = (nodes: NodesView): number => FIRST_OTHER + nodes.resources.length - FIRST_NAMED

function requested(kind: number, podClass: PodClassId, classes: ClassesView): number {
  if (kind === GPUS) return classes.gpus[podClass] * classes.gpuMilli[podClass]
  return classes.request[columnOf(kind)][podClass]
}

function offered(kind: number, row: NodeId, nodes: NodesView): number {
  return kind === GPUS ? nodes.devices[row] * MILLI : nodes.capacity[columnOf(kind)][row]
}

function columnOf(kind: number): number {
  return kind === 0 ? CPU : kind === 1 ? MEMORY : kind - FIRST_OTHER + FIRST_NAMED
}

const counts = (state: number): boolean => state === NodeState.Ready || state === NodeState.Cordoned

/** The dominant share of a tenant, summed over all nodes and pods: the twin of `DominantShares`. */
export function dominantShareOf(tenant: GroupId, { nodes, pods, classes }: ClusterView): number {
  let dominant = 0
  for (let kind = 0; kind < kindsOf(nodes); kind++) {
    const sums = new ExactSums(2)
    for (let row = 0; row < nodes.count; row++) if (counts(nodes.state[row])) sums.add(0, offered(kind, row, nodes))
    for (let pod = 0; pod < pods.count; pod++) {
      if (pods.phase[pod] >= PodPhase.Bound && classes.tenant[pods.podClass[pod]] === tenant)
        sums.add(1, requested(kind, pods.podClass[pod], classes))
    }
    const [total, used] = sums.high
    if (total > 0) dominant = Math.max(dominant, used / total)
  }
  return dominant
}

/** What the pods of each tenant use. */
class Tenants extends ColumnTable {
  count = 0
  readonly share = this.column(Float64Array)
  /** The share is divided by it. */
  readonly weight = this.column(Float64Array, 1)
  /** 1 when the share may have changed since it was last computed. */
  readonly isChanged = this.column(Uint8Array)
  readonly used: Float64Array[] // [kind][tenant]
  /** What a double rounds off each of them. */
  readonly usedRest: Float64Array[] // [kind][tenant]

  constructor(kinds: number) {
    super(8)
    this.used = this.columns(Float64Array, kinds)
    this.usedRest = this.columns(Float64Array, kinds)
  }
}

/** What each node offers. */
class CountedNodes extends ColumnTable {
  /** 1 when the node is part of the total. */
  readonly isCounted = this.column(Uint8Array)
  /** What the node adds to the total, stored here because the row may hold another node by the time its removal is read. */
  readonly capacities: Float64Array[] // [kind][row]

  constructor(kinds: number) {
    super()
    this.capacities = this.columns(Float64Array, kinds)
  }
}

/** The dominant shares, kept up to date from the log: a bind or a release costs one pod; only a change of the nodes changes all shares. */
export class DominantShares implements Groups {
  private tenants = new Tenants(0)
  private nodes = new CountedNodes(0)
  private total = new ExactSums(0) // [kind]
  private changed: GroupId[] = []
  private cursor: LogCursor | undefined
  private readonly weightOf: (tenant: string) => number

  /** @param weightOf weight of a tenant by its name */
  constructor(weightOf: (tenant: string) => number = () => 1) {
    this.weightOf = weightOf
  }

  get shares(): Float64Array {
    return this.tenants.share
  }

  groupOf(podClass: PodClassId, view: ClusterView): GroupId {
    this.cursor ??= this.begin(view)
    return this.known(view.classes.tenant[podClass], view.classes)
  }

  follow(view: ClusterView, listener: ShareListener): void {
    const cursor = (this.cursor ??= this.begin(view))
    while (cursor.next()) {
      const { subject, row, value } = cursor
      if (subject === Subject.PodBound) this.use(classOfHolding(value), 1, view)
      else if (subject === Subject.PodReleased) this.use(classOfHolding(value), -1, view)
      else if (subject === Subject.NodeState) this.count(row, counts(value), view)
      else if (subject === Subject.NodeRemoved) this.count(row, false, view)
    }
    if (this.changed.length > 0) this.notify(listener)
  }

  private begin(view: ClusterView): LogCursor {
    const { nodes, pods } = view
    const kinds = kindsOf(nodes)
    this.tenants = new Tenants(kinds)
    this.nodes = new CountedNodes(kinds)
    this.total = new ExactSums(kinds)
    for (let row = 0; row < nodes.count; row++) this.count(row, counts(nodes.state[row]), view)
    for (let pod = 0; pod < pods.count; pod++) if (pods.phase[pod] >= PodPhase.Bound) this.use(pods.podClass[pod], 1, view)
    return view.log.open()
  }

  private use(podClass: PodClassId, sign: 1 | -1, { classes }: ClusterView): void {
    const tenant = this.known(classes.tenant[podClass], classes)
    const { used, usedRest } = this.tenants
    for (let kind = 0; kind < used.length; kind++) addExactly(used[kind], usedRest[kind], tenant, sign * requested(kind, podClass, classes))
    this.change(tenant)
  }

  private count(row: NodeId, counted: boolean, { nodes }: ClusterView): void {
    this.nodes.reserve(row + 1)
    const { isCounted, capacities } = this.nodes
    if ((isCounted[row] === 1) === counted) return
    isCounted[row] = counted ? 1 : 0
    for (let kind = 0; kind < capacities.length; kind++) {
      if (counted) capacities[kind][row] = offered(kind, row, nodes)
      this.total.add(kind, counted ? capacities[kind][row] : -capacities[kind][row])
    }
    for (let tenant = 0; tenant < this.tenants.count; tenant++) this.change(tenant)
  }

  private change(tenant: GroupId): void {
    const { isChanged } = this.tenants
    if (isChanged[tenant] === 1) return
    isChanged[tenant] = 1
    this.changed.push(tenant)
  }

  private notify(listener: ShareListener): void {
    const { share, isChanged, used, weight } = this.tenants
    for (let i = 0; i < this.changed.length; i++) {
      const tenant = this.changed[i]
      isChanged[tenant] = 0
      let dominant = 0
      const total = this.total.high
      for (let kind = 0; kind < total.length; kind++) {
        if (total[kind] > 0) dominant = Math.max(dominant, used[kind][tenant] / total[kind])
      }
      dominant /= weight[tenant]
      if (dominant === share[tenant]) continue
      share[tenant] = dominant
      listener.moved(tenant)
    }
    this.changed.length = 0
  }

  /** Returns the tenant, whose row exists afterwards. */
  private known(tenant: GroupId, { tenants }: ClassesView): GroupId {
    const { count } = this.tenants
    if (tenant >= count) {
      this.tenants.count = tenant + 1
      this.tenants.reserve(this.tenants.count)
      for (let row = count; row <= tenant; row++) this.tenants.weight[row] = this.weightOf(tenants[row])
    }
    return tenant
  }
}

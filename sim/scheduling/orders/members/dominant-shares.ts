/**
 * How much of the cluster each tenant holds: the largest of its shares of cpu, memory, GPUs and each named resource. Places for pods are
 * a limit of the kubelet, not something to share. The whole is what Ready and Cordoned nodes have; a resource of which there is none is
 * left out. Shares are one division of whole numbers each, so that equal ones are equal.
 */
import { FIRST_NAMED, CPU, MEMORY, MILLI, NodeState, PodPhase, Subject } from '../../../cluster/views.ts'
import type { ClassesView, ClusterView, LogCursor, NodesView } from '../../../cluster/views.ts'
import { grown } from '../../../common/table.ts'
import type { Groups, Regrouping } from '../policy.ts'

/** Rows of what is shared: cpu, memory, GPUs in thousandths, then the named resources. */
const GPUS = 2
const FIRST_OTHER = 3

const kinds = (nodes: NodesView): number => FIRST_OTHER + nodes.resources.length - FIRST_NAMED

function asked(kind: number, podClass: number, classes: ClassesView): number {
  if (kind === GPUS) return classes.gpus[podClass] * classes.gpuMilli[podClass]
  return classes.request[columnOf(kind)][podClass]
}

function offered(kind: number, row: number, nodes: NodesView): number {
  return kind === GPUS ? nodes.devices[row] * MILLI : nodes.capacity[columnOf(kind)][row]
}

function columnOf(kind: number): number {
  return kind === 0 ? CPU : kind === 1 ? MEMORY : kind - FIRST_OTHER + FIRST_NAMED
}

const counts = (state: number): boolean => state === NodeState.Ready || state === NodeState.Cordoned

/** The twin: adds up all nodes and all pods. */
export function dominantShareOf(tenant: number, { nodes, pods, classes }: ClusterView): number {
  let dominant = 0
  for (let kind = 0; kind < kinds(nodes); kind++) {
    let total = 0
    let used = 0
    for (let row = 0; row < nodes.count; row++) if (counts(nodes.state[row])) total += offered(kind, row, nodes)
    for (let pod = 0; pod < pods.count; pod++) {
      if (pods.phase[pod] >= PodPhase.Bound && classes.tenant[pods.podClass[pod]] === tenant)
        used += asked(kind, pods.podClass[pod], classes)
    }
    if (total > 0) dominant = Math.max(dominant, used / total)
  }
  return dominant
}

/** The same from the log: a bind or a release costs the resources of one pod. Only when nodes come or go do all shares change. */
export class DominantShares implements Groups {
  shares = new Float64Array(8)
  private used: Float64Array[] = [] // [kind][tenant]
  private total: number[] = [] // [kind]
  /** What each node row adds to the total, kept here because the row may have another node by the time its removal is read. */
  private counted: Float64Array[] = [] // [kind][row]
  private isCounted = new Uint8Array(0) // [row]
  private cursor: LogCursor | undefined
  private changed: number[] = []
  private isChanged = new Uint8Array(8)
  private tenants = 0

  groupOf(podClass: number, view: ClusterView): number {
    const tenant = view.classes.tenant[podClass]
    this.know(tenant)
    return tenant
  }

  follow(view: ClusterView, hear: Regrouping): void {
    const cursor = (this.cursor ??= this.begin(view))
    while (cursor.next()) {
      const { subject, row, value } = cursor
      if (subject === Subject.PodBound) this.use(Math.floor(value / 256), 1, view)
      else if (subject === Subject.PodReleased) this.use(Math.floor(value / 256), -1, view)
      else if (subject === Subject.NodeState) this.count(row, counts(value), view)
      else if (subject === Subject.NodeRemoved) this.count(row, false, view)
    }
    if (this.changed.length > 0) this.tell(hear)
  }

  private begin(view: ClusterView): LogCursor {
    const { nodes, pods } = view
    for (let kind = 0; kind < kinds(nodes); kind++) {
      this.used.push(new Float64Array(this.shares.length))
      this.total.push(0)
      this.counted.push(new Float64Array(0))
    }
    for (let row = 0; row < nodes.count; row++) this.count(row, counts(nodes.state[row]), view)
    for (let pod = 0; pod < pods.count; pod++) if (pods.phase[pod] >= PodPhase.Bound) this.use(pods.podClass[pod], 1, view)
    return view.log.open()
  }

  private use(podClass: number, sign: number, { classes }: ClusterView): void {
    const tenant = classes.tenant[podClass]
    this.know(tenant)
    for (let kind = 0; kind < this.used.length; kind++) this.used[kind][tenant] += sign * asked(kind, podClass, classes)
    this.change(tenant)
  }

  private count(row: number, counted: boolean, { nodes }: ClusterView): void {
    if (row >= this.isCounted.length) this.reserveRows(2 * row + 64)
    if ((this.isCounted[row] === 1) === counted) return
    this.isCounted[row] = counted ? 1 : 0
    for (let kind = 0; kind < this.total.length; kind++) {
      if (counted) this.counted[kind][row] = offered(kind, row, nodes)
      this.total[kind] += counted ? this.counted[kind][row] : -this.counted[kind][row]
    }
    for (let tenant = 0; tenant < this.tenants; tenant++) this.change(tenant)
  }

  private change(tenant: number): void {
    if (this.isChanged[tenant] === 1) return
    this.isChanged[tenant] = 1
    this.changed.push(tenant)
  }

  private tell(hear: Regrouping): void {
    for (let i = 0; i < this.changed.length; i++) {
      const tenant = this.changed[i]
      this.isChanged[tenant] = 0
      let dominant = 0
      for (let kind = 0; kind < this.total.length; kind++) {
        if (this.total[kind] > 0) dominant = Math.max(dominant, this.used[kind][tenant] / this.total[kind])
      }
      if (dominant === this.shares[tenant]) continue
      this.shares[tenant] = dominant
      hear.moved(tenant)
    }
    this.changed.length = 0
  }

  private know(tenant: number): void {
    if (tenant < this.tenants) return
    this.tenants = tenant + 1
    if (tenant < this.shares.length) return
    const length = 2 * this.tenants
    this.shares = grown(this.shares, length)
    this.used = this.used.map((column) => grown(column, length))
    this.isChanged = grown(this.isChanged, length)
  }

  private reserveRows(length: number): void {
    this.counted = this.counted.map((column) => grown(column, length))
    this.isCounted = grown(this.isCounted, length)
  }
}

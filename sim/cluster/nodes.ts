/**
 * Nodes as columns. A row is never reused within a run: a reader of the log that lags (a stale view, an index) may still refer to a node that
 * is gone, and would mistake a new node in its row for it. So the capacity, zone and price of a row never change; its class does when labels
 * or taints change, with an entry in the log. The cost is some 150 bytes per node that was ever added, and scans that skip rows which are Gone.
 */
import { entryOf } from '../common/dictionary.ts'
import { NONE } from '../common/ids.ts'
import type { DeviceMask, NodeClassId, NodeId, PodClassId, PoolId } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Classes } from './classes.ts'
import type { NodeTemplate } from './spec.ts'
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI, NodeState } from './views.ts'
import type { NodesView } from './views.ts'

/** The amounts of a template, [resource] (cpu, memory, pods, then the named ones). */
export function offered(template: NodeTemplate, resources: readonly string[]): number[] {
  const first = [template.cpu, template.memory, template.pods]
  return resources.map((name, resource) => (resource < FIRST_NAMED ? first[resource] : (entryOf(template.resources, name) ?? 0)))
}

/** The columns of all nodes; see `NodesView` for their meaning. */
export class Nodes extends ColumnTable implements NodesView {
  count = 0
  ready = 0
  readonly resources: readonly string[]
  readonly capacity: Float64Array[]
  readonly free: Float64Array[]
  cpu!: Float64Array
  memory!: Float64Array
  freeCpu!: Float64Array
  freeMemory!: Float64Array
  readonly state = this.kinds<NodeState>(NodeState.Gone)
  readonly pool = this.column(Int32Array)
  readonly nodeClass = this.column(Int32Array)
  readonly zone = this.column(Int32Array)
  readonly price = this.column(Float64Array)
  readonly devices = this.column(Uint8Array)
  readonly gpuModel = this.column(Int32Array)
  readonly freeDevice = this.column(Int32Array, 0, DEVICES)
  readonly podCount = this.column(Int32Array)
  readonly version = this.column(Float64Array)
  /** Nodes that held more than they offer when the run began; they take pods again once they hold less. */
  readonly overdrawn = new Set<NodeId>()

  constructor(resources: readonly string[]) {
    super()
    this.resources = resources
    this.capacity = this.columns(Float64Array, resources.length)
    this.free = this.columns(Float64Array, resources.length)
    this.grew()
  }

  /** A new row, which holds no pods and is Gone until its state is set. */
  add(template: NodeTemplate, pool: PoolId, nodeClass: NodeClassId, zone: number, gpuModel: number): NodeId {
    const node = this.row()
    const amounts = offered(template, this.resources)
    for (let resource = 0; resource < amounts.length; resource++) {
      this.capacity[resource][node] = amounts[resource]
      this.free[resource][node] = amounts[resource]
    }
    this.pool[node] = pool
    this.nodeClass[node] = nodeClass
    this.zone[node] = zone
    this.price[node] = template.price
    this.devices[node] = template.gpus
    this.gpuModel[node] = gpuModel
    this.emptyDevices(node)
    return node
  }

  /** The next row, with the properties it has in `other` and no pods: for views that replay the log. */
  addLike(other: Nodes): NodeId {
    const node = this.row()
    for (let resource = 0; resource < this.resources.length; resource++) {
      this.capacity[resource][node] = other.capacity[resource][node]
      this.free[resource][node] = other.capacity[resource][node]
    }
    this.pool[node] = other.pool[node]
    this.nodeClass[node] = other.nodeClass[node]
    this.zone[node] = other.zone[node]
    this.price[node] = other.price[node]
    this.devices[node] = other.devices[node]
    this.gpuModel[node] = other.gpuModel[node]
    this.emptyDevices(node)
    return node
  }

  setState(node: NodeId, state: NodeState): void {
    if (this.state[node] === NodeState.Ready) this.ready--
    if (state === NodeState.Ready) this.ready++
    this.state[node] = state
  }

  /** Takes (sign 1) or frees (sign -1) what one pod of the class holds. */
  hold(node: NodeId, classes: Classes, podClass: PodClassId, deviceMask: DeviceMask, sign: 1 | -1): void {
    const { request } = classes
    const { free } = this
    for (let resource = 0; resource < request.length; resource++) free[resource][node] -= sign * request[resource][podClass]
    this.podCount[node] += sign
    if (deviceMask === 0) return
    const milli = sign * classes.gpuMilli[podClass]
    for (let device = 0; device < DEVICES; device++) {
      if ((deviceMask & (1 << device)) !== 0) this.freeDevice[node * DEVICES + device] -= milli
    }
  }

  private row(): NodeId {
    const node = this.count++
    this.reserve(this.count)
    return node
  }

  private emptyDevices(node: NodeId): void {
    for (let device = 0; device < this.devices[node]; device++) this.freeDevice[node * DEVICES + device] = MILLI
  }

  protected override grew(): void {
    this.cpu = this.capacity[CPU]
    this.memory = this.capacity[MEMORY]
    this.freeCpu = this.free[CPU]
    this.freeMemory = this.free[MEMORY]
  }
}

/** Whether the node is paid for: Ready or Cordoned. */
export const isPaid = (state: NodeState): boolean => state === NodeState.Ready || state === NodeState.Cordoned

/** Index of a name in a short list, to which a new name is added; NONE for ''. */
export function rowOfName(names: string[], name: string): number {
  if (name === '') return NONE
  const at = names.indexOf(name)
  return at >= 0 ? at : names.push(name) - 1
}

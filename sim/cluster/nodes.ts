/**
 * Nodes as growing columns. Rows are never used again within a run: readers of the log that lag (stale views, indexes) may still speak of a
 * node that is gone, and a new node under its row would be mistaken for it. A run that cycles a million nodes costs some 200 MB of columns.
 */
import { grown } from '../columns.ts'
import type { NodeTemplate } from '../input.ts'
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI, NodeState, NONE } from './views.ts'
import type { NodesView } from './views.ts'

const FIRST = 64

export class Nodes implements NodesView {
  count = 0
  ready = 0
  readonly resources: readonly string[]
  readonly capacity: Float64Array[]
  readonly free: Float64Array[]
  cpu!: Float64Array
  memory!: Float64Array
  freeCpu!: Float64Array
  freeMemory!: Float64Array
  state = new Uint8Array(FIRST)
  pool = new Int32Array(FIRST)
  nodeClass = new Int32Array(FIRST)
  zone = new Int32Array(FIRST)
  price = new Float64Array(FIRST)
  devices = new Uint8Array(FIRST)
  gpuModel = new Int32Array(FIRST).fill(NONE)
  freeDevice = new Int32Array(FIRST * DEVICES)
  podCount = new Int32Array(FIRST)
  version = new Float64Array(FIRST)
  /** First pod of the intrusive list of pods on the node. */
  firstPod = new Int32Array(FIRST).fill(NONE)

  constructor(named: readonly string[]) {
    this.resources = ['cpu', 'memory', 'pods', ...named]
    this.capacity = this.resources.map(() => new Float64Array(FIRST))
    this.free = this.resources.map(() => new Float64Array(FIRST))
    this.alias()
  }

  add(template: NodeTemplate, pool: number, nodeClass: number, zone: number, gpuModel: number): number {
    const node = this.count++
    if (node === this.state.length) this.grow()
    const amounts = [template.cpu, template.memory, template.pods]
    for (let resource = 0; resource < this.resources.length; resource++) {
      const amount = resource < FIRST_NAMED ? amounts[resource] : (template.resources[this.resources[resource]] ?? 0)
      this.capacity[resource][node] = amount
      this.free[resource][node] = amount
    }
    this.state[node] = NodeState.Gone
    this.pool[node] = pool
    this.nodeClass[node] = nodeClass
    this.zone[node] = zone
    this.price[node] = template.price
    this.devices[node] = template.gpus
    this.gpuModel[node] = gpuModel
    for (let device = 0; device < DEVICES; device++) this.freeDevice[node * DEVICES + device] = device < template.gpus ? MILLI : 0
    return node
  }

  private grow(): void {
    const length = this.state.length * 2
    for (let resource = 0; resource < this.resources.length; resource++) {
      this.capacity[resource] = grown(this.capacity[resource], length)
      this.free[resource] = grown(this.free[resource], length)
    }
    this.state = grown(this.state, length)
    this.pool = grown(this.pool, length)
    this.nodeClass = grown(this.nodeClass, length)
    this.zone = grown(this.zone, length)
    this.price = grown(this.price, length)
    this.devices = grown(this.devices, length)
    this.gpuModel = grown(this.gpuModel, length, NONE)
    this.freeDevice = grown(this.freeDevice, length * DEVICES)
    this.podCount = grown(this.podCount, length)
    this.version = grown(this.version, length)
    this.firstPod = grown(this.firstPod, length, NONE)
    this.alias()
  }

  private alias(): void {
    this.cpu = this.capacity[CPU]
    this.memory = this.capacity[MEMORY]
    this.freeCpu = this.free[CPU]
    this.freeMemory = this.free[MEMORY]
  }
}


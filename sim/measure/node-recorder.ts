/** Levels of the cluster: nodes paid for, allocatable and requested amounts, and cost by price. Updated where the change happens. */
import type { Cluster } from '../cluster/cluster.ts'
import { CPU, MEMORY } from '../cluster/views.ts'
import { Level } from './level.ts'

const HOUR = 3_600_000_000

export class NodeRecorder {
  readonly nodes = new Level()
  readonly allocatable = { cpu: new Level(), memory: new Level(), gpu: new Level() }
  readonly requested = { cpu: new Level(), memory: new Level(), gpu: new Level() }
  /** Nodes paid for, by price [micro-dollars per hour]. */
  private readonly byPrice = new Map<number, Level>()

  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  joined(price: number, now: number): void {
    this.priced(price).add(1, now)
    this.nodes.add(1, now)
    this.capacityChanged(now)
  }

  left(price: number, now: number): void {
    this.priced(price).add(-1, now)
    this.nodes.add(-1, now)
    this.capacityChanged(now)
  }

  /** After pods were bound or released. */
  requestsChanged(now: number): void {
    const { allocated, gpuAllocated } = this.cluster
    this.requested.cpu.set(allocated[CPU], now)
    this.requested.memory.set(allocated[MEMORY], now)
    this.requested.gpu.set(gpuAllocated, now)
  }

  reset(now: number): void {
    for (const level of this.all()) level.reset(now)
  }

  /** Dollars over the window: whole node·µs by price, multiplied once. */
  cost(now: number): number {
    let microDollars = 0
    for (const [price, level] of this.byPrice) microDollars += (level.integral(now) / HOUR) * price
    return microDollars / 1e6
  }

  private capacityChanged(now: number): void {
    const { allocatable, gpuAllocatable } = this.cluster
    this.allocatable.cpu.set(allocatable[CPU], now)
    this.allocatable.memory.set(allocatable[MEMORY], now)
    this.allocatable.gpu.set(gpuAllocatable, now)
  }

  private priced(price: number): Level {
    const known = this.byPrice.get(price)
    if (known !== undefined) return known
    const level = new Level()
    this.byPrice.set(price, level)
    return level
  }

  private all(): Level[] {
    return [this.nodes, ...Object.values(this.allocatable), ...Object.values(this.requested), ...this.byPrice.values()]
  }
}

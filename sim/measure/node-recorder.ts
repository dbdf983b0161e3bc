/** Levels of the cluster: nodes paid for, allocatable and requested amounts, and cost by price. Updated where the change happens. */
import { Level } from './level.ts'

const HOUR = 3_600_000_000

/** The sums over all nodes that are paid for, as the cluster keeps them: by resource (cpu [millicores], memory [bytes]), and milli-GPU. */
export interface NodeTotals {
  readonly allocatable: ArrayLike<number>
  readonly allocated: ArrayLike<number>
  readonly gpuAllocatable: number
  readonly gpuAllocated: number
}

/** Rows of the resources that are recorded. */
const CPU = 0
const MEMORY = 1

export class NodeRecorder {
  readonly nodes = new Level()
  readonly allocatable = { cpu: new Level(), memory: new Level(), gpu: new Level() }
  readonly requested = { cpu: new Level(), memory: new Level(), gpu: new Level() }
  /** Nodes paid for, by price [micro-dollars per hour]. */
  private readonly byPrice = new Map<number, Level>()

  private readonly totals: NodeTotals

  constructor(totals: NodeTotals) {
    this.totals = totals
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
    const { allocated, gpuAllocated } = this.totals
    this.requested.cpu.set(allocated[CPU], now)
    this.requested.memory.set(allocated[MEMORY], now)
    this.requested.gpu.set(gpuAllocated, now)
  }

  /** The end of warm-up. */
  windowBegins(now: number): void {
    for (const level of this.all()) level.reset(now)
  }

  /** Dollars over the window: whole node·µs by price, multiplied once. */
  cost(now: number): number {
    let microDollars = 0
    for (const [price, level] of this.byPrice) microDollars += (level.integral(now) / HOUR) * price
    return microDollars / 1e6
  }

  private capacityChanged(now: number): void {
    const { allocatable, gpuAllocatable } = this.totals
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

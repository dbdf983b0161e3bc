/**
 * The nodes that a load balancer sends flows of a service with the external traffic policy Local to: those whose health check node port reports an endpoint of
 * their own. A node's answer changes when its rules do, and counts after some checks in a row.
 */
import { NONE, type NodeId, type Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { KeyedRandom } from '../../random/stream.ts'
import type { Exposure } from '../../serving/access-spec.ts'

export class HealthyNodes extends ColumnTable {
  private readonly endpoints = this.column(Int32Array)
  /** Place in the list, NONE for a node that gets no flows. */
  private readonly place = this.column(Int32Array, NONE)
  /** Of the last change of the node's health: a planned outcome of an earlier one is void. */
  private readonly change = this.column(Int32Array)
  private readonly list: NodeId[] = []
  private readonly simulator: Simulator
  private readonly checks: Exposure['checks']
  private readonly phases: KeyedRandom
  private readonly decides: number

  /** @param phases draws when a node is checked */
  constructor(simulator: Simulator, checks: Exposure['checks'], phases: KeyedRandom) {
    super(16)
    this.simulator = simulator
    this.checks = checks
    this.phases = phases
    this.decides = simulator.register('load balancer decides', (node, change) => this.decide(node, change))
  }

  /** The node gets one endpoint more or less, which its rules have at a time; -Infinity: the load balancer knows it now. */
  changed(node: NodeId, by: 1 | -1, effective: Time): void {
    this.reserve(node + 1)
    const before = this.endpoints[node] > 0
    this.endpoints[node] += by
    const healthy = this.endpoints[node] > 0
    if (healthy === before) return
    const change = ++this.change[node]
    if (effective === -Infinity) this.decide(node, change)
    else if (healthy !== (this.place[node] !== NONE)) {
      const { interval, fall, rise } = this.checks
      const phase = Math.floor(this.phases.at(node, 0) * interval)
      const first = phase + interval * Math.max(0, Math.ceil((effective - phase) / interval))
      this.simulator.at(first + ((healthy ? rise : fall) - 1) * interval, this.decides, node, change)
    }
  }

  private decide(node: NodeId, change: number): void {
    if (this.change[node] !== change) return
    const { list } = this
    const place = this.place[node]
    if (this.endpoints[node] > 0) {
      if (place !== NONE) return
      this.place[node] = list.length
      list.push(node)
    } else if (place !== NONE) {
      const last = list.pop()!
      this.place[node] = NONE
      if (last === node) return
      list[place] = last
      this.place[last] = place
    }
  }

  /** The node of a uniform draw, NONE when none is healthy. */
  at(uniform: number): NodeId {
    return this.list.length === 0 ? NONE : this.list[Math.floor(uniform * this.list.length)]
  }
}

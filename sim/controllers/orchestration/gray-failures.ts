/**
 * Nodes that work badly while the control plane takes them for healthy: slow cores, a slow or lossy network (Huang et al. 2017, "Gray
 * failure: the Achilles' heel of cloud-scale systems"). Of several failures of a node at a time, the worst of each kind counts.
 */
import type { NodeId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { Impairment, Impairments } from '../../network/impairments.ts'
import type { CpuShares } from '../../serving/cpu-shares.ts'

/** What gray failures need of the run. */
export interface GrayFailuresRun {
  readonly simulator: Simulator
  readonly shares: CpuShares
  readonly network: { readonly impairments: Impairments }
}

/** Failures of one node that last: CPU work takes `factor` times as long (Infinity: it stands still); messages are late or lost. */
interface Ailing {
  readonly factors: number[]
  readonly networks: Impairment[]
}

export class GrayFailures {
  private readonly ailing = new Map<NodeId, Ailing>()
  private readonly run: GrayFailuresRun

  constructor(run: GrayFailuresRun) {
    this.run = run
  }

  /** CPU work on the node takes `factor` times as long, for this time; Infinity: it stands still. */
  slows(node: NodeId, factor: number, duration: Time): void {
    this.lasts(this.of(node).factors, factor, node, duration)
  }

  /** Messages to and from the node are late, and some are lost, for this time. */
  impairs(node: NodeId, impairment: Impairment, duration: Time): void {
    this.lasts(this.of(node).networks, impairment, node, duration)
  }

  private of(node: NodeId): Ailing {
    const found = this.ailing.get(node) ?? { factors: [], networks: [] }
    this.ailing.set(node, found)
    return found
  }

  private lasts<T>(list: T[], failure: T, node: NodeId, duration: Time): void {
    const { simulator } = this.run
    list.push(failure)
    this.update(node)
    if (duration === Infinity) return
    simulator.call(simulator.now + duration, () => {
      list.splice(list.indexOf(failure), 1)
      this.update(node)
    })
  }

  private update(node: NodeId): void {
    const { factors, networks } = this.ailing.get(node)!
    const { shares, network } = this.run
    shares.setSpeed(node, factors.length === 0 ? 1 : 1 / Math.max(...factors))
    const worst = { delay: Math.max(0, ...networks.map(({ delay }) => delay)), loss: Math.max(0, ...networks.map(({ loss }) => loss)) }
    network.impairments.set(node, networks.length === 0 ? null : worst)
  }
}

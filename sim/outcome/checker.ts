/**
 * `--check`: the laws, verified during the run. After each event the rows of the cluster that it changed; every 10,000 events and at the
 * end everything: capacities, counters, and the laws of all parts. A broken law ends the run with its numbers.
 */
import { ClusterCheck } from '../cluster/check.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { PodPhase } from '../cluster/views.ts'
import type { Simulator } from '../engine/simulator.ts'

const FULL_EVERY = 10_000

export class Checker {
  private readonly check: ClusterCheck
  private lastTime = 0
  private sinceFull = 0
  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly parts: () => void

  /** `parts` checks the laws of all parts. */
  constructor(simulator: Simulator, cluster: Cluster, parts: () => void) {
    this.simulator = simulator
    this.cluster = cluster
    this.parts = parts
    this.check = new ClusterCheck(cluster)
  }

  /** Checks after each event from now on. */
  eachEvent(): this {
    this.simulator.afterEvent = () => this.afterEvent()
    return this
  }

  private afterEvent(): void {
    const { now } = this.simulator
    if (now < this.lastTime) throw new Error(`the clock went back: from ${this.lastTime} to ${now}`)
    this.lastTime = now
    this.check.touched()
    if (++this.sinceFull < FULL_EVERY) return
    this.sinceFull = 0
    this.full()
  }

  /** Checks everything now. */
  full(): void {
    this.check.full()
    this.parts()
    this.pods()
  }

  /** Pods: those created are pending, bound, running, terminating, or gone. */
  private pods(): void {
    const { cluster } = this
    const { pods } = cluster.view
    let alive = 0
    for (let pod = 0; pod < pods.count; pod++) if (pods.phase[pod] !== PodPhase.Gone) alive++
    if (cluster.created !== cluster.gone + alive) {
      throw new Error(`pods are not conserved: created ${cluster.created}, gone ${cluster.gone}, present ${alive}`)
    }
  }
}

/**
 * `--check`: the laws, verified while the run goes on. After each event the rows of the cluster that it touched; every 10,000 events and
 * at the end everything: capacities, counters, conservation of requests and of pods. A broken law ends the run with its numbers.
 */
import { ClusterCheck } from '../cluster/check.ts'
import { PodPhase } from '../cluster/views.ts'
import type { Parts } from '../simulation.ts'

const FULL_EVERY = 10_000

export class Checker {
  private readonly cluster: ClusterCheck
  private lastTime = 0
  private sinceFull = 0

  private readonly parts: Parts

  constructor(parts: Parts) {
    this.parts = parts
    this.cluster = new ClusterCheck(parts.cluster)
  }

  /** Looks after each event of the run. */
  watch(): void {
    this.parts.simulator.afterEvent = () => this.afterEvent()
  }

  private afterEvent(): void {
    const { simulator } = this.parts
    if (simulator.now < this.lastTime) throw new Error(`the clock went back: from ${this.lastTime} to ${simulator.now}`)
    this.lastTime = simulator.now
    this.cluster.touched()
    if (++this.sinceFull < FULL_EVERY) return
    this.sinceFull = 0
    this.full()
  }

  full(): void {
    this.cluster.full()
    this.parts.flow.check()
    this.pods()
  }

  /** Pods: those created are waiting, bound, running, on their way out, or gone. */
  private pods(): void {
    const { cluster } = this.parts
    const { pods } = cluster.view
    let alive = 0
    for (let pod = 0; pod < pods.count; pod++) if (pods.phase[pod] !== PodPhase.Gone) alive++
    if (cluster.created !== cluster.gone + alive) {
      throw new Error(`pods are not conserved: created ${cluster.created}, gone ${cluster.gone}, there ${alive}`)
    }
  }
}

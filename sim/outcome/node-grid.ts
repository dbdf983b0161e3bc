/**
 * Who is full, and when: allocation and use of CPU by groups of neighbouring nodes, at some instants of the run. A picture, not a metric:
 * it is taken at samples, and kept coarse so that the largest cluster gives a small one.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { CPU, NodeState } from '../cluster/views.ts'
import type { NodeGrid } from './results.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'

export const MOST_TIMES = 60
export const MOST_GROUPS = 100

interface Look {
  readonly time: number
  /** Millicores, by group. */
  readonly capacity: Float64Array
  readonly allocated: Float64Array
  readonly used: Float64Array
}

export class NodeGridRecorder {
  private readonly looks: Look[] = []
  private readonly cluster: Cluster
  private readonly shares: CpuShares
  /** Every so many samples one is kept. */
  private readonly stride: number
  private samples = 0
  /** Nodes a group; doubles when the cluster outgrows the groups, and the earlier looks are folded to match. */
  private span = 1

  constructor(cluster: Cluster, shares: CpuShares, samples: number) {
    this.cluster = cluster
    this.shares = shares
    this.stride = Math.max(1, Math.ceil(samples / MOST_TIMES))
  }

  /** `time` [s] from the origin. */
  sample(time: number): void {
    if (this.samples++ % this.stride !== 0 || this.looks.length === MOST_TIMES) return
    const { nodes } = this.cluster.view
    while (nodes.count > this.span * MOST_GROUPS) this.fold()
    const look: Look = {
      time,
      capacity: new Float64Array(MOST_GROUPS),
      allocated: new Float64Array(MOST_GROUPS),
      used: new Float64Array(MOST_GROUPS),
    }
    for (let node = 0; node < nodes.count; node++) {
      const state = nodes.state[node]
      if (state !== NodeState.Ready && state !== NodeState.Cordoned) continue
      const group = Math.floor(node / this.span)
      const capacity = nodes.cpu[node]
      look.capacity[group] += capacity
      look.allocated[group] += capacity - nodes.free[CPU][node]
      look.used[group] += Math.min(this.shares.demandOn(node), capacity)
    }
    this.looks.push(look)
  }

  private fold(): void {
    this.span *= 2
    for (const { capacity, allocated, used } of this.looks) {
      for (const column of [capacity, allocated, used]) {
        for (let group = 0; group < MOST_GROUPS; group++)
          column[group] = 2 * group < MOST_GROUPS ? column[2 * group] + column[2 * group + 1] : 0
      }
    }
  }

  grid(): NodeGrid {
    const { looks, span } = this
    const nodes = this.cluster.view.nodes.count
    const groups = Math.ceil(nodes / span)
    const share = (of: (look: Look) => Float64Array): Float32Array =>
      Float32Array.from({ length: looks.length * groups }, (_, cell) => {
        const look = looks[Math.floor(cell / groups)]
        const group = cell % groups
        return (100 * of(look)[group]) / look.capacity[group]
      })
    return {
      times: Float64Array.from(looks, ({ time }) => time),
      nodes,
      span,
      groups,
      allocation: share((look) => look.allocated),
      usage: share((look) => look.used),
    }
  }
}

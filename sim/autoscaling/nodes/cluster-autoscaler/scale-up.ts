/** Scale-up of one scan: the node group that an expander chooses among those that would help the pods that fit nowhere. */
import type { Packer } from '../../../binpacking/policy.ts'
import type { PodClassId, PoolId } from '../../../common/ids.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { leftOver } from '../estimate.ts'
import type { NodesScalingView, ScalablePool } from '../policy.ts'
import type { BackOff } from './back-off.ts'
import { balanced, isSimilar } from './balancing.ts'
import { Estimator, grouped } from './estimator.ts'
import { chosen, type ExpanderName, type Option } from './expanders.ts'

/** Settings of the scale-up. */
export interface ScaleUpSettings {
  readonly expanders: readonly ExpanderName[]
  readonly priorities: ReadonlyMap<string, number>
  readonly balance: boolean
  /** Most nodes of one scale-up. */
  readonly atOnce: number
}

/** Nodes to order of a pool. */
export interface Order {
  readonly pool: PoolId
  readonly count: number
}

export class ScaleUp {
  private readonly estimator = new Estimator()
  private readonly settings: ScaleUpSettings
  private readonly packer: Packer
  private readonly random: RandomStream
  private readonly backOff: BackOff

  constructor(settings: ScaleUpSettings, packer: Packer, random: RandomStream, backOff: BackOff) {
    this.settings = settings
    this.packer = packer
    this.random = random
    this.backOff = backOff
  }

  /** The orders of this scan; none when no group would help. */
  orders(view: NodesScalingView): Order[] {
    const pods = leftOver(this.countedOn(view), this.packer)
    if (pods.length === 0) return []
    const groups = grouped(pods)
    const { atOnce, expanders, priorities } = this.settings
    const open = view.pools.filter(({ pool, count, max }) => count < max && !this.backOff.isBackedOff(pool, view.now))
    const options = open
      .map((group): Option => {
        const limit = Math.min(atOnce, this.isShared(group, open, pods) ? Infinity : group.max - group.count)
        return { group, ...this.estimator.estimate(groups, group.type, limit, view.cluster.classes) }
      })
      .filter(({ nodes }) => nodes > 0)
    if (options.length === 0) return []
    const clusterSize = view.cluster.nodes.ready + view.upcomingCount
    const { group, nodes } = chosen(options, expanders, { clusterSize, priorities }, this.random)
    return this.split(group, nodes, open, pods)
  }

  /** Nodes of groups that keep everyone waiting are not counted on. */
  private countedOn(view: NodesScalingView): NodesScalingView {
    const upcoming = Array.from({ length: view.upcomingCount }, (_, i) => view.upcoming[i])
    const counted = upcoming.filter((pool) => !this.backOff.isWrittenOff(pool, view.now))
    return counted.length === upcoming.length ? view : { ...view, upcoming: Int32Array.from(counted), upcomingCount: counted.length }
  }

  private isShared(group: ScalablePool, open: readonly ScalablePool[], classes: readonly PodClassId[]): boolean {
    return this.settings.balance && open.some((other) => other !== group && isSimilar(group, other, classes))
  }

  private split(group: ScalablePool, nodes: number, open: readonly ScalablePool[], classes: readonly PodClassId[]): Order[] {
    const groups = this.settings.balance ? open.filter((other) => other === group || isSimilar(group, other, classes)) : [group]
    const counts = balanced(groups, nodes)
    return groups.map(({ pool }, row) => ({ pool, count: counts[row] })).filter(({ count }) => count > 0)
  }
}

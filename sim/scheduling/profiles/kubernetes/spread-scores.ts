/**
 * The score of PodTopologySpread with the default constraints of the system over the columns of a run: at most 3 more pods on a host, at most 5
 * more in a zone. `plugins/pod-topology-spread.ts` computes the same from objects.
 */
import { NONE } from '../../../common/ids.ts'
import type { NodeId } from '../../../common/ids.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import { MAX_SCORE } from './plugin.ts'

/** What a constraint with this skew adds to the score of every node. */
const HOST = 3 - 1
const ZONE = 5 - 1

/** Scores of nodes by the pods of one service. */
export class SpreadScores {
  private raw = new Int32Array(0)
  /** Pods by zone; zones of no candidate have no entry. */
  private readonly zones = new Map<number, number>()

  /** Adds the weighted score of each row to `totals`. `pods` has the pods of the service by node. */
  add(
    pods: ReadonlyMap<NodeId, number>,
    { nodes }: ClusterView,
    rows: Int32Array,
    count: number,
    weight: number,
    totals: Int32Array,
  ): void {
    if (this.raw.length < count) this.raw = new Int32Array(2 * count)
    const { raw, zones } = this
    const { zone } = nodes
    zones.clear()
    for (let i = 0; i < count; i++) zones.set(zone[rows[i]], 0)
    for (const [node, own] of pods) {
      const before = zones.get(zone[node])
      if (before !== undefined) zones.set(zone[node], before + own)
    }
    const hostWeight = Math.log(count + 2)
    const zoneWeight = Math.log(zones.size + 2)
    let lowest = Infinity
    let highest = -Infinity
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      let score = (pods.get(row) ?? 0) * hostWeight + HOST
      if (zone[row] !== NONE) score += zones.get(zone[row])! * zoneWeight + ZONE
      raw[i] = Math.round(score)
      lowest = Math.min(lowest, raw[i])
      highest = Math.max(highest, raw[i])
    }
    for (let i = 0; i < count; i++) totals[i] += weight * Math.trunc((MAX_SCORE * (highest + lowest - raw[i])) / highest)
  }
}

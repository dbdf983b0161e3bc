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

/** A zone of no candidate: its pods are not counted. */
const CLOSED = -1

/** Scores of nodes by the pods of one service. */
export class SpreadScores {
  private raw = new Int32Array(0)
  /** Pods of the service by row; all 0 between calls. */
  private hosts = new Int32Array(0)
  /** Pods of the service by zone row + 1, or CLOSED; place 0 is for nodes without a zone. All CLOSED between calls. */
  private zones = new Int32Array(0)

  /** Adds the weighted score of each row to `totals`. `pods` has the pods of the service by node. */
  add(
    pods: ReadonlyMap<NodeId, number>,
    { nodes }: ClusterView,
    rows: Int32Array,
    count: number,
    weight: number,
    totals: Int32Array,
  ): void {
    const { zone } = nodes
    this.enlarge(nodes.count)
    const { raw, hosts, zones } = this
    let domains = 0
    for (let i = 0; i < count; i++) {
      const place = zone[rows[i]] + 1
      if (zones[place] !== CLOSED) continue
      zones[place] = 0
      domains++
    }
    for (const [node, own] of pods) {
      const place = zone[node] + 1
      hosts[node] = own
      if (zones[place] !== CLOSED) zones[place] += own
    }
    const hostWeight = Math.log(count + 2)
    const zoneWeight = Math.log(domains + 2)
    let lowest = Infinity
    let highest = -Infinity
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      let score = hosts[row] * hostWeight + HOST
      if (zone[row] !== NONE) score += zones[zone[row] + 1] * zoneWeight + ZONE
      const rounded = Math.floor(score + 0.5)
      raw[i] = rounded
      if (rounded < lowest) lowest = rounded
      if (rounded > highest) highest = rounded
    }
    for (let i = 0; i < count; i++) totals[i] += weight * Math.floor((MAX_SCORE * (highest + lowest - raw[i])) / highest)
    for (const node of pods.keys()) hosts[node] = 0
    for (let i = 0; i < count; i++) zones[zone[rows[i]] + 1] = CLOSED
  }

  /** A zone has a row only if a node is in it, so there are not more zones than nodes. */
  private enlarge(nodes: number): void {
    if (this.hosts.length >= nodes) return
    this.raw = new Int32Array(2 * nodes)
    this.hosts = new Int32Array(2 * nodes)
    this.zones = new Int32Array(2 * nodes + 1).fill(CLOSED)
  }
}

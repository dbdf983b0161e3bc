/**
 * When the rules of each node have which changes of endpoints, as kube-proxy's bounded frequency runner decides: a sync begins when the node has been
 * notified of a change and `minSync` has passed since the end of the last sync, takes `sync`, and covers all that the node was notified of when it began. No event is
 * needed: what a node has applied at a time follows from the times of the changes, and is computed when the node is asked.
 */
import type { NodeId, Time } from '../../common/ids.ts'
import { ColumnTable, grown } from '../../common/table.ts'
import type { KeyedRandom } from '../../random/stream.ts'
import type { KubeProxySpec } from './spec.ts'

export class NodeClocks extends ColumnTable {
  /** Changes of all services so far. */
  count = 0
  /** By node: changes that its rules have. */
  readonly applied = this.column(Int32Array)
  private readonly ended = this.column(Float64Array, -Infinity)
  private readonly notifiedAfter = this.column(Float64Array, -1)
  /** Sum of the times from a change since `since` until a node that was asked had it, and their number. */
  lag = 0
  lags = 0
  since: Time = 0
  private times = new Float64Array(64)
  private readonly spec: Pick<KubeProxySpec, 'minSync' | 'sync' | 'watch'>
  private readonly watches: KeyedRandom

  /** @param watches draws the time after which a node is notified of a change */
  constructor(spec: Pick<KubeProxySpec, 'minSync' | 'sync' | 'watch'>, watches: KeyedRandom) {
    super(16)
    this.spec = spec
    this.watches = watches
  }

  /** A change: its number. @param time -Infinity: all nodes have it */
  note(time: Time): number {
    if (this.count === this.times.length) this.times = grown(this.times, 2 * this.count)
    this.times[this.count] = time
    return this.count++
  }

  private watchOf(node: NodeId): Time {
    this.reserve(node + 1)
    if (this.notifiedAfter[node] < 0) this.notifiedAfter[node] = Math.floor(this.watches.at(node, 0) * this.spec.watch)
    return this.notifiedAfter[node]
  }

  /** Brings `applied` of the node up to the time. */
  advance(node: NodeId, now: Time): void {
    this.reserve(node + 1)
    while (this.applied[node] < this.count) {
      const from = this.applied[node]
      const end = this.nextEnd(node, from, this.ended[node])
      if (end > now) return
      const to = this.covered(node, from, end)
      for (let change = from; change < to; change++)
        if (this.times[change] >= this.since) {
          this.lag += end - this.times[change]
          this.lags++
        }
      this.applied[node] = to
      this.ended[node] = end
    }
  }

  /** The time at which the rules of the node have a change. */
  effective(node: NodeId, change: number): Time {
    this.reserve(node + 1)
    let from = this.applied[node]
    let ended = this.ended[node]
    while (from <= change) {
      ended = this.nextEnd(node, from, ended)
      from = this.covered(node, from, ended)
    }
    return ended
  }

  /** End of the sync that the first change not applied begins. */
  private nextEnd(node: NodeId, from: number, ended: Time): Time {
    const { minSync, sync } = this.spec
    return Math.max(this.times[from] + this.watchOf(node), ended + minSync) + sync
  }

  /** Changes that a sync with this end covers. */
  private covered(node: NodeId, from: number, end: Time): number {
    const begin = end - this.spec.sync
    const watch = this.watchOf(node)
    let to = from + 1
    while (to < this.count && this.times[to] + watch <= begin) to++
    return to
  }
}

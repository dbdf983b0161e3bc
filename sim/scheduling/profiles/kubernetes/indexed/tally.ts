/** A sum over the pods of the cluster by domain of a topology key: pods that a selector selects, or weights of affinity terms. Kept pod by pod. */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId } from '../../../../common/ids.ts'
import { grown } from '../../../../common/table.ts'
import type { Topology } from './topology.ts'

/** Sums by domain. */
export class Tally {
  readonly topology: Topology
  /** Terminating pods do not count. */
  readonly activeOnly: boolean
  /** By domain. */
  counts = new Int32Array(16)
  /** Over all domains. */
  total = 0
  /** By row: the domain of a node whose pods count, NONE where they do not. */
  private place = new Int32Array(64).fill(NONE)
  private rows = 0
  /** By domain: nodes of the cluster whose pods count. */
  private nodes = new Int32Array(16)
  /** Domains with such nodes. */
  domains = 0
  private least: number | undefined
  private readonly includes: ((row: NodeId) => boolean) | null

  /** `includes` says whether the pods of a node count; null: of all nodes with the key. */
  constructor(topology: Topology, activeOnly: boolean, includes: ((row: NodeId) => boolean) | null) {
    this.topology = topology
    this.activeOnly = activeOnly
    this.includes = includes
  }

  /** Rows up to `count` exist; the topology knows them. */
  extend(count: number): void {
    const { topology, includes } = this
    if (count > this.place.length) this.place = grown(this.place, 2 * count, NONE)
    if (topology.size > this.counts.length) {
      this.counts = grown(this.counts, 2 * topology.size, 0)
      this.nodes = grown(this.nodes, 2 * topology.size, 0)
    }
    for (; this.rows < count; this.rows++) if (includes === null || includes(this.rows)) this.place[this.rows] = topology.domain[this.rows]
  }

  /** The node joins (1) or leaves (-1) the cluster. */
  member(row: NodeId, by: 1 | -1): void {
    const domain = this.place[row]
    if (domain === NONE) return
    const before = this.nodes[domain]
    this.nodes[domain] = before + by
    if (before === 0) this.domains++
    else if (before + by === 0) this.domains--
    this.least = undefined
  }

  add(row: NodeId, amount: number): void {
    const domain = this.place[row]
    if (domain === NONE) return
    this.counts[domain] += amount
    this.total += amount
    this.least = undefined
  }

  /** The smallest sum of a domain that has nodes; Infinity without any. */
  smallest(): number {
    if (this.least !== undefined) return this.least
    let least = Infinity
    for (let domain = 0; domain < this.topology.size; domain++)
      if (this.nodes[domain] > 0 && this.counts[domain] < least) least = this.counts[domain]
    this.least = least
    return least
  }
}

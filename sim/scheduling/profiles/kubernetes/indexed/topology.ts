/** Values of a label as small numbers by row of the node. */
import { NONE } from '../../../../common/ids.ts'
import type { NodeId } from '../../../../common/ids.ts'
import { grown } from '../../../../common/table.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import { nodeLabelsOf } from '../run-pods.ts'
import { entryOf } from '../../../../common/dictionary.ts'

/** The domains of one topology key. */
export class Topology {
  readonly key: string
  /** By row: number of the node's value, NONE where it has none. */
  domain = new Int32Array(64).fill(NONE)
  /** Number of values. */
  size = 0
  private rows = 0
  private readonly numbers = new Map<string, number>()

  constructor(key: string) {
    this.key = key
  }

  /** Reads the labels of rows that are new. */
  extend(view: ClusterView): void {
    const { count } = view.nodes
    if (count > this.domain.length) this.domain = grown(this.domain, 2 * count, NONE)
    for (; this.rows < count; this.rows++) this.domain[this.rows] = this.numberOf(entryOf(nodeLabelsOf(this.rows, view), this.key))
  }

  /** The number of the node's value. */
  at(row: NodeId): number {
    return this.domain[row]
  }

  private numberOf(value: string | undefined): number {
    if (value === undefined) return NONE
    let number = this.numbers.get(value)
    if (number === undefined) this.numbers.set(value, (number = this.size++))
    return number
  }
}

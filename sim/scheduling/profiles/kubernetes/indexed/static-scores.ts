/** Raw scores of TaintToleration and NodeAffinity, which depend on the pod class and the node class only. */
import type { PodClassId } from '../../../../common/ids.ts'
import type { ClusterView } from '../../../../cluster/views.ts'
import { isEmptyTerm, termMatches } from '../../../../cluster/feasibility/node-selectors.ts'
import type { PreferredNodeTerm } from '../objects.ts'
import { untolerated } from '../pod-info.ts'
import { nodeLabelsOf, nodeNameOf } from '../run-pods.ts'

interface Table {
  values: Int32Array
  /** Number of node classes with nodes when it was made. */
  made: number
  /** Whether a value is not 0. */
  some: boolean
}

/** Raw scores by pod class and node class. */
export class StaticScores {
  private taintTables: Table[] = [] // [pod class]
  private affinityTables: Table[] = []
  /** By node class: a row of it. */
  private examples: number[] = []
  private rows = 0
  private classes = 0
  /** Preferred terms that the profile adds. */
  private readonly added: readonly PreferredNodeTerm[]

  constructor(added: readonly PreferredNodeTerm[]) {
    this.added = added
  }

  begins(): void {
    this.taintTables = []
    this.affinityTables = []
    this.examples = []
    this.rows = 0
    this.classes = 0
  }

  /** By node class: PreferNoSchedule taints that the class does not tolerate; null when there is none. */
  taints(podClass: PodClassId, view: ClusterView): Int32Array | null {
    return this.table(this.taintTables, podClass, view, (row) => {
      const { tolerations } = view.shapeOf(podClass)
      const { taints } = view.templateOf(row)
      return taints.filter((taint) => untolerated([taint], tolerations, ['PreferNoSchedule']) !== undefined).length
    })
  }

  /** By node class: weights of the preferred terms that match; null when none does. */
  affinity(podClass: PodClassId, view: ClusterView): Int32Array | null {
    const own = view.shapeOf(podClass).rules?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    if (own.length + this.added.length === 0) return null
    return this.table(this.affinityTables, podClass, view, (row) => {
      const node = { name: nodeNameOf(row, view), labels: nodeLabelsOf(row, view) }
      const terms = [...this.added, ...own].filter(({ preference }) => !isEmptyTerm(preference))
      return terms.reduce((sum, { weight, preference }) => sum + (termMatches(preference, node) ? weight : 0), 0)
    })
  }

  private table(tables: Table[], podClass: PodClassId, view: ClusterView, valueOf: (row: number) => number): Int32Array | null {
    const { nodes } = view
    for (; this.rows < nodes.count; this.rows++) {
      if (this.examples[nodes.nodeClass[this.rows]] !== undefined) continue
      this.examples[nodes.nodeClass[this.rows]] = this.rows
      this.classes++
    }
    const table = (tables[podClass] ??= { values: new Int32Array(0), made: 0, some: false })
    if (table.made < this.classes) {
      table.values = new Int32Array(this.examples.length)
      this.examples.forEach((example, nodeClass) => {
        table.values[nodeClass] = valueOf(example)
        if (table.values[nodeClass] !== 0) table.some = true
      })
      table.made = this.classes
    }
    return table.some ? table.values : null
  }
}

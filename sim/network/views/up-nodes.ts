/** The nodes that are there, as a dense list for uniform draws. */
import { NONE, type NodeId } from '../../common/ids.ts'
import { NodeState, type NodesView } from '../../cluster/views.ts'

export class UpNodes {
  private list: NodeId[] = []
  private rows = NONE
  private ready = NONE
  private readonly nodes: NodesView

  constructor(nodes: NodesView) {
    this.nodes = nodes
  }

  private isUp(node: NodeId): boolean {
    const state = this.nodes.state[node]
    return state === NodeState.Ready || state === NodeState.Cordoned
  }

  /** The node of a uniform draw, NONE without nodes. */
  at(uniform: number): NodeId {
    const { nodes } = this
    if (nodes.count !== this.rows || nodes.ready !== this.ready) this.read()
    if (this.list.length === 0) return NONE
    const node = this.list[Math.floor(uniform * this.list.length)]
    if (this.isUp(node)) return node
    this.read()
    return this.list.length === 0 ? NONE : this.list[Math.floor(uniform * this.list.length)]
  }

  private read(): void {
    this.rows = this.nodes.count
    this.ready = this.nodes.ready
    this.list = []
    for (let node = 0; node < this.rows; node++) if (this.isUp(node)) this.list.push(node)
  }
}

/**
 * Places a group of equal tasks as Swarm mode does: a tree of branches by the values of the spread preferences, whose counts of tasks are
 * made even, and in each leaf the nodes with the fewest tasks first, then in turn.
 */
import { NodeHeap } from './node-heap.ts'

/** What the placement asks of nodes and does with them. */
export interface GroupRules<N> {
  /** Whether a task of the group fits on the node now. */
  fits(node: N): boolean
  /** Whether `a` is preferred to `b`. */
  better(a: N, b: N): boolean
  /** Active tasks of the service on the node. */
  tasks(node: N): number
  /** Value of the node at each level of the tree. */
  path(node: N): readonly string[]
  /** Puts the next task of the group on the node. */
  assign(node: N): void
}

/** The order in which a collection without order is walked. The real scheduler walks Go maps, so it is random there. */
export type Order = <T extends object>(list: readonly T[]) => readonly T[]

/** Places up to `count` tasks and returns how many found a node. */
export function placeGroup<N extends object>(count: number, nodes: readonly N[], rules: GroupRules<N>, order: Order): number {
  return new Group(count, rules, order).place(nodes)
}

interface Branch<N extends object> {
  /** Tasks of the service in this branch when the placement began; the real scheduler does not update it either. */
  tasks: number
  /** Branches of the next level, in the order of their first nodes; none in a leaf. */
  readonly next: Map<string, Branch<N>>
  readonly heap: NodeHeap<N>
}

class Group<N extends object> {
  /** Tasks that have no node yet. */
  private left: number
  private readonly count: number
  private readonly rules: GroupRules<N>
  private readonly order: Order
  private readonly fits = (node: N): boolean => this.rules.fits(node)
  private readonly better = (a: N, b: N): boolean => this.rules.better(a, b)

  constructor(count: number, rules: GroupRules<N>, order: Order) {
    this.count = count
    this.left = count
    this.rules = rules
    this.order = order
  }

  place(nodes: readonly N[]): number {
    this.placeInBranch(this.count, this.tree(nodes))
    return this.count - this.left
  }

  private tree(nodes: readonly N[]): Branch<N> {
    const root = this.branch()
    for (const node of this.order(nodes)) {
      const tasks = this.rules.tasks(node)
      let branch = root
      for (const value of this.rules.path(node)) {
        branch.tasks += tasks
        let next = branch.next.get(value)
        if (next === undefined) branch.next.set(value, (next = this.branch()))
        branch = next
      }
      branch.tasks += tasks
      branch.heap.offer(node, this.count, this.fits)
    }
    return root
  }

  private branch(): Branch<N> {
    return { tasks: 0, next: new Map(), heap: new NodeHeap(this.better) }
  }

  private placeInBranch(wanted: number, branch: Branch<N>): number {
    return branch.next.size === 0 ? this.placeOnNodes(wanted, branch.heap.ordered(this.fits)) : this.placeInBranches(wanted, branch)
  }

  /**
   * share = (tasks in usable branches + tasks to place) / usable branches; the remainder gives one more to the first ones. A branch that
   * takes less than its part is full from then on. Ends when all tasks are placed, all branches are full, or a pass placed nothing.
   */
  private placeInBranches(wanted: number, { tasks, next }: Branch<N>): number {
    const full = new Set<Branch<N>>()
    let usable = tasks
    let placed = 0
    for (let converging = true; placed !== wanted && full.size !== next.size && converging;) {
      const sum = usable + wanted - placed
      const branches = next.size - full.size
      const share = Math.floor(sum / branches)
      let remainder = sum % branches
      converging = false
      for (const branch of this.order([...next.values()])) {
        if (full.has(branch) || branch.tasks > share || (branch.tasks === share && remainder === 0)) continue
        converging = true
        const part = share - branch.tasks + (remainder > 0 ? 1 : 0)
        const got = this.placeInBranch(part, branch)
        if (got < part) {
          full.add(branch)
          usable -= branch.tasks
        } else if (remainder > 0) remainder--
        placed += got
      }
    }
    return placed
  }

  /**
   * Fills the best node until the next one is better, and so on to the last; from there on one task per node in turn. The nodes are not
   * sorted again, and a node that fits no longer is passed over for good.
   */
  private placeOnNodes(wanted: number, nodes: readonly N[]): number {
    if (nodes.length === 0) return 0
    const closed = new Set<number>()
    let placed = 0
    let at = 0
    while (this.left > 0) {
      const node = nodes[at % nodes.length]
      this.rules.assign(node)
      this.left--
      placed++
      if (placed === wanted) return placed
      if (at + 1 >= nodes.length || this.better(nodes[at + 1], node)) at++
      for (let passed = 0; closed.has(at % nodes.length) || !this.fits(nodes[at % nodes.length]); at++) {
        closed.add(at % nodes.length)
        if (++passed === nodes.length) return placed
      }
    }
    return placed
  }
}

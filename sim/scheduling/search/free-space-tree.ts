/**
 * The feasible node of the smallest key by branch and bound, from one k-d tree over free cpu and free memory that serves all pod classes.
 *
 * Nodes with equal capacities, labels and taints form a group with a tree of its own. An inner entry divides its box of (free cpu, free
 * memory) by a plane; a leaf lists the nodes whose free capacity lies in its box. The key bounds its value over a box, so a search visits
 * the more promising half first and skips the boxes that cannot hold the pod or cannot improve on the best node found.
 *
 * A change costs nothing while the node stays in its box, otherwise one step up and down the tree, whatever the number of classes, where
 * a tree per class follows every change once per class. Memory grows with the nodes only. The tree adapts: a leaf with too many nodes is
 * divided in the middle of what they cover, two leaves with few are joined. Nodes with equal free capacity cannot be divided: where most
 * nodes are equal (an empty cluster) a search is long, so it stops after `limit` steps and the caller searches in another way.
 */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { CPU, MEMORY, NodeState, PODS } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'
import { BLOCK, GAVE_UP, HIGH_CPU, HIGH_MEMORY, LOW_CPU, LOW_MEMORY } from './key.ts'
import type { BoundedKey } from './key.ts'

/** Maximum number of rows of a leaf that can be divided, and of two leaves that are joined. */
const DIVIDED_ABOVE = 12
const JOINED_BELOW = 6

/** The entries of the trees of all groups. */
class Entries extends ColumnTable {
  count = 0
  /** The lower half; the upper half is the next entry; NONE for a leaf. */
  readonly lower = this.column(Int32Array, NONE)
  readonly above = this.column(Int32Array, NONE)
  /** Whether the plane divides cpu (0) or memory (1), and where: smaller amounts are in the lower half. */
  readonly axis = this.column(Uint8Array)
  readonly plane = this.column(Float64Array)
  /** Bounds of the free capacity of its nodes, both included. */
  readonly box = this.column(Float64Array, 0, 4)
  /** Of a leaf: its first row, and the number of rows. */
  readonly first = this.column(Int32Array, NONE)
  readonly size = this.column(Int32Array)
  private readonly freePairs: number[] = []

  /** Two adjacent new entries; returns the first. */
  pair(): number {
    const free = this.freePairs.pop()
    const entry = free ?? this.count
    if (free === undefined) this.reserve((this.count += 2))
    for (let at = entry; at < entry + 2; at++) this.clear(at)
    return entry
  }

  /** Makes a leaf without rows. */
  clear(entry: number): void {
    this.lower[entry] = NONE
    this.first[entry] = NONE
    this.size[entry] = 0
  }

  giveBack(pair: number): void {
    this.freePairs.push(pair)
  }
}

/** What the tree keeps of each node: its leaf (NONE while it takes no pods), its neighbours in the leaf's list, its group. */
class Places extends ColumnTable {
  readonly leaf = this.column(Int32Array, NONE)
  readonly next = this.column(Int32Array, NONE)
  readonly previous = this.column(Int32Array, NONE)
  readonly root = this.column(Int32Array, NONE)
}

export class FreeSpaceTree {
  /** Entries and nodes looked at for the last answer. */
  visits = 0
  private readonly changes: NodeChanges
  private readonly key: BoundedKey
  private entries = new Entries()
  private places = new Places()
  /** Rows that have a place. */
  private known = 0
  /** The root of each group, by what its nodes have in common, and one of its nodes. */
  private readonly roots = new Map<string, number>()
  private readonly groups: { readonly root: number; readonly row: NodeId }[] = []
  private seen = NONE
  private stack = new Int32Array(256)
  private bounds = new Float64Array(256)
  private readonly rows = new Int32Array(BLOCK)
  private readonly keys = new Float64Array(BLOCK)
  private readonly box = new Float64Array(4)
  private chosen: NodeId = NONE
  private readonly smallest = new Float64Array(1)

  constructor(changes: NodeChanges, key: BoundedKey) {
    this.changes = changes
    this.key = key
  }

  /** The row of the smallest key, the lowest on ties; NONE; or GAVE_UP after `limit` steps. `changes` must have followed the view. */
  best(podClass: PodClassId, view: ClusterView, limit: number): NodeId {
    this.follow(view)
    this.visits = 0
    this.chosen = NONE
    this.smallest[0] = Infinity
    for (const { root, row } of this.groups) {
      if (!view.admissible(podClass, row)) continue
      this.key.aim(podClass, view, row)
      if (!this.search(root, podClass, view, limit)) return GAVE_UP
    }
    return this.chosen
  }

  /** Searches one group; false when the limit was reached. */
  private search(root: number, podClass: PodClassId, view: ClusterView, limit: number): boolean {
    const { stack, bounds, smallest, entries } = this
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    stack[0] = root
    this.bound(root, cpu, memory, 0)
    let top = 1
    while (top > 0) {
      top--
      if (bounds[top] > smallest[0] || bounds[top] === Infinity) continue
      const entry = stack[top]
      this.visits++
      if (entries.lower[entry] === NONE && !(entries.size[entry] > DIVIDED_ABOVE && this.divide(entry, view))) {
        this.look(entry, podClass, view)
      } else {
        const lower = entries.lower[entry]
        stack[top] = lower
        stack[top + 1] = lower + 1
        this.bound(lower, cpu, memory, top)
        this.bound(lower + 1, cpu, memory, top + 1)
        if (bounds[top] < bounds[top + 1]) this.swap(top)
        top += 2
        if (top + 2 > stack.length) this.deepen()
      }
      if (this.visits > limit) return false
    }
    return true
  }

  /** Sets bounds[at] to the smallest key that a node of the entry can have; Infinity when none can hold the request. */
  private bound(entry: number, cpu: number, memory: number, at: number): void {
    const { box } = this
    const from = 4 * entry
    const all = this.entries.box
    if (all[from + HIGH_CPU] < cpu || all[from + HIGH_MEMORY] < memory) {
      this.bounds[at] = Infinity
      return
    }
    box[LOW_CPU] = Math.max(all[from + LOW_CPU], cpu)
    box[HIGH_CPU] = all[from + HIGH_CPU]
    box[LOW_MEMORY] = Math.max(all[from + LOW_MEMORY], memory)
    box[HIGH_MEMORY] = all[from + HIGH_MEMORY]
    this.key.bound(box, this.bounds, at)
  }

  private swap(at: number): void {
    const { stack, bounds } = this
    const entry = stack[at]
    const bound = bounds[at]
    stack[at] = stack[at + 1]
    bounds[at] = bounds[at + 1]
    stack[at + 1] = entry
    bounds[at + 1] = bound
  }

  private deepen(): void {
    const { stack, bounds } = this
    this.stack = new Int32Array(2 * stack.length)
    this.stack.set(stack)
    this.bounds = new Float64Array(2 * bounds.length)
    this.bounds.set(bounds)
  }

  /** Compares the nodes of a leaf. */
  private look(leaf: number, podClass: PodClassId, view: ClusterView): void {
    const { freeCpu, freeMemory } = view.nodes
    const { rows, places } = this
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    let some = 0
    for (let row = this.entries.first[leaf]; row !== NONE; row = places.next[row]) {
      if (freeCpu[row] < cpu || freeMemory[row] < memory) continue
      rows[some++] = row
      if (some === BLOCK) {
        this.compare(some, podClass, view)
        some = 0
      }
    }
    this.compare(some, podClass, view)
  }

  private compare(some: number, podClass: PodClassId, view: ClusterView): void {
    const { rows, keys, smallest } = this
    this.visits += some
    this.key.write(podClass, view, rows, some, keys)
    for (let i = 0; i < some; i++) {
      const row = rows[i]
      if (keys[i] > smallest[0] || (keys[i] === smallest[0] && row > this.chosen)) continue
      if (!view.feasible(podClass, row)) continue
      this.chosen = row
      smallest[0] = keys[i]
    }
  }

  // ---- changes

  private follow(view: ClusterView): void {
    const { ring, mask, position } = this.changes
    if (this.seen === NONE || position - this.seen > ring.length) this.begin()
    for (let row = this.known; row < view.nodes.count; row++) this.add(row, view)
    this.known = view.nodes.count
    for (let at = this.seen; at < position; at++) this.update(ring[at & mask] >> 1, view)
    this.seen = position
  }

  private begin(): void {
    this.entries = new Entries()
    this.places = new Places()
    this.roots.clear()
    this.groups.length = 0
    this.known = 0
    this.seen = this.changes.position
  }

  private add(row: NodeId, view: ClusterView): void {
    const { nodes } = view
    const { entries, places, roots } = this
    const common = [nodes.nodeClass[row], nodes.devices[row], ...nodes.capacity.map((column) => column[row])].join()
    let root = roots.get(common)
    if (root === undefined) {
      root = entries.pair() // the second stays unused, so that the halves of an entry are adjacent
      entries.above[root] = NONE
      const from = 4 * root
      entries.box[from + LOW_CPU] = 0
      entries.box[from + HIGH_CPU] = nodes.capacity[CPU][row]
      entries.box[from + LOW_MEMORY] = 0
      entries.box[from + HIGH_MEMORY] = nodes.capacity[MEMORY][row]
      roots.set(common, root)
      this.groups.push({ root, row })
    }
    places.reserve(row + 1)
    places.root[row] = root
    places.leaf[row] = NONE
    this.update(row, view)
  }

  /** Brings the node's place up to date with its present state. */
  private update(row: NodeId, view: ClusterView): void {
    const { places } = this
    const { nodes } = view
    const leaf = places.leaf[row]
    const takesPods = nodes.state[row] === NodeState.Ready && nodes.free[PODS][row] >= 1
    if (!takesPods) {
      if (leaf !== NONE) this.leave(row, leaf)
    } else if (leaf === NONE) this.enter(row, places.root[row], view)
    else if (!this.contains(leaf, row, view)) {
      let entry = this.leave(row, leaf)
      while (!this.contains(entry, row, view) && this.entries.above[entry] !== NONE) entry = this.entries.above[entry]
      this.enter(row, entry, view)
    }
  }

  private contains(entry: number, row: NodeId, view: ClusterView): boolean {
    const { box } = this.entries
    const cpu = view.nodes.freeCpu[row]
    const memory = view.nodes.freeMemory[row]
    const from = 4 * entry
    if (cpu < box[from + LOW_CPU] || cpu > box[from + HIGH_CPU]) return false
    return memory >= box[from + LOW_MEMORY] && memory <= box[from + HIGH_MEMORY]
  }

  /** Adds the row to its leaf at or below the entry. */
  private enter(row: NodeId, from: number, view: ClusterView): void {
    const { entries } = this
    const { freeCpu, freeMemory } = view.nodes
    let entry = from
    while (entries.lower[entry] !== NONE) {
      const amount = entries.axis[entry] === 0 ? freeCpu[row] : freeMemory[row]
      entry = entries.lower[entry] + (amount < entries.plane[entry] ? 0 : 1)
    }
    this.list(row, entry)
  }

  /** Removes the row from its leaf, which is joined with its sibling when both are short. Returns the leaf, or the joined one. */
  private leave(row: NodeId, leaf: number): number {
    const { entries, places } = this
    const next = places.next[row]
    const previous = places.previous[row]
    if (next !== NONE) places.previous[next] = previous
    if (previous !== NONE) places.next[previous] = next
    else entries.first[leaf] = next
    places.leaf[row] = NONE
    entries.size[leaf]--
    const above = entries.above[leaf]
    if (above === NONE) return leaf
    const lower = entries.lower[above]
    const upper = lower + 1
    if (entries.lower[lower] !== NONE || entries.lower[upper] !== NONE) return leaf
    if (entries.size[lower] + entries.size[upper] > JOINED_BELOW) return leaf
    entries.clear(above)
    this.listAll(lower, above)
    this.listAll(upper, above)
    entries.giveBack(lower)
    return above
  }

  private list(row: NodeId, leaf: number): void {
    const { entries, places } = this
    const first = entries.first[leaf]
    places.leaf[row] = leaf
    places.next[row] = first
    places.previous[row] = NONE
    if (first !== NONE) places.previous[first] = row
    entries.first[leaf] = row
    entries.size[leaf]++
  }

  private listAll(from: number, to: number): void {
    for (let row = this.entries.first[from]; row !== NONE;) {
      const next = this.places.next[row]
      this.list(row, to)
      row = next
    }
  }

  /**
   * Divides a leaf in the middle of the amounts that its rows have, of cpu or memory, whichever differs by the larger share; false when all
   * are equal. Done when a search comes to the leaf: parts of the tree that no search visits stay undivided.
   */
  private divide(leaf: number, view: ClusterView): boolean {
    const { entries, places } = this
    const { freeCpu, freeMemory, capacity } = view.nodes
    const first = entries.first[leaf]
    this.measure(leaf, view)
    const { box } = this
    const cpuSpread = (box[HIGH_CPU] - box[LOW_CPU]) / capacity[CPU][first]
    const memorySpread = (box[HIGH_MEMORY] - box[LOW_MEMORY]) / capacity[MEMORY][first]
    if (!(cpuSpread > 0) && !(memorySpread > 0)) return false
    const axis = !(memorySpread > 0) || cpuSpread >= memorySpread ? 0 : 1
    const lowAt = axis === 0 ? LOW_CPU : LOW_MEMORY
    const highAt = lowAt + 1
    const plane = (box[lowAt] + box[highAt]) / 2
    const lower = entries.pair()
    for (let half = lower; half < lower + 2; half++) {
      entries.above[half] = leaf
      entries.box.copyWithin(4 * half, 4 * leaf, 4 * leaf + 4)
    }
    entries.box[4 * lower + highAt] = plane
    entries.box[4 * (lower + 1) + lowAt] = plane
    entries.axis[leaf] = axis
    entries.plane[leaf] = plane
    entries.lower[leaf] = lower
    const amounts = axis === 0 ? freeCpu : freeMemory
    for (let row = first; row !== NONE;) {
      const next = places.next[row]
      this.list(row, lower + (amounts[row] < plane ? 0 : 1))
      row = next
    }
    entries.first[leaf] = NONE
    return true
  }

  /** Sets `box` to the amounts that the rows of the leaf cover. */
  private measure(leaf: number, { nodes: { freeCpu, freeMemory } }: ClusterView): void {
    const { entries, places, box } = this
    box.set([Infinity, -Infinity, Infinity, -Infinity])
    for (let row = entries.first[leaf]; row !== NONE; row = places.next[row]) {
      if (freeCpu[row] < box[LOW_CPU]) box[LOW_CPU] = freeCpu[row]
      if (freeCpu[row] > box[HIGH_CPU]) box[HIGH_CPU] = freeCpu[row]
      if (freeMemory[row] < box[LOW_MEMORY]) box[LOW_MEMORY] = freeMemory[row]
      if (freeMemory[row] > box[HIGH_MEMORY]) box[HIGH_MEMORY] = freeMemory[row]
    }
  }
}

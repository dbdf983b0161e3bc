/** The node of the smallest key, from a tournament tree per pod class; the same answers as `KeyScan`. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from './changes.ts'
import { ClassIndex } from './class-index.ts'
import type { ClassTree } from './class-index.ts'
import { BLOCK } from './key.ts'
import type { NodeKey } from './key.ts'
import { KeyScan } from './scan.ts'

/** Rows that the scan passes in the time that a tree takes for one change: measured 4 to 8, at 2 to 6 ns per row and 20 to 40 ns per change. */
const ROWS_PER_CHANGE = 4

/**
 * Level 0 holds a key for every row, Infinity where the class does not fit; each entry of a higher level is the minimum of eight entries
 * below, up to a top level of at most eight entries. The simple form is a binary tree whose entries name the winning node. With keys as
 * entries, the eight that are compared fill one cache line, and most changes end at the first level, because the key neither is nor was
 * the minimum of its eight; a tree takes half the memory, and 20,000 nodes cost hardly more than 5,000. One descent, left first, finds the
 * winner: the lowest row on ties.
 */
class Keys {
  readonly levels: Float64Array
  /** A bit per row, set where the class fits: the same as a finite key, but small enough that the bits of all classes stay in the cache. */
  readonly fitting: Int32Array
  /** Entries of `levels`, for the memory limit. */
  readonly length: number

  constructor(leaves: number) {
    this.length = leaves === 0 ? 0 : starts(leaves).end
    this.levels = new Float64Array(this.length)
    this.fitting = new Int32Array(leaves >> 5)
  }
}

/** A tournament tree per pod class. */
export class KeyTrees extends ClassIndex<Keys> {
  private readonly key: NodeKey
  private readonly some = new Int32Array(BLOCK)
  private readonly unfitRows = new Int32Array(BLOCK)
  private readonly keys = new Float64Array(BLOCK)

  constructor(changes: NodeChanges, key: NodeKey) {
    super(changes)
    this.key = key
  }

  /** The row of the smallest key, or NONE; undefined when the caller's other search is cheaper, which costs as much as a scan of `rows` rows. */
  best(podClass: PodClassId, view: ClusterView, rows: number): NodeId | undefined {
    const tree = this.current(podClass, view, rows / ROWS_PER_CHANGE)
    return tree === undefined ? undefined : lowestRowOfSmallest(tree)
  }

  /** Writes the rows that share the smallest key to `into`, in order, and returns their number; undefined as `best`. */
  tied(podClass: PodClassId, view: ClusterView, rows: number, into: Int32Array): number | undefined {
    const tree = this.current(podClass, view, rows / ROWS_PER_CHANGE)
    if (tree === undefined) return undefined
    const first = lowestRowOfSmallest(tree)
    if (first === NONE) return 0
    const { levels } = tree.entries
    let found = 0
    for (let row = first; row < view.nodes.count; row++) if (levels[row] === levels[first]) into[found++] = row
    return found
  }

  protected override empty(leaves: number): Keys {
    return new Keys(leaves)
  }

  protected override build({ entries, leaves }: ClassTree<Keys>, podClass: PodClassId, view: ClusterView): void {
    const { levels } = entries
    levels.fill(Infinity)
    entries.fitting.fill(0)
    this.set(entries, leaves, podClass, view, undefined, view.nodes.count)
    const { at, end } = starts(leaves)
    for (let level = 1; level < at.length; level++) {
      const below = at[level - 1]
      const size = (level + 1 < at.length ? at[level + 1] : end) - at[level]
      for (let place = 0; place < size && below + 8 * place < at[level]; place++) {
        levels[at[level] + place] = smallestOfEight(levels, below + 8 * place)
      }
    }
  }

  protected override unfit({ entries }: ClassTree<Keys>, row: NodeId): boolean {
    return (entries.fitting[row >> 5] & (1 << row)) === 0
  }

  protected override replay(tree: ClassTree<Keys>, podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number): void {
    this.set(tree.entries, tree.leaves, podClass, view, rows, count)
  }

  /** Computes the keys of rows[0 .. count-1] and updates the levels above; without `rows`, only the keys of the first `count` rows. */
  private set(
    { levels, fitting }: Keys,
    leaves: number,
    podClass: PodClassId,
    view: ClusterView,
    rows: Int32Array | undefined,
    count: number,
  ): void {
    const { freeCpu, freeMemory } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const { at } = starts(leaves)
    const { some, unfitRows, keys } = this
    for (let from = 0; from < count; from += BLOCK) {
      const end = Math.min(from + BLOCK, count)
      let fits = 0
      let unfits = 0
      for (let i = from; i < end; i++) {
        const row = rows === undefined ? i : rows[i]
        if (freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) {
          some[fits++] = row
          fitting[row >> 5] |= 1 << row
        } else if ((fitting[row >> 5] & (1 << row)) !== 0) {
          unfitRows[unfits++] = row
          fitting[row >> 5] &= ~(1 << row)
        }
      }
      this.key.write(podClass, view, some, fits, keys)
      for (let i = 0; i < unfits; i++) {
        some[fits] = unfitRows[i]
        keys[fits++] = Infinity
      }
      if (rows === undefined) for (let i = 0; i < fits; i++) levels[some[i]] = keys[i]
      else for (let i = 0; i < fits; i++) change(levels, at, some[i], keys, i)
    }
  }
}

interface Levels {
  /** Start of each level, level 0 first. */
  readonly at: Int32Array
  readonly end: number
}

const known: (Levels | undefined)[] = [] // [log2(leaves)]

/** The layout of a tree with `leaves` leaves, a power of two and at least 64; every level starts at a multiple of eight. */
function starts(leaves: number): Levels {
  const doublings = 31 - Math.clz32(leaves)
  return (known[doublings] ??= layout(leaves))
}

function layout(leaves: number): Levels {
  const at = [0]
  let end = leaves
  for (let size = leaves >> 3; ; size >>= 3) {
    at.push(end)
    end += Math.max(8, size)
    if (size <= 8) return { at: Int32Array.from(at), end }
  }
}

function smallestOfEight(entries: Float64Array, from: number): number {
  let smallest = entries[from]
  for (let place = from + 1; place < from + 8; place++) if (entries[place] < smallest) smallest = entries[place]
  return smallest
}

/** Sets the key of a row to keys[i] and updates the levels above as far as they change. */
function change(entries: Float64Array, levels: Int32Array, row: NodeId, keys: Float64Array, i: number): void {
  const key = keys[i]
  let before = entries[row]
  if (before === key) return
  entries[row] = key
  let smallest = key
  let place = row
  for (let level = 1; level < levels.length; level++) {
    place >>= 3
    const at = levels[level] + place
    const above = entries[at]
    if (smallest > above) {
      if (before !== above) return // the key neither was nor is the minimum
      smallest = smallestOfEight(entries, levels[level - 1] + 8 * place)
    }
    if (smallest === above) return
    before = above
    entries[at] = smallest
  }
}

function lowestRowOfSmallest({ entries: { levels }, leaves }: ClassTree<Keys>): NodeId {
  const { at } = starts(leaves)
  let level = at.length - 1
  const smallest = smallestOfEight(levels, at[level])
  if (smallest === Infinity) return NONE
  let place = 0
  for (; level >= 0; level--) {
    let from = at[level] + 8 * place
    while (levels[from] !== smallest) from++
    place = from - at[level]
  }
  return place
}

/** The indexed placer of an algorithm with a key. */
export class KeyPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly trees: KeyTrees
  private readonly scan: KeyScan

  constructor(key: NodeKey) {
    this.changes = new NodeChanges(key)
    this.trees = new KeyTrees(this.changes, key)
    this.scan = new KeyScan(key)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    return this.trees.best(podClass, view, view.nodes.count) ?? this.scan.best(podClass, view)
  }
}

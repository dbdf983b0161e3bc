/** The node of the smallest key, from a tournament per pod class; the same answers as the scan it is given. */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import { ClassIndex } from './class-index.ts'
import type { ClassTree } from './class-index.ts'
import { BLOCK } from './key.ts'
import type { NodeKey } from './key.ts'
import type { Placer } from '../policy.ts'
import { KeyScan } from './scan.ts'

/** Rows that the scan passes in the time in which a tree takes in one change: measured 4 to 8, a row 2 to 6 ns and a change 20 to 40. */
const ROWS_PER_CHANGE = 4

/**
 * Level 0 holds a key for every row, Infinity where the class does not fit; each entry of a level above is the smallest of eight below,
 * up to a top of at most eight. Plainly it would be a binary tree whose entries name the winning node. With keys themselves
 * the rivals lie side by side, eight to a cache line, and most changes end at the first level, because they are not the smallest of
 * their eight and were not before; a tree takes half the memory, and 20,000 nodes cost hardly more than 5,000. The winner is
 * found by walking down once, left first: the lowest row on ties.
 */
class Keys {
  readonly levels: Float64Array
  /** A bit per row: the class fits there. It says what a key of Infinity says, but for all classes together it stays in the cache. */
  readonly fitting: Int32Array
  readonly length: number

  constructor(leaves: number) {
    this.length = leaves === 0 ? 0 : starts(leaves).end
    this.levels = new Float64Array(this.length)
    this.fitting = new Int32Array(leaves >> 5)
  }
}

/** A tournament per pod class. */
export class KeyTrees extends ClassIndex<Keys> {
  private readonly key: NodeKey
  private readonly some = new Int32Array(BLOCK)
  private readonly gone = new Int32Array(BLOCK)
  private readonly keys = new Float64Array(BLOCK)

  constructor(changes: NodeChanges, key: NodeKey) {
    super(changes)
    this.key = key
  }

  /** The row of the smallest key, or NONE; undefined when the caller's other way, as costly as a scan of `rows` rows, is cheaper. */
  best(podClass: number, view: ClusterView, rows: number): number | undefined {
    const tree = this.current(podClass, view, rows / ROWS_PER_CHANGE)
    return tree === undefined ? undefined : lowestRowOfSmallest(tree)
  }

  protected override empty(leaves: number): Keys {
    return new Keys(leaves)
  }

  protected override build({ entries, leaves }: ClassTree<Keys>, podClass: number, view: ClusterView): void {
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

  protected override unfit({ entries }: ClassTree<Keys>, row: number): boolean {
    return (entries.fitting[row >> 5] & (1 << row)) === 0
  }

  protected override replay(tree: ClassTree<Keys>, podClass: number, view: ClusterView, rows: Int32Array, count: number): void {
    this.set(tree.entries, tree.leaves, podClass, view, rows, count)
  }

  /** Computes the keys of `rows` (undefined: of the first `count` rows, without what is above them). */
  private set(
    { levels, fitting }: Keys,
    leaves: number,
    podClass: number,
    view: ClusterView,
    rows: Int32Array | undefined,
    count: number,
  ): void {
    const { freeCpu, freeMemory } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const { at } = starts(leaves)
    const { some, gone, keys } = this
    for (let from = 0; from < count; from += BLOCK) {
      const end = Math.min(from + BLOCK, count)
      let fits = 0
      let fitsNoMore = 0
      for (let i = from; i < end; i++) {
        const row = rows === undefined ? i : rows[i]
        if (freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) {
          some[fits++] = row
          fitting[row >> 5] |= 1 << row
        } else if ((fitting[row >> 5] & (1 << row)) !== 0) {
          gone[fitsNoMore++] = row
          fitting[row >> 5] &= ~(1 << row)
        }
      }
      this.key.write(podClass, view, some, fits, keys)
      for (let i = 0; i < fitsNoMore; i++) {
        some[fits] = gone[i]
        keys[fits++] = Infinity
      }
      if (rows === undefined) for (let i = 0; i < fits; i++) levels[some[i]] = keys[i]
      else for (let i = 0; i < fits; i++) change(levels, at, some[i], keys, i)
    }
  }
}

interface Levels {
  /** Where each level starts, level 0 first. */
  readonly at: Int32Array
  readonly end: number
}

const known: (Levels | undefined)[] = [] // by the number of doublings

/** The layout of a tree of `leaves` leaves, a power of two and at least 64; every level begins on a multiple of eight. */
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

/** Sets a row's key to keys[i], and what is above it as far as something changes. */
function change(entries: Float64Array, levels: Int32Array, row: number, keys: Float64Array, i: number): void {
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
      if (before !== above) return // neither was nor is the smallest
      smallest = smallestOfEight(entries, levels[level - 1] + 8 * place)
    }
    if (smallest === above) return
    before = above
    entries[at] = smallest
  }
}

function lowestRowOfSmallest({ entries: { levels }, leaves }: ClassTree<Keys>): number {
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

/** The indexed placer of an algorithm that has a key. */
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

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    return this.trees.best(podClass, view, view.nodes.count) ?? this.scan.best(podClass, view)
  }
}

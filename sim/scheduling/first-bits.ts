/**
 * The feasible node of the lowest row, from a bit per node and pod class: 0 where the class is known not to fit.
 *
 * A 1 is only a hope. It is put to the test when its turn comes, and becomes 0 when the node does not fit. So what nodes lose need not be
 * followed at all, and where a node gained, its bit is set without a look. A summary bit for every 32 nodes makes steps of 1,024.
 */
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { NodeChanges } from './changes.ts'
import { FirstScan } from './scan.ts'

/** Rows that the scan passes in the time in which one change is read. */
const ROWS_PER_CHANGE = 4

/** A scan that ends earlier than this leaves the bits alone: setting them would cost more than it. */
const SHORT = 256

interface Bits {
  words: Int32Array
  summary: Int32Array
  /** The position in the changes up to which the bits are right; NONE while there are none. */
  seen: number
  /** Rows that a scan would have passed for the last answer. */
  depth: number
}

export class FirstBits {
  private readonly changes: NodeChanges
  private readonly bits: (Bits | undefined)[] = [] // [class]
  private readonly scan = new FirstScan()

  constructor(changes: NodeChanges) {
    this.changes = changes
  }

  /** The lowest feasible row, or NONE. `changes` must have followed the view. */
  best(podClass: number, view: ClusterView): number {
    const bits = (this.bits[podClass] ??= { words: new Int32Array(0), summary: new Int32Array(0), seen: NONE, depth: 0 })
    const count = view.nodes.count
    const { ring, position } = this.changes
    const behind = bits.seen === NONE || bits.words.length * 32 < count ? Infinity : position - bits.seen
    let row: number
    if (behind <= ring.length && behind <= bits.depth / ROWS_PER_CHANGE) {
      this.hope(bits)
      row = this.lowest(bits, podClass, view)
    } else {
      row = this.scan.best(podClass, view)
      const passed = row === NONE ? count : row
      if (passed >= SHORT) this.reset(bits, passed, count)
    }
    bits.depth = row === NONE ? count : row + 1
    return row
  }

  /** Sets the bits of nodes that gained. */
  private hope(bits: Bits): void {
    const { ring, mask, position } = this.changes
    const { words, summary } = bits
    for (let at = bits.seen; at < position; at++) {
      const change = ring[at & mask]
      if ((change & 1) === 0) continue
      words[change >> 6] |= 1 << (change >> 1)
      summary[change >> 11] |= 1 << (change >> 6)
    }
    bits.seen = position
  }

  private lowest({ words, summary }: Bits, podClass: number, view: ClusterView): number {
    const { freeCpu, freeMemory, count } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    for (let s = 0; s < summary.length; s++) {
      while (summary[s] !== 0) {
        const word = 32 * s + lowestBit(summary[s])
        while (words[word] !== 0) {
          const row = 32 * word + lowestBit(words[word])
          if (row < count && freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) return row
          words[word] &= words[word] - 1
        }
        summary[s] &= summary[s] - 1
      }
    }
    return NONE
  }

  /** After a scan: nothing fits on the rows that it passed, and all others are to be hoped for. */
  private reset(bits: Bits, passed: number, count: number): void {
    if (bits.words.length * 32 < count) {
      // Twice the rows that there are; a row without a node is not feasible, and NodeAdded sets its bit again.
      bits.summary = new Int32Array(Math.ceil(count / 512))
      bits.words = new Int32Array(32 * bits.summary.length)
    }
    clearUpTo(bits.words, passed)
    clearUpTo(bits.summary, passed >> 5)
    bits.seen = this.changes.position
  }
}

/** Clears the bits below `end` and sets the others. */
function clearUpTo(words: Int32Array, end: number): void {
  const word = end >> 5
  words.fill(0, 0, word)
  words.fill(-1, word)
  if (word < words.length) words[word] = -1 << end
}

/** The number of the lowest bit that is set; shifts take their distance modulo 32, so `1 << row` is a row's bit in its word. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

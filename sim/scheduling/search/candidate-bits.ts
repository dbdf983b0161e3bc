/**
 * One bit per node for one pod class: 0 where the class is known not to fit, 1 where the node is a candidate.
 *
 * A candidate is checked when it is reached, and its bit becomes 0 when the class does not fit. So losses of free capacity need not be
 * followed at all, and after a gain the bit is set without a check. A summary bit per word of 32 nodes lets the search skip 1,024 nodes
 * at a time.
 */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'

export class CandidateBits {
  /** Position in the changes up to which the bits are current; NONE while the bits are not set. */
  seen = NONE
  private words = new Int32Array(0)
  private summary = new Int32Array(0)

  /** Number of changes to read until the bits are current, Infinity when they cannot be updated from them. */
  behind(count: number, { position, ring }: NodeChanges): number {
    if (this.seen === NONE || this.words.length * 32 < count || position - this.seen > ring.length) return Infinity
    return position - this.seen
  }

  /** Sets the bits of nodes that gained free capacity since. Requires a finite `behind`. */
  follow({ ring, mask, position }: NodeChanges): void {
    const { words, summary } = this
    for (let at = this.seen; at < position; at++) {
      const change = ring[at & mask]
      if ((change & 1) === 0) continue
      words[change >> 6] |= 1 << (change >> 1)
      summary[change >> 11] |= 1 << (change >> 6)
    }
    this.seen = position
  }

  /** Sets all bits after a scan in which the first `passed` rows did not fit: 0 for those, 1 for all others. */
  reset(passed: number, count: number, { position }: NodeChanges): void {
    if (this.words.length * 32 < count) {
      // For twice the present rows; a row without a node is not feasible, and NodeAdded sets its bit again.
      this.summary = new Int32Array(Math.ceil(count / 512))
      this.words = new Int32Array(32 * this.summary.length)
    }
    clearUpTo(this.words, passed)
    clearUpTo(this.summary, passed >> 5)
    this.seen = position
  }

  /** The lowest feasible row that is at least `from`, or NONE. Clears the bits of candidates that do not fit. */
  next(from: number, podClass: PodClassId, view: ClusterView): NodeId {
    const { words, summary } = this
    const { freeCpu, freeMemory, count } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const firstWord = from >> 5
    for (let s = firstWord >> 5; s < summary.length; s++) {
      let some = s === firstWord >> 5 ? summary[s] & (-1 << firstWord) : summary[s]
      while (some !== 0) {
        const word = 32 * s + lowestBit(some)
        let candidates = word === firstWord ? words[word] & (-1 << from) : words[word]
        while (candidates !== 0) {
          const bit = candidates & -candidates
          const row = 32 * word + lowestBit(candidates)
          if (row < count && freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) return row
          words[word] &= ~bit
          candidates &= ~bit
        }
        if (words[word] === 0) summary[s] &= ~(1 << word)
        some &= some - 1
      }
    }
    return NONE
  }
}

/** Clears the bits below `end` and sets the others. */
function clearUpTo(words: Int32Array, end: number): void {
  const word = end >> 5
  words.fill(0, 0, word)
  words.fill(-1, word)
  if (word < words.length) words[word] = -1 << end
}

/** Index of the lowest set bit. Shifts take their distance modulo 32, so `1 << row` is the bit of a row in its word. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/**
 * A bit per node for one pod class: 0 where the class is known not to fit.
 *
 * A 1 is only a hope. It is put to the test when its turn comes, and becomes 0 when the node does not fit. So what nodes lose need not be
 * followed at all, and where a node gained, its bit is set without a look. A summary bit for every 32 nodes makes steps of 1,024.
 */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'

export class HopefulBits {
  /** The position in the changes up to which the bits are right; NONE while there are none. */
  seen = NONE
  private words = new Int32Array(0)
  private summary = new Int32Array(0)

  /** Changes to read until the bits are right again, Infinity when that is out of reach. */
  behind(count: number, { position, ring }: NodeChanges): number {
    if (this.seen === NONE || this.words.length * 32 < count || position - this.seen > ring.length) return Infinity
    return position - this.seen
  }

  /** Sets the bits of nodes that gained since. Not when they are out of reach. */
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

  /** Anew, by what a scan of the first `passed` rows found: nothing fits on them, and all others are to be hoped for. */
  reset(passed: number, count: number, { position }: NodeChanges): void {
    if (this.words.length * 32 < count) {
      // Twice the rows that there are; a row without a node is not feasible, and NodeAdded sets its bit again.
      this.summary = new Int32Array(Math.ceil(count / 512))
      this.words = new Int32Array(32 * this.summary.length)
    }
    clearUpTo(this.words, passed)
    clearUpTo(this.summary, passed >> 5)
    this.seen = position
  }

  /** The lowest feasible row that is not below `from`, or NONE. Forgets the hopes that it finds idle. */
  next(from: number, podClass: number, view: ClusterView): number {
    const { words, summary } = this
    const { freeCpu, freeMemory, count } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const firstWord = from >> 5
    for (let s = firstWord >> 5; s < summary.length; s++) {
      let some = s === firstWord >> 5 ? summary[s] & (-1 << firstWord) : summary[s]
      while (some !== 0) {
        const word = 32 * s + lowestBit(some)
        let hopes = word === firstWord ? words[word] & (-1 << from) : words[word]
        while (hopes !== 0) {
          const bit = hopes & -hopes
          const row = 32 * word + lowestBit(hopes)
          if (row < count && freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) return row
          words[word] &= ~bit
          hopes &= ~bit
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

/** The number of the lowest bit that is set; shifts take their distance modulo 32, so `1 << row` is a row's bit in its word. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

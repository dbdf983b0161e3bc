/**
 * The prefix cache of an engine: blocks of prompts by identity. A block in use has a count of the sequences that share it; a block that nobody uses stays until its
 * space is needed, the one that was used longest ago first. Every operation on a block is O(1).
 */
import { NONE } from '../../common/ids.ts'
import { RowTable } from '../../common/table.ts'

export class PrefixCache extends RowTable {
  /** Blocks that sequences use, and blocks that nobody uses. */
  shared = 0
  idle = 0
  private readonly rowOf = new Map<number, number>()
  private identity = this.column(Float64Array)
  private users = this.column(Int32Array)
  /** Neighbours among the idle blocks, in order of their last use. */
  private before = this.column(Int32Array, NONE)
  private after = this.column(Int32Array, NONE)
  private oldest = NONE
  private newest = NONE

  /** How many of the first `most` blocks are there, without a gap. */
  match(blocks: readonly number[], most: number): number {
    let count = 0
    while (count < most && this.rowOf.has(blocks[count])) count++
    return count
  }

  /** How many of the first `count` blocks nobody uses; all must be there. */
  idleAmong(blocks: readonly number[], count: number): number {
    let idle = 0
    for (let i = 0; i < count; i++) if (this.users[this.rowOf.get(blocks[i])!] === 0) idle++
    return idle
  }

  /** A sequence uses a block, which is there from now on. */
  use(block: number): void {
    const known = this.rowOf.get(block)
    if (known !== undefined) {
      if (this.users[known]++ > 0) return
      this.unlink(known)
      this.idle--
      this.shared++
      return
    }
    const row = this.take()
    this.rowOf.set(block, row)
    this.identity[row] = block
    this.users[row] = 1
    this.shared++
  }

  /** A sequence that used a block needs it no longer. True: nobody uses it now. */
  release(block: number): boolean {
    const row = this.rowOf.get(block)!
    if (--this.users[row] > 0) return false
    this.shared--
    this.idle++
    this.before[row] = this.newest
    this.after[row] = NONE
    if (this.newest === NONE) this.oldest = row
    else this.after[this.newest] = row
    this.newest = row
    return true
  }

  /** Forgets the block that nobody has used for the longest time. There must be one. */
  evict(): void {
    const row = this.oldest
    this.unlink(row)
    this.idle--
    this.rowOf.delete(this.identity[row])
    this.give(row)
  }

  private unlink(row: number): void {
    const before = this.before[row]
    const after = this.after[row]
    if (before === NONE) this.oldest = after
    else this.after[before] = after
    if (after === NONE) this.newest = before
    else this.before[after] = before
  }
}

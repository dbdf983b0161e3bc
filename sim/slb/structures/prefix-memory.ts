/** Which blocks of prompts a balancer has sent to which backend: what it supposes to be in their caches. */
import type { SlotId } from '../../common/ids.ts'

const NOBODY: readonly SlotId[] = []

export class PrefixMemory {
  /** By slot: its blocks in order of their last use. */
  private readonly blocksOf = new Map<SlotId, Set<number>>()
  /** By block: the slots that have it. */
  private readonly holders = new Map<number, SlotId[]>()
  private readonly limit: number

  /** @param limit blocks that are remembered of a backend */
  constructor(limit: number) {
    this.limit = limit
  }

  /** Blocks of the backend. */
  size(slot: SlotId): number {
    return this.blocksOf.get(slot)?.size ?? 0
  }

  /** How many leading blocks some backend has. */
  match(blocks: readonly number[]): number {
    let count = 0
    while (count < blocks.length && this.holders.has(blocks[count])) count++
    return count
  }

  /** The backends that have a block, in order of their first use of it. */
  holding(block: number): readonly SlotId[] {
    return this.holders.get(block) ?? NOBODY
  }

  /** A prompt was sent to the backend. Its end is forgotten before its beginning, since what remains must be a prefix. */
  sent(slot: SlotId, blocks: readonly number[]): void {
    let own = this.blocksOf.get(slot)
    if (own === undefined) this.blocksOf.set(slot, (own = new Set()))
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i]
      if (own.delete(block)) {
        own.add(block)
        continue
      }
      own.add(block)
      const holders = this.holders.get(block)
      if (holders === undefined) this.holders.set(block, [slot])
      else holders.push(slot)
    }
    while (own.size > this.limit) {
      const oldest = own.values().next().value!
      own.delete(oldest)
      this.drop(slot, oldest)
    }
  }

  /** The backend has left. */
  forget(slot: SlotId): void {
    for (const block of this.blocksOf.get(slot) ?? []) this.drop(slot, block)
    this.blocksOf.delete(slot)
  }

  private drop(slot: SlotId, block: number): void {
    const holders = this.holders.get(block)!
    if (holders.length === 1) this.holders.delete(block)
    else holders.splice(holders.indexOf(slot), 1)
  }
}

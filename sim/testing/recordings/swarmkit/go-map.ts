/**
 * The order in which Go walks a map. A map is a table of slots in groups of 8, at most 7/8 full; an entry's hash chooses its group, where it
 * takes the first free slot. A walk begins at a random slot. So two walks of one map give rotations of one order, and the entries of a
 * small map, which has one group, come in the order of insertion.
 */
import type { RandomStream } from '../../../random/stream.ts'
import type { Order } from '../../../scheduling/profiles/swarm/group.ts'

/** Slots of a group. */
const SLOTS = 8
/** Hashes are whole numbers below this one. */
const HASHES = 1 << 30

/** Walks lists of objects, given in the order of insertion, as Go walks maps. Each object keeps its hash. */
export function goMapOrder(random: RandomStream): Order {
  const hashes = new WeakMap<object, number>()
  const hashOf = (entry: object): number => {
    let hash = hashes.get(entry)
    if (hash === undefined) hashes.set(entry, (hash = random.int(HASHES)))
    return hash
  }
  return <T extends object>(list: readonly T[]): readonly T[] => {
    let groups = 1
    while (list.length > (groups === 1 ? SLOTS : groups * (SLOTS - 1))) groups *= 2
    const slots = new Array<T | undefined>(groups * SLOTS).fill(undefined)
    for (const entry of list) slots[groups === 1 ? freeSlot(slots, 0) : freeSlot(slots, hashOf(entry))] = entry
    const start = random.int(slots.length)
    return [...slots.slice(start), ...slots.slice(0, start)].filter((entry) => entry !== undefined)
  }
}

/** The first free slot of the group that the hash chooses, or of the groups 1, 3, 6, ... further. */
function freeSlot<T>(slots: readonly (T | undefined)[], hash: number): number {
  const groups = slots.length / SLOTS
  for (let group = hash % groups, step = 1; ; group = (group + step++) % groups)
    for (let slot = group * SLOTS; slot < (group + 1) * SLOTS; slot++) if (slots[slot] === undefined) return slot
}

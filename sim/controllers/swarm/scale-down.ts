/**
 * Which slots of a replicated service stay when it is scaled down: those that leave the fewest copies per node, then those with a running
 * task, then the lowest numbers. Source: swarmkit manager/orchestrator/replicated/{services,slot}.go.
 */
import type { NodeId } from '../../common/ids.ts'
import { NONE } from '../../common/ids.ts'
import type { Slot } from './service.ts'

/** What the choice reads of a slot. */
export interface SlotView {
  readonly slot: Slot
  readonly running: boolean
  /** Node of its only task; NONE: it has none yet, or several tasks. */
  readonly node: NodeId
}

/** The slots in the order in which they are kept: the last ones are removed. */
export function keepingOrder(slots: readonly SlotView[]): Slot[] {
  const copies = new Map<NodeId, number>()
  return [...slots]
    .sort((a, b) => Number(b.running) - Number(a.running) || a.slot - b.slot)
    .map((one) => {
      if (one.node === NONE) return { ...one, index: Infinity }
      const index = (copies.get(one.node) ?? 0) + 1
      copies.set(one.node, index)
      return { ...one, index }
    })
    .sort((a, b) => (a.index === b.index ? 0 : a.index - b.index))
    .map(({ slot }) => slot)
}

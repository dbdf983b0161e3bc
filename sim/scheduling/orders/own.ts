/** A user's own queue order: `{ name, rank(pod, view, values) }` as the default export of a file. */
import { adopt } from '../../common/adopt.ts'
import type { Adopted, Door, OwnAlgorithm } from '../../common/adopt.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { OrderDefinition, QueueOrder } from './policy.ts'

/** `rank` is asked once for each pod, when it joins the queue; the smallest goes first. Keep no state in the object, all runs share it. */
export interface OwnOrder extends OwnAlgorithm {
  rank(pod: number, view: ClusterView, values: Readonly<Record<string, unknown>>): number
}

export function adoptOrder(exported: unknown): Adopted<OrderDefinition> {
  return adopt<QueueOrder, undefined>('queue order', exported, [rankDoor])
}

const rankDoor: Door<QueueOrder, undefined> = {
  name: 'rank',
  make: (exported) => (values) => {
    const own = exported as unknown as OwnOrder
    return {
      rank(pod, view) {
        const rank: unknown = own.rank(pod, view, values) // a user's file: no compiler has seen it
        if (typeof rank === 'number' && !Number.isNaN(rank)) return rank
        throw new Error(
          `${own.name}: the rank of pod ${pod} must be a number, found ${typeof rank === 'number' ? String(rank) : typeof rank}`,
        )
      },
    }
  },
}

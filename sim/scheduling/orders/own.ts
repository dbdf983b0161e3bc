/** A user's own queue order: the default export of a file becomes a definition. */
import { adopt } from '../../common/adopt.ts'
import type { Adopted, Form, OwnAlgorithm } from '../../common/adopt.ts'
import type { PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { OrderDefinition, QueueOrder } from './policy.ts'

/** A queue order as a user writes it. All runs share the object, so it must not hold state. */
export interface OwnOrder extends OwnAlgorithm {
  /** Called once per pod, when it joins the queue; the smallest rank goes first. */
  rank(pod: PodId, view: ClusterView, values: Readonly<Record<string, unknown>>): number
}

/** The definition made from `{ name, rank(pod, view, values) }`, or what is wrong with the export. */
export function adoptOrder(exported: unknown): Adopted<OrderDefinition> {
  return adopt<QueueOrder, undefined>('queue order', exported, [rankForm])
}

const rankForm: Form<QueueOrder, undefined> = {
  name: 'rank',
  make: (exported) => (values) => {
    const own = exported as unknown as OwnOrder
    return {
      rank(pod, view) {
        const rank: unknown = own.rank(pod, view, values) // from a user's file, which is not type-checked
        if (typeof rank === 'number' && !Number.isNaN(rank)) return rank
        throw new Error(
          `${own.name}: the rank of pod ${pod} must be a number, found ${typeof rank === 'number' ? String(rank) : typeof rank}`,
        )
      },
    }
  },
}

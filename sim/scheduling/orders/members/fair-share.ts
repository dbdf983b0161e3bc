/** Fair share: the tenant with the least dominant share first. */
import { define } from '../../../common/define.ts'
import { DominantShares, dominantShareOf } from './dominant-shares.ts'
import type { NaiveOrder, QueueOrder } from '../policy.ts'

/**
 * Dominant resource fairness, as the paper's algorithm gives out tasks: a tenant's dominant share is the largest share that its bound pods
 * have of any one resource of the cluster; whoever has the smallest is next, with its oldest pod. Where the paper stops when that
 * pod does not fit, here it steps aside: first for the tenant's other pods, then for the other tenants. Tenants of equal shares go by their
 * oldest pod that is worth a try. Pods that name no tenant are one tenant.
 */
export const fairShare = {
  ...define<QueueOrder, undefined, Record<never, never>>({
    name: 'fair-share',
    summary: 'the tenant with the least dominant share of the cluster first, its oldest pod; on ties the tenant whose pod is the oldest',
    source: 'Ghodsi, Zaharia, Hindman, Konwinski, Shenker, Stoica 2011, Dominant Resource Fairness (NSDI), algorithm 1',
    fidelity: 'simplified',
    parameters: {},
    create: () => ({ groups: new DominantShares() }),
  }),
  twin: (): NaiveOrder => (pod, view) => dominantShareOf(view.classes.tenant[view.pods.podClass[pod]], view),
}

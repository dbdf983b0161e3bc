/** Fair share: a pod of the tenant with the smallest dominant share. */
import { DominantShares, dominantShareOf } from '../dominant-shares.ts'
import { defineOrder } from '../policy.ts'

/**
 * Dominant resource fairness, in the sequence in which the paper's algorithm assigns tasks: the dominant share of a tenant is the largest
 * share of any one resource of the cluster that its bound pods have; the oldest pod of the tenant with the smallest dominant share is
 * next. The paper stops when that pod does not fit; here it is skipped, first for other pods of the tenant, then for other tenants. Among
 * tenants with equal shares the one with the oldest pod worth a try is first. Pods without a tenant form one tenant.
 */
export const fairShare = defineOrder({
  name: 'fair-share',
  summary: 'the tenant with the smallest dominant share of the cluster first, its oldest pod; on ties the tenant with the oldest pod',
  source: 'Ghodsi, Zaharia, Hindman, Konwinski, Shenker, Stoica 2011, Dominant Resource Fairness (NSDI), algorithm 1',
  fidelity: 'simplified',
  parameters: {},
  create: () => ({ groups: new DominantShares() }),
  twin: () => (pod, view) => dominantShareOf(view.classes.tenant[view.pods.podClass[pod]], view),
})

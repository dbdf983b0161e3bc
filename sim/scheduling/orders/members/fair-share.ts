/** Fair share: a pod of the tenant with the smallest dominant share. */
import { DominantShares, dominantShareOf } from '../dominant-shares.ts'
import { defineOrder } from '../policy.ts'

/** The weight of a tenant by its name. */
function weightsOf(weights: readonly { readonly tenant: string; readonly weight: number }[]): (tenant: string) => number {
  const known = new Map(weights.map(({ tenant, weight }) => [tenant, weight]))
  return (tenant) => known.get(tenant) ?? 1
}

/**
 * Dominant resource fairness, in the sequence in which the paper's algorithm assigns tasks: the dominant share of a tenant is the largest
 * share of any one resource of the cluster that its bound pods have; the oldest pod of the tenant with the smallest dominant share is
 * next. The paper stops when that pod does not fit; here it is skipped, first for other pods of the tenant, then for other tenants. Among
 * tenants with equal shares the one with the oldest pod worth a try is first. Pods without a tenant form one tenant. With weights it is the weighted
 * form of section 4.3 of the paper, with one weight per tenant for all resources.
 */
export const fairShare = defineOrder({
  name: 'fair-share',
  summary:
    'the tenant with the smallest dominant share of the cluster, divided by its weight, first, its oldest pod; on ties the tenant with the oldest pod',
  source: 'Ghodsi, Zaharia, Hindman, Konwinski, Shenker, Stoica 2011, Dominant Resource Fairness (NSDI), algorithm 1',
  fidelity: 'simplified',
  parameters: {
    weights: {
      kind: 'list',
      default: [],
      of: {
        tenant: { kind: 'name', meaning: 'name of the tenant' },
        weight: { kind: 'number', min: 0.001, meaning: 'its share is divided by it: twice the weight, twice the share' },
      },
      meaning: 'weights of tenants; the others have weight 1',
    },
  },
  problems: ({ weights }) =>
    weights.flatMap(({ tenant }, i) =>
      weights.findIndex((one) => one.tenant === tenant) < i
        ? [{ path: ['weights', i, 'tenant'], message: `found the tenant ${tenant} a second time; accepted: each tenant once` }]
        : [],
    ),
  create: ({ weights }) => ({ groups: new DominantShares(weightsOf(weights)) }),
  twin: ({ weights }) => {
    const weightOf = weightsOf(weights)
    return (pod, view) => {
      const tenant = view.classes.tenant[view.pods.podClass[pod]]
      return dominantShareOf(tenant, view) / weightOf(view.classes.tenants[tenant])
    }
  },
})

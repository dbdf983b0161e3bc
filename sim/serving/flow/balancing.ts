/** How balancers spread a flow over pods: what each pod's queue sees of the arrivals. */

/**
 * - `split`: each pod gets its share at random, a queue of its own
 * - `turns`: each pod gets every n-th request, a queue of its own with more regular arrivals
 * - `two-choices`: the shorter of two queues
 * - `shared`: pods are chosen by what is in them, as if they had one queue
 */
export type Spreading = 'split' | 'turns' | 'two-choices' | 'shared'

const TURNS = /round-robin|roundrobin|static-rr|wrr/
const TWO = /two-choices|power-of-d|least-request|peak-ewma|nginx-random|haproxy-random|caddy-random-choose|prequal/
const SHARED = /least-conn|leastconn|least-connections|join-shortest-queue|join-idle-queue|central-queue|least-response-time/

/** How the balancer of this name spreads a flow; by default at random. */
export function spreadingOf(balancer: string): Spreading {
  if (TURNS.test(balancer)) return 'turns'
  if (TWO.test(balancer)) return 'two-choices'
  return SHARED.test(balancer) ? 'shared' : 'split'
}

/** How clients reach a service that has no balancer of its own: through kube-proxy, or by addresses from DNS. */
import type { Time } from '../common/ids.ts'

/** What a Service says about its traffic, in the words of Kubernetes. */
export interface Exposure {
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer'
  readonly internalTrafficPolicy: 'Cluster' | 'Local'
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  readonly trafficDistribution: 'Any' | 'PreferSameZone' | 'PreferSameNode'
  /** ClientIP affinity: time since its last use after which a client is forgotten; 0: no affinity. */
  readonly affinity: Time
  /** Checks of the load balancer at the health check node port of each node. */
  readonly checks: { readonly interval: Time; readonly fall: number; readonly rise: number }
}

/** Addresses of pods from DNS, which clients keep. */
export interface DnsSpec {
  /** Caches on the side of clients, such as processes. */
  readonly resolvers: number
  readonly ttl: Time
  /** The DNS servers, and how long each keeps an answer; 0: they do not. */
  readonly servers: number
  readonly cache: Time
  /** How long a client keeps an answer, whatever its TTL says; 0: the TTL; Infinity: for ever. */
  readonly hold: Time
  /** first: the first address of the answer; rotate: one after another; random: any. */
  readonly pick: 'first' | 'rotate' | 'random'
  /** Added to a request that waits for a query. */
  readonly lookup: Time
  /** From a change of endpoints until the servers know it. */
  readonly propagation: Time
}

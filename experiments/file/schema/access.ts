/** kube-proxy and DNS as ways to a service, in the experiment file. */
import { duration, forms, isMap, oneOf, positiveTime, section, whole } from '../quantities.ts'
import { show } from '../document.ts'
import { z } from 'zod'

const SCHEDULERS = ['rr', 'lc', 'wlc', 'sed', 'nq'] as const

/** The section of the file. */
export const kubeProxy = section('kube-proxy', {
  mode: oneOf(['iptables', 'nftables', 'ipvs'])
    .prefault('iptables')
    .describe('how a node picks a pod for a connection; iptables, nftables: any, uniformly; ipvs: by the scheduler of its kernel'),
  scheduler: oneOf(SCHEDULERS)
    .prefault('rr')
    .describe(
      'ipvs: rr: in turn; lc, wlc: fewest connections from this node; sed: fewest, the new one included; nq: an idle one, else as sed',
    ),
  minSyncPeriod: duration()
    .optional()
    .describe('shortest time from the end of a sync of the rules to the next one; default 1s, with ipvs 0, as kube-proxy 1.34'),
  sync: duration()
    .prefault('30ms')
    .describe('how long a sync takes, after which its rules hold; default 30ms; 0.5 to 5 s with 10,000 Services and iptables'),
  watch: duration()
    .prefault('100ms')
    .describe(
      'a node is notified of a change of endpoints after a constant time, uniform between 0 and this; default 100ms, controller and watch',
    ),
  zoneDelay: duration().prefault(0).describe('longer way to a pod of another zone, one way; default 0'),
  hop: duration()
    .prefault('100us')
    .describe('longer way of traffic from outside that enters by another node than that of its pod, one way; default 100us'),
})

const AFFINITY = 'found %s; accepted: None, ClientIP, or { timeout: 3h }'

/** 0 without affinity. */
const affinity = forms<number>(
  {
    none: z.literal('None').transform(() => 0),
    client: z.literal('ClientIP').transform(() => 10_800_000_000),
    timed: section('session affinity', {
      timeout: positiveTime().describe('time since its last connection after which a client is forgotten'),
    }).transform(({ timeout }) => timeout),
  },
  (value) => {
    if (isMap(value)) return 'timed'
    if (value === 'None') return 'none'
    return value === 'ClientIP' ? 'client' : { wrong: AFFINITY.replace('%s', show(value)) }
  },
)

/** The section of a service: the words of a Service of Kubernetes. */
export const expose = section('the exposure of a service', {
  type: oneOf(['ClusterIP', 'NodePort', 'LoadBalancer'])
    .prefault('ClusterIP')
    .describe(
      'where requests from outside come from: ClusterIP: clients on the nodes, evenly; NodePort: clients that use an address of a node each; LoadBalancer: a load balancer that spreads connections over nodes. Calls of other services start at the node of the calling pod',
    ),
  internalTrafficPolicy: oneOf(['Cluster', 'Local'])
    .prefault('Cluster')
    .describe('of traffic inside the cluster; Local: to pods on the same node alone, dropped where there is none'),
  externalTrafficPolicy: oneOf(['Cluster', 'Local'])
    .prefault('Cluster')
    .describe(
      'of traffic through NodePort and LoadBalancer; Local: to pods on the node that it entered by; a load balancer then checks which nodes have any',
    ),
  trafficDistribution: oneOf(['Any', 'PreferClose', 'PreferSameZone', 'PreferSameNode'])
    .prefault('Any')
    .describe(
      'PreferSameZone (or PreferClose): to the zone of the node while it has an endpoint; PreferSameNode: to the node, else to its zone',
    ),
  sessionAffinity: affinity
    .prefault('None')
    .describe(
      'ClientIP: each node sends connections of a client to the pod of its last one, for 3h; needs clients with identities (traffic: clients, or a call)',
    ),
  checks: section('checks of a load balancer', {
    interval: positiveTime()
      .prefault('10s')
      .describe('time between two checks of a node; default 10s, as the Network Load Balancer of AWS'),
    fall: whole({ min: 1, max: 100 }).prefault(3).describe('failed checks in a row after which a node gets no connections'),
    rise: whole({ min: 1, max: 100 }).prefault(3).describe('good checks in a row after which it gets them again'),
  })
    .prefault({})
    .describe('externalTrafficPolicy Local behind a LoadBalancer: checks of the health check node port'),
})

const HOLD = 'found %s; accepted: TTL, forever, or a duration such as 60s'

/** 0: the TTL, null: for ever. */
const hold = forms<number | null>(
  {
    ttl: z.literal('TTL').transform(() => 0),
    forever: z.literal('forever').transform(() => null),
    time: positiveTime(),
  },
  (value) => {
    if (value === 'TTL') return 'ttl'
    if (value === 'forever') return 'forever'
    return typeof value === 'string' && positiveTime().safeParse(value).success ? 'time' : { wrong: HOLD.replace('%s', show(value)) }
  },
)

/** The section of a service. */
export const dns = section('name resolution', {
  resolvers: whole({ min: 1, max: 1_000_000 }).describe('client processes that keep answers, each its own'),
  ttl: positiveTime().prefault('30s').describe('of records of pods; default 30s, as kubeadm configures CoreDNS'),
  servers: whole({ min: 1, max: 10_000 }).prefault(2).describe('DNS servers, each with a cache of its own; default 2, as kubeadm'),
  cache: duration()
    .prefault('30s')
    .describe(
      'longest time for which a server keeps an answer, and hands out what is left of its TTL; default 30s, as kubeadm configures CoreDNS; 0: it does not',
    ),
  hold: hold
    .prefault('TTL')
    .describe('how long a client keeps an answer: TTL (default), a longer time, or forever, as older Java with a security manager does'),
  pick: oneOf(['first', 'rotate', 'random'])
    .prefault('first')
    .describe(
      'which address of its answer, which servers shuffle, a client uses: first (default), until the answer is asked for again or the address fails; rotate: one after another; random: any',
    ),
  lookup: duration().prefault('1ms').describe('added to a request that waits for a query; default 1ms'),
  propagation: duration()
    .prefault('100ms')
    .describe('from a change of endpoints until the DNS servers know it; default 100ms, controller and watch'),
})

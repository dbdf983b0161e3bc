/** SLB, server load balancing: the list of balancers. A new member is one file and one line here. */
import { catalogue } from '../common/define.ts'
import { bulletinBoard } from './members/bulletin-board.ts'
import { centralQueue } from './members/central-queue.ts'
import { c3 } from './members/c3.ts'
import { forecast } from './members/forecast.ts'
import { grpcWeightedRoundRobin } from './members/grpc-weighted-round-robin.ts'
import { prequal } from './members/prequal.ts'
import { grpcLeastRequest } from './members/grpc-least-request.ts'
import { caddyFirst } from './members/caddy-first.ts'
import { caddyIpHash } from './members/caddy-ip-hash.ts'
import { caddyLeastConn } from './members/caddy-least-conn.ts'
import { caddyRandomChoose } from './members/caddy-random-choose.ts'
import { caddyRoundRobin } from './members/caddy-round-robin.ts'
import { caddyWeightedRoundRobin } from './members/caddy-weighted-round-robin.ts'
import { envoyLeastRequest } from './members/envoy-least-request.ts'
import { envoyMaglev } from './members/envoy-maglev.ts'
import { envoyRingHash } from './members/envoy-ring-hash.ts'
import { envoyRoundRobin } from './members/envoy-round-robin.ts'
import { haproxyFirst } from './members/haproxy-first.ts'
import { haproxyLeastconn } from './members/haproxy-leastconn.ts'
import { haproxyRandom } from './members/haproxy-random.ts'
import { haproxyRoundrobin } from './members/haproxy-roundrobin.ts'
import { haproxySource } from './members/haproxy-source.ts'
import { haproxyStaticRr } from './members/haproxy-static-rr.ts'
import { nginxHash } from './members/nginx-hash.ts'
import { nginxIpHash } from './members/nginx-ip-hash.ts'
import { nginxLeastConn } from './members/nginx-least-conn.ts'
import { nginxRandom } from './members/nginx-random.ts'
import { nginxRoundRobin } from './members/nginx-round-robin.ts'
import { traefikHrw } from './members/traefik-hrw.ts'
import { traefikWrr } from './members/traefik-wrr.ts'
import { joinIdleQueue } from './members/join-idle-queue.ts'
import { joinShortestQueue } from './members/join-shortest-queue.ts'
import { leastConnections } from './members/least-connections.ts'
import { leastResponseTime } from './members/least-response-time.ts'
import { maglev } from './members/maglev.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { prefixAffinity } from './members/prefix-affinity.ts'
import { peakEwma } from './members/peak-ewma.ts'
import { powerOfD } from './members/power-of-d.ts'
import { random } from './members/random.ts'
import { roundRobin } from './members/round-robin.ts'
import { sourceHash } from './members/source-hash.ts'
import { twoChoices } from './members/two-choices.ts'
import { weightedLeastConnections } from './members/weighted-least-connections.ts'
import { weightedRandom } from './members/weighted-random.ts'
import { weightedRoundRobin } from './members/weighted-round-robin.ts'

export const balancers = catalogue<Balancer, BalancingContext>('slb', [
  roundRobin,
  weightedRoundRobin,
  leastConnections,
  weightedLeastConnections,
  leastResponseTime,
  peakEwma,
  twoChoices,
  powerOfD,
  grpcLeastRequest,
  joinShortestQueue,
  joinIdleQueue,
  bulletinBoard,
  forecast,
  prequal,
  c3,
  grpcWeightedRoundRobin,
  centralQueue,
  random,
  weightedRandom,
  sourceHash,
  maglev,
  prefixAffinity,
  nginxRoundRobin,
  nginxLeastConn,
  nginxIpHash,
  nginxHash,
  nginxRandom,
  haproxyRoundrobin,
  haproxyStaticRr,
  haproxyLeastconn,
  haproxyFirst,
  haproxyRandom,
  haproxySource,
  envoyRoundRobin,
  envoyLeastRequest,
  envoyRingHash,
  envoyMaglev,
  caddyRoundRobin,
  caddyWeightedRoundRobin,
  caddyLeastConn,
  caddyFirst,
  caddyRandomChoose,
  caddyIpHash,
  traefikWrr,
  traefikHrw,
])

export { adoptBalancer } from './own.ts'
export type { Backends, OwnBalancer } from './own.ts'

/** The control plane in the experiment file. */
import type { z } from 'zod'
import type { ApiServerSpec } from '../../../sim/index.ts'
import { duration, flag, forms, isMap, number, oneOf, positiveTime, section, whole } from '../quantities.ts'
import { clock } from './batch.ts'
import { distribution } from './distribution.ts'

const client = (qps: number, burst: number, meaning: string) =>
  section('a client', {
    qps: number({ min: 0.001, max: 1e9 }).prefault(qps).describe(`requests per second; default ${qps}`),
    burst: whole({ min: 1, max: 1e9 }).prefault(burst).describe(`requests at once; default ${burst}`),
  })
    .prefault({})
    .describe(meaning)

const limits = section('the clients of the API server', {
  controllers: client(20, 30, 'of each controller of the controller manager, --kube-api-qps and --kube-api-burst'),
  scheduler: client(50, 100, 'of the scheduler, clientConnection.qps and burst'),
  kubelets: client(50, 100, 'of each kubelet, kubeAPIQPS and kubeAPIBurst'),
})

type ClientsData = z.infer<typeof limits> | null

/** --max-requests-inflight and --max-mutating-requests-inflight: their sum with priority and fairness, the second one without. */
const IN_FLIGHT = { fair: 600, plain: 200 }

const server = section('the API server', {
  latency: distribution()
    .prefault('10ms')
    .describe('time of a request, a duration or a distribution; default 10ms, a write of one object to a healthy etcd'),
  fairness: flag()
    .prefault(true)
    .describe(
      'API Priority and Fairness: priority levels share inFlight and queue requests; false: requests beyond inFlight are refused and sent again after 1s; default true',
    ),
  inFlight: whole({ min: 1, max: 1_000_000 })
    .optional()
    .describe(`most requests at once; default ${IN_FLIGHT.fair} (400 + 200), and ${IN_FLIGHT.plain} without fairness`),
}).transform(({ latency, fairness, inFlight }): ApiServerSpec => ({
  latency,
  fairness,
  inFlight: inFlight ?? (fairness ? IN_FLIGHT.fair : IN_FLIGHT.plain),
}))

const leaderElection = section('leader election', {
  lease: positiveTime()
    .prefault('15s')
    .describe('age of a lease after which a candidate takes it; default 15s, --leader-elect-lease-duration'),
  renewDeadline: positiveTime()
    .prefault('10s')
    .describe('time without a renewal after which a leader gives up; default 10s, --leader-elect-renew-deadline'),
  retry: positiveTime()
    .prefault('2s')
    .describe('period of renewals, and least time between two tries of a candidate; default 2s, --leader-elect-retry-period'),
  candidates: whole({ min: 1, max: 100 }).prefault(1).describe('processes besides the leader; default 1'),
})

/** Delays of controllers and of the detection of lost nodes. */
export const controlPlane = section('the control plane', {
  latency: duration()
    .prefault('10ms')
    .describe('from a change of an object to the sync of a controller that sees it; default 10ms: API server and watch'),
  nodeGrace: positiveTime()
    .prefault('50s')
    .describe("silence of a node's kubelet after which it counts as unreachable; default 50s, node-monitor-grace-period"),
  clients: forms<ClientsData>(
    {
      word: oneOf(['unlimited', 'kubernetes']).transform((word): ClientsData => (word === 'unlimited' ? null : limits.parse({}))),
      limits: limits.transform((given): ClientsData => given),
    },
    (value) => (isMap(value) ? 'limits' : 'word'),
  )
    .prefault('unlimited')
    .describe(
      'limits of the clients of the API server: unlimited (default), kubernetes for its defaults, or { controllers, scheduler, kubelets }, each { qps, burst }',
    ),
  apiServer: forms<ApiServerSpec | null>(
    {
      word: oneOf(['instant', 'kubernetes']).transform((word): ApiServerSpec | null => (word === 'instant' ? null : server.parse({}))),
      server: server.transform((given): ApiServerSpec | null => given),
    },
    (value) => (isMap(value) ? 'server' : 'word'),
  )
    .prefault('instant')
    .describe(
      'requests to the API server: instant (default), kubernetes for the defaults of the keys, or { latency, fairness, inFlight }; controllers, kubelets and the scheduler wait for their answers',
    ),
  leaderElection: leaderElection
    .prefault({})
    .describe('leases of the controller manager and the scheduler, for failOver and outages of the API server'),
  clock,
})
  .prefault({})
  .describe('delays of the controllers; used where a service has a controller, or with actions or faults')

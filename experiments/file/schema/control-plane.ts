/** The control plane in the experiment file. */
import type { z } from 'zod'
import { duration, forms, isMap, number, oneOf, positiveTime, section, whole } from '../quantities.ts'
import { clock } from './batch.ts'

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
})

type ClientsData = z.infer<typeof limits> | null

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
      'limits of the clients of the API server: unlimited (default), kubernetes for its defaults, or { controllers: { qps, burst }, scheduler: { qps, burst } }',
    ),
  clock,
})
  .prefault({})
  .describe('delays of the controllers; used where a service has a controller, or with actions or faults')

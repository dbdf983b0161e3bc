/** What breaks during a run, at a time or again and again. */
import type { z } from 'zod'
import type { DistributionSpec } from '../../../sim/random/index.ts'
import { duration, flag, forms, isMap, list, name, number, oneOf, rate, section, share, words, whole } from '../quantities.ts'
import { distribution } from './distribution.ts'
import { failureTimes, repairTimes } from './failure-times.ts'
import { at, oneKey, openNodes, type NodesData } from './scripted.ts'

/** What fails together. */
export type EachData = 'node' | 'zone' | { readonly label: string }

/** When a fault happens: at a time, or again and again. */
export type FaultTimeData = { readonly at: number } | { readonly every: DistributionSpec; readonly each?: EachData }

/** A fault as the file gives it, under `key`; without a duration it lasts until the horizon. */
export type FaultData = { readonly key: string } & FaultTimeData &
  (
    | { readonly kind: 'node-crash'; readonly nodes: NodesData; readonly duration?: DistributionSpec; readonly shutdown?: number }
    | { readonly kind: 'node-partition' | 'node-freeze'; readonly nodes: NodesData; readonly duration?: DistributionSpec }
    | { readonly kind: 'node-slow'; readonly nodes: NodesData; readonly factor: number; readonly duration?: DistributionSpec }
    | {
        readonly kind: 'node-network'
        readonly nodes: NodesData
        readonly delay: number
        readonly loss: number
        readonly duration?: DistributionSpec
      }
    | { readonly kind: 'node-loss'; readonly nodes: NodesData; readonly notice?: number; readonly replace?: boolean }
    | { readonly kind: 'no-capacity'; readonly pool: string | null; readonly duration?: DistributionSpec }
    | { readonly kind: 'pod-crash'; readonly service: string; readonly count: number }
    | { readonly kind: 'controllers-down' | 'scheduler-down' | 'api-server-down' | 'registry-down'; readonly duration: DistributionSpec }
    | { readonly kind: 'api-server-slow'; readonly factor: number; readonly duration?: DistributionSpec }
    | { readonly kind: 'api-server-load'; readonly rate: number; readonly duration?: DistributionSpec }
    | { readonly kind: 'fail-over'; readonly component: 'controllers' | 'scheduler'; readonly release: boolean }
  )

const each = forms<EachData>(
  { word: oneOf(['node', 'zone']), label: section('a label', { label: words().describe('key of a label, such as rack') }) },
  (value) => (isMap(value) ? 'label' : 'word'),
).describe(
  'what fails together, with every: a node, the nodes of a zone, or { label: rack }, the nodes with the same value of it; default: node',
)

const when = {
  at: at.optional(),
  every: failureTimes()
    .optional()
    .describe(
      'or: time from a repair to the next failure of each node, zone or rack, a distribution or { preset }; all nodes unless nodes says a number',
    ),
}
const units = { ...when, each: each.optional() }
const lasts = (meaning: string) =>
  repairTimes().optional().describe(`${meaning}, a distribution or { preset }; default: not before the horizon`)

type Given = { readonly at?: number | undefined; readonly every?: DistributionSpec | undefined; readonly each?: EachData | undefined }

/** A fault of one key. Exactly one of at and every says when; nodes of a recurring fault are all of them unless a number is given. */
function fault<S extends z.ZodRawShape, B>(key: string, shape: S, body: (given: z.output<z.ZodObject<S>>) => B) {
  const issue = (given: Given): string | null => {
    if (given.at === undefined && given.every === undefined) return 'found neither at nor every; accepted: one of them'
    if (given.at !== undefined && given.every !== undefined) return 'found both at and every; accepted: one of them'
    return given.at !== undefined && given.each !== undefined ? 'found each without every; accepted: each with every' : null
  }
  return section('a fault', shape)
    .superRefine((given, context) => {
      const message = issue(given as Given)
      if (message !== null) context.addIssue({ code: 'custom', message })
    })
    .transform((given): FaultData => {
      const { at: time, every, each: unit } = given as Given
      const timing = time === undefined ? { every, ...(unit === undefined ? {} : { each: unit }) } : { at: time }
      return { key, ...timing, ...defined(body(given as z.output<z.ZodObject<S>>)) } as unknown as FaultData
    })
}

const defined = (given: unknown): object => Object.fromEntries(Object.entries(given as object).filter(([, value]) => value !== undefined))

/** A fault of some nodes, under its key; `rest` are the keys that it has besides, and `body` what they mean. */
function onNodes<S extends z.ZodRawShape>(key: string, meaning: string, rest: S, body: (given: z.output<z.ZodObject<S>>) => object) {
  return fault(key, { ...units, [key]: openNodes.describe(meaning), ...rest }, (given) => {
    const { at: time, for: duration, [key]: chosen } = given as unknown as Readonly<Record<string, unknown>>
    const selected = chosen as z.infer<typeof openNodes>
    const number = selected.nodes === undefined ? (time === undefined ? null : 1) : selected.nodes
    return { nodes: { ...selected, nodes: number }, duration, ...body(given as unknown as z.output<z.ZodObject<S>>) }
  })
}

const answers = lasts('time until they answer again')
const healthy = lasts('time until they are healthy again')

const down = (key: string, kind: 'controllers-down' | 'scheduler-down' | 'api-server-down' | 'registry-down', meaning: string) =>
  fault(key, { ...when, [key]: distribution().describe(meaning) }, (given) => ({
    kind,
    duration: (given as unknown as Readonly<Record<string, DistributionSpec>>)[key],
  }))

const one = oneKey<FaultData>('a fault, a map with at or every', {
  crash: onNodes('crash', 'nodes whose processes die at once', { for: answers }, () => ({ kind: 'node-crash' })),
  reboot: onNodes(
    'reboot',
    'nodes that go down and come back; their containers start again',
    {
      for: repairTimes().describe('time until they answer again, a distribution'),
      shutdown: duration()
        .optional()
        .describe('the kubelet ends the pods this long before; default 0s, as shutdownGracePeriod: without a warning'),
    },
    ({ shutdown }) => ({ kind: 'node-crash', shutdown }),
  ),
  zoneOutage: fault('zoneOutage', { ...when, zoneOutage: name().describe('zone whose nodes all crash'), for: answers }, (given) => ({
    kind: 'node-crash',
    nodes: { zone: given.zoneOutage, nodes: null },
    duration: given.for,
    ...(given.every === undefined ? {} : { each: 'zone' }),
  })),
  partition: onNodes('partition', 'nodes that the control plane does not reach, while their pods go on', { for: answers }, () => ({
    kind: 'node-partition',
  })),
  freeze: onNodes(
    'freeze',
    'nodes that stand still with all their processes and go on afterwards, as in a live migration',
    { for: answers },
    () => ({ kind: 'node-freeze' }),
  ),
  slow: onNodes(
    'slow',
    'nodes whose cores are slow, which the control plane does not notice',
    { factor: number({ min: 1, max: 1000 }).describe('time of CPU work relative to a healthy node'), for: healthy },
    ({ factor }) => ({ kind: 'node-slow', factor }),
  ),
  network: onNodes(
    'network',
    'nodes with a slow or lossy network, which the control plane does not notice',
    {
      delay: duration().prefault(0).describe('added to each message to or from them'),
      drop: share({ min: 0, max: 1 }).prefault('0%').describe('share of messages that are lost and sent again after 200ms, 400ms, ...'),
      for: healthy,
    },
    ({ delay, drop }) => ({ kind: 'node-network', delay, loss: drop }),
  ),
  loss: onNodes('loss', 'nodes that are gone for good', {}, () => ({ kind: 'node-loss' })),
  reclaim: onNodes(
    'reclaim',
    'spot nodes that the provider takes back',
    {
      notice: duration()
        .prefault('120s')
        .describe('warning, during which they are cordoned and drained; default 120s, as AWS gives; GCP 30s'),
      replace: flag().prefault(true).describe('the node group orders another node for each'),
    },
    ({ notice, replace }) => ({ kind: 'node-loss', notice, replace }),
  ),
  noCapacity: fault(
    'noCapacity',
    {
      ...when,
      noCapacity: name().describe('pool of which the provider delivers no nodes, or all'),
      for: lasts('time until orders succeed again'),
    },
    (given) => ({ kind: 'no-capacity', pool: given.noCapacity === 'all' ? null : given.noCapacity, duration: given.for }),
  ),
  podCrash: fault(
    'podCrash',
    {
      ...when,
      podCrash: name().describe('service of which pods exit with an error: the oldest with at, neighbours by age, drawn, with every'),
      count: whole({ min: 1 }).prefault(1),
    },
    ({ podCrash, count }) => ({ kind: 'pod-crash', service: podCrash, count }),
  ),
  controllersDown: down(
    'controllersDown',
    'controllers-down',
    'time for which no controller acts: none replaces pods, scales, writes endpoints or looks at nodes',
  ),
  schedulerDown: down('schedulerDown', 'scheduler-down', 'time for which no scheduler places pods'),
  apiServerDown: down(
    'apiServerDown',
    'api-server-down',
    'time for which the API server answers nobody: no controller, scheduler, autoscaler or action',
  ),
  slowApiServer: fault(
    'slowApiServer',
    {
      ...when,
      slowApiServer: number({ min: 1, max: 1e6 }).describe(
        'time of each request to the API server relative to a healthy one; needs controlPlane.apiServer',
      ),
      for: lasts('time until it is healthy again'),
    },
    ({ slowApiServer, for: duration }) => ({ kind: 'api-server-slow', factor: slowApiServer, duration }),
  ),
  apiServerLoad: fault(
    'apiServerLoad',
    {
      ...when,
      apiServerLoad: rate().describe(
        'requests of other clients to the API server (operators, monitoring, pipelines), a Poisson process in the level workload-low; needs controlPlane.apiServer',
      ),
      for: lasts('time until they stop'),
    },
    ({ apiServerLoad, for: duration }) => ({ kind: 'api-server-load', rate: apiServerLoad, duration }),
  ),
  registryOutage: down(
    'registryOutage',
    'registry-down',
    'time for which the image registry answers nobody: containers start only from images that are on their node and need no request',
  ),
  failOver: fault(
    'failOver',
    {
      ...when,
      failOver: oneOf(['controllers', 'scheduler']).describe(
        'component whose leader crashes: another one takes over when its lease has expired, after 13 to 24 s with the default leaderElection',
      ),
      release: flag()
        .prefault(false)
        .describe('the leader ends in order and releases its lease: another one takes over when it looks next; default false'),
    },
    (given) => ({ kind: 'fail-over', component: given.failOver, release: given.release }),
  ),
})

/** What breaks during a run. */
export const faults = list('faults', one)
  .prefault([])
  .describe(
    'what breaks, at a time or every so often: crash, reboot, partition, freeze, loss or reclaim of nodes, zoneOutage, slow or network (gray failures), noCapacity, podCrash, controllersDown, schedulerDown, apiServerDown, slowApiServer, apiServerLoad, registryOutage, failOver',
  )

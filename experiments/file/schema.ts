/**
 * The experiment file, section by section: what each key means, what it accepts, and a default that gives a sensible run, with
 * its source where it stands for something real. `orchsim schema` prints this as JSON Schema. Rules between keys are in checks.ts.
 */
import { z } from 'zod'
import { METRICS } from '../../sim/outcome/standard.ts'
import { show } from './document.ts'
import {
  amounts,
  byKey,
  cpu,
  duration,
  flag,
  forms,
  isMap,
  labels,
  list,
  memory,
  name,
  number,
  oneOf,
  positive,
  positiveTime,
  price,
  section,
  share,
  whole,
  words,
} from './quantities.ts'
import { background } from './schema-background.ts'
import { jobs } from './schema-jobs.ts'
import { traffic } from './schema-traffic.ts'
import { work } from './schema-work.ts'
import { selectionSchema, type LoadedFiles } from './selection.ts'

const metricIds = METRICS.map((metric) => metric.id)

// Cluster.

const taint = section('a taint', {
  key: words().describe('name of the taint'),
  value: words().prefault(''),
  effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).prefault('NoSchedule'),
})

const poolCommon = {
  name: name().describe('unique name of the pool; also the label "pool" of its nodes'),
  min: whole().optional().describe('fewest nodes the node autoscaler keeps; default: the count'),
  max: whole().optional().describe('most nodes the node autoscaler may order; default: the count'),
  provision: duration()
    .prefault('60s')
    .describe('order of a node to Ready; default 60s, the usual 40 s to 2 min of a virtual machine with a kubelet'),
}

const handWritten = section('a pool', {
  ...poolCommon,
  count: whole().describe('nodes at the start'),
  cpu: cpu().describe('allocatable CPU of a node'),
  memory: memory({ min: 1 }).describe('allocatable memory of a node'),
  pods: whole({ min: 1 }).prefault(110).describe("most pods a node may hold; default 110, the kubelet's"),
  gpus: whole({ min: 0, max: 8 }).prefault(0).describe('GPUs of a node'),
  gpuModel: words().prefault('').describe('model of these GPUs'),
  zones: list('zone names', name())
    .min(1, 'found an empty list; accepted: at least one zone')
    .prefault(['a'])
    .describe('zones that the nodes take in turn'),
  price: price().prefault('0/h').describe('dollars per node and hour'),
  labels: labels().prefault({}).describe('labels of the nodes'),
  taints: list('taints', taint).prefault([]),
  resources: amounts().prefault({}).describe('further named resources, whole amounts per node'),
})

const tracedPool = section('a pool from a trace', {
  ...poolCommon,
  trace: oneOf(['openb']).describe('take the nodes of this trace: openb, 1,523 nodes with GPUs'),
  path: words().optional().describe('folder of the trace, relative to this file; default: the data that orchsim brings'),
  pods: whole({ min: 1 }).prefault(110).describe("most pods a node may hold; default 110, the kubelet's"),
  zones: list('zone names', name())
    .min(1, 'found an empty list; accepted: at least one zone')
    .prefault(['a'])
    .describe('zones that the nodes take in turn'),
  price: price().prefault('0/h').describe('dollars per node and hour'),
})

const pool = forms<z.infer<typeof handWritten> | z.infer<typeof tracedPool>>(
  { own: handWritten, traced: tracedPool },
  byKey('trace', 'traced', 'own'),
)

const cluster = section('the cluster', {
  pools: list('pools', pool).min(1, 'found an empty list; accepted: at least one pool').describe('groups of equal nodes'),
})

// Services.

const toleration = section('a toleration', {
  key: words().prefault('').describe('empty with operator Exists: every taint'),
  operator: oneOf(['Equal', 'Exists']).prefault('Equal'),
  value: words().prefault(''),
  effect: oneOf(['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute']).prefault('').describe('empty: any effect'),
})

const PROCESSOR_SHARING = 'processor-sharing'

const threads = forms<number>({ word: oneOf([PROCESSOR_SHARING]).transform(() => 0), count: whole() }, (value) =>
  typeof value === 'string' ? 'word' : 'count',
)

const UNLIMITED = 'unlimited'

const queue = forms<number>(
  // A plan is JSON, which has no Infinity; -1 stands for it until the run.
  { word: oneOf([UNLIMITED]).transform(() => -1), count: whole() },
  (value) => (typeof value === 'string' ? 'word' : 'count'),
)

const retries = section('retries', {
  limit: whole({ min: 0, max: 100 }).prefault(0).describe('further tries after the first'),
  backoff: duration().prefault('25ms').describe("wait before try k: uniform in 0..backoff*2^(k-1); default 25ms, Envoy's base interval"),
  budget: share({ min: 0 }).prefault('20%').describe('retries as a share of first tries; default 20%, as in Finagle, Linkerd and Envoy'),
})

const service = section('a service', {
  name: name().describe('unique name'),
  replicas: whole().prefault(1).describe('pods at the start'),
  minReplicas: whole().optional().describe('fewest pods under a replica autoscaler; default: 1 or replicas, whichever is smaller'),
  maxReplicas: whole().optional().describe('most pods under a replica autoscaler; default: 10 times replicas'),
  cpu: cpu().describe('CPU request of a pod'),
  limit: cpu().optional().describe('CPU limit of a pod; default: none'),
  memory: memory().describe('memory request of a pod'),
  resources: amounts().prefault({}).describe('further named resources, whole amounts per pod'),
  nodeSelector: labels().prefault({}).describe('labels that a node must carry'),
  tolerations: list('tolerations', toleration).prefault([]),
  threads: threads
    .prefault(PROCESSOR_SHARING)
    .describe('requests a pod works on at once, first come first served; 0 or "processor-sharing": all of them at equal speed'),
  queue: queue
    .prefault(1024)
    .describe('requests that may wait in a pod for a thread, or "unlimited"; default 1024, near the listen backlogs in use (128 to 4096)'),
  weight: whole({ min: 1, max: 1_000_000 }).prefault(1).describe('what weighted balancers read'),
  objective: positiveTime()
    .optional()
    .describe('latency that counts as good; needed for SLO misses, goodput, violation minutes and recovery; default: none'),
  allowance: share({ min: 0, max: 1 }).prefault('1%').describe('share of misses a minute may have; default 1%, a 99% objective'),
  timeout: duration().prefault(0).describe('client timeout per try; default 0, none'),
  cancel: flag().prefault(true).describe('a timeout cancels the work in the pod; false: the work goes on, wasted'),
  retries: retries.prefault({}),
  networkDelay: duration().prefault('250us').describe('one way client to pod; default 250us, half a round trip inside a data centre'),
  grace: duration().prefault('30s').describe('time a terminating pod has for its requests; default 30s, terminationGracePeriodSeconds'),
  preStop: duration()
    .prefault('5s')
    .describe('how long a terminating pod still accepts; default 5s, the customary sleep hook that covers endpoint propagation'),
  pull: duration().prefault('20s').describe('image pull; default 20s, about 1 GB at 50 MB/s; 0 when images are cached'),
  start: duration().prefault('5s').describe('start of the process after the pull; default 5s'),
  probe: duration().prefault('10s').describe('period of the readiness probe; default 10s, periodSeconds; 0: ready at once'),
  traffic: traffic.describe('how requests arrive: { rate, pattern: poisson, diurnal, mmpp, … }, a closed loop, or { preset: web-pages }'),
  work: work.describe('what a request costs: { cpu, wait, correlation }, or { preset: web-surge }'),
})
const workload = section('the workload', {
  services: list('services', service).prefault([]).describe('services whose requests are simulated one by one'),
  background: list('background sources', background).prefault([]).describe('pods that fill the cluster, as flows of usage'),
  jobs: list('sources of jobs', jobs).prefault([]).describe('jobs of one or more tasks: drawn, by a published preset, or from a trace'),
})

// Everything else of a run.

const delays = section('the delays', {
  decision: duration()
    .prefault('1ms')
    .describe('of the scheduler per pod; default 1ms: scheduler_perf asks for some 800 simple pods/s at 5,000 nodes'),
  perNode: duration().prefault(0).describe('added per node that the real algorithm examines'),
  bind: duration()
    .prefault('1s')
    .describe('decision to the start of the pull: binding, watch, sandbox and network, 0.5 to 2 s in practice'),
  pull: duration().prefault('20s').describe('image pull of background pods'),
  start: duration().prefault('2s').describe('start of background pods'),
  propagation: duration()
    .prefault('1s')
    .describe('endpoint change to balancer; default 1s, EndpointSlice and kube-proxy batch for about that long'),
  scrape: positiveTime().prefault('15s').describe("period of the metric scrape; default 15s, metrics-server's"),
  window: positiveTime().prefault('30s').describe('averaging window of the metrics, rounded up to whole scrapes; default 30s, two scrapes'),
})

const AGEING = /^(\d+(?:\.\d+)?) lifetimes?$/

export type Start = { readonly lifetimes: number } | { readonly time: number }

const ageing = forms<Start>(
  {
    lifetimes: z.string().transform((text): Start => ({ lifetimes: Number(AGEING.exec(text)![1]) })),
    time: duration().transform((time): Start => ({ time })),
  },
  (value) => {
    if (typeof value === 'string' && AGEING.test(value)) return 'lifetimes'
    if (duration().safeParse(value).success) return 'time'
    return {
      wrong: `found ${show(value)}; accepted: a number of mean lifetimes of the background such as "3 lifetimes", or a duration such as 2h`,
    }
  },
)

const start = forms<Start>(
  {
    empty: z.literal('empty').transform((): Start => ({ time: 0 })),
    aged: section('the start', { ageing }).transform((aged) => aged.ageing),
  },
  (value) => {
    if (isMap(value)) return 'aged'
    return value === 'empty' ? 'empty' : { wrong: `found ${show(value)}; accepted: empty, or { ageing: 3 lifetimes }` }
  },
)

/** How many runs each variant gets: so many, or waves until the primary metric is known well enough. */
export interface Replications {
  /** In the first wave. */
  readonly count: number
  readonly until: PrecisionRule | null
}

export interface PrecisionRule {
  /** Half of the 95 % interval at most this: a part of the value (or of the ratio of two), or null. */
  readonly relative: number | null
  /** Or this much in the metric's own unit, or null. */
  readonly absolute: number | null
  /** Replications added at once, and most of all. */
  readonly wave: number
  readonly most: number
}

const untilPrecise = section('replications until precise', {
  first: whole({ min: 2, max: 100_000 })
    .prefault(10)
    .describe('replications of the first wave; default 10: an interval from fewer says little'),
  relative: share({ min: 0.0001, max: 1 })
    .optional()
    .describe('half-width of the 95 % interval as a part of the value: 5% stops at 100 ms ± 5 ms'),
  absolute: positive().optional().describe("or in the metric's own unit (points of a share)"),
  wave: whole({ min: 1, max: 10_000 })
    .prefault(10)
    .describe('replications added at once; fixed, so that the number of workers changes nothing'),
  most: whole({ min: 2, max: 100_000 }).prefault(100).describe('the cap; the report says when it was reached'),
}).transform(({ first, relative, absolute, wave, most }, context): Replications => {
  const refuse = (message: string, path: string[]): void => void context.issues.push({ code: 'custom', message, path, input: relative })
  if ((relative === undefined) === (absolute === undefined))
    refuse(`found ${relative === undefined ? 'neither relative nor absolute' : 'both relative and absolute'}; accepted: one of the two`, [])
  if (first > most) refuse(`found ${most}; accepted: at least first, ${first}`, ['most'])
  return { count: first, until: { relative: relative ?? null, absolute: absolute ?? null, wave, most } }
})

const replications = forms<Replications>(
  { count: whole({ min: 1, max: 100_000 }).transform((count): Replications => ({ count, until: null })), precise: untilPrecise },
  (value) => (isMap(value) ? 'precise' : 'count'),
)

export interface Assertion {
  readonly metric: string
  /** Label by axis; an axis that is not named takes all its values. */
  readonly where: Readonly<Record<string, string>>
  readonly below: number | null
  readonly above: number | null
  /** The whole 95 % interval must lie there, not only the mean. */
  readonly sure: boolean
  /** Accepted verdicts against the baseline; empty: the bounds are meant. */
  readonly verdict: readonly (typeof VERDICTS)[number][]
}

const VERDICTS = ['better', 'worse', 'equivalent', 'inconclusive', 'changed'] as const

const verdicts = forms<readonly (typeof VERDICTS)[number][]>(
  {
    one: oneOf(VERDICTS).transform((word) => [word]),
    several: list('verdicts', oneOf(VERDICTS)).min(1, `found an empty list; accepted: ${VERDICTS.join(', ')}`),
  },
  (value) => (Array.isArray(value) ? 'several' : 'one'),
)

const assertion = section('an assertion', {
  metric: oneOf(metricIds).describe('what is looked at'),
  where: labels().prefault({}).describe('the variants that are meant, by axis: { slb: two-choices }; default: all'),
  below: number().optional().describe("the mean over replications must be below this, in the metric's unit"),
  above: number().optional().describe('or above this'),
  sure: flag().prefault(false).describe('true: the whole 95 % interval must lie there, not only the mean'),
  verdict: verdicts.optional().describe('or: accepted verdicts against the baseline'),
}).transform(({ metric, where, below, above, sure, verdict }, context): Assertion => {
  const bounds = below !== undefined || above !== undefined
  if (bounds === (verdict !== undefined))
    context.issues.push({
      code: 'custom',
      message: `found ${bounds ? 'bounds and a verdict' : 'neither a bound nor a verdict'}; accepted: below, above or both, or verdict`,
      input: metric,
    })
  return { metric, where, below: below ?? null, above: above ?? null, sure, verdict: verdict ?? [] }
})

/** Keys that belong to the experiment as a whole: no axis may change them between variants. */
export const experimentShape = {
  name: name().describe('folder of the results and heading of the report'),
  question: words().prefault('').describe('the question the experiment answers; the report opens with it'),
  seed: forms<string | number>({ whole: whole({ min: 0 }), words: words() }, (value) => (typeof value === 'number' ? 'whole' : 'words'))
    .prefault(1)
    .describe('root of all randomness'),
  replications: replications
    .prefault(10)
    .describe(
      'runs per variant, each with its own randomness; variants share theirs; a number, or { relative: 5% } for waves until the primary metric is that precise',
    ),
  primary: oneOf(metricIds)
    .optional()
    .describe(
      'the metric that the verdict is about, everything else is exploratory; default: slo-misses when a service has an objective, else latency-p99 when there are services, else pending-p99',
    ),
  margins: section('equivalence margins', {
    relative: share({ min: 0, max: 1 }).prefault('2%').describe('for latencies, costs, counts and the like; default 2%'),
    points: number({ min: 0, max: 100 }).prefault(1).describe('for shares, in percentage points; default 1'),
  })
    .prefault({})
    .describe('differences smaller than this count as equivalent'),
  assert: list('assertions', assertion).prefault([]).describe('what must hold: a run that breaks one ends with exit code 3'),
}

/** The seat of a packer stands beside its name. */
const seat = {
  seat: oneOf(['rounds', 'estimator', 'both']).prefault('both').describe("rounds of placement, the node autoscaler's estimator, or both"),
  every: positiveTime().prefault('1s').describe('period of the rounds'),
}

/** Keys that make one variant. */
export function scenarioShape(loaded: LoadedFiles) {
  return {
    horizon: positiveTime().prefault('15m').describe('length of the measured run'),
    warmup: duration().prefault('3m').describe('start of the run that no metric counts'),
    disturbance: duration().optional().describe('instant that recovery counts from; default: none'),
    cluster: cluster.describe('the nodes'),
    workload: workload.describe('what runs on them: services, background pods and jobs'),
    scheduling: selectionSchema('scheduling', loaded, { order: selectionSchema('scheduling.order', loaded, {}) }),
    binpacking: selectionSchema('binpacking', loaded, seat),
    slb: selectionSchema('slb', loaded, {}),
    autoscaling: section('autoscaling', {
      replicas: selectionSchema('autoscaling.replicas', loaded, {}),
      sizes: selectionSchema('autoscaling.sizes', loaded, {}),
      nodes: selectionSchema('autoscaling.nodes', loaded, {}),
    })
      .prefault({})
      .describe('how many replicas, how large, how many nodes'),
    balancers: whole({ min: 1, max: 10_000 }).prefault(1).describe('balancer instances per service, each with its own view'),
    delays: delays.prefault({}).describe('how late everything is'),
    contentionEpoch: duration().prefault('1ms').describe('CPU shares on a contended node are recomputed at most this often; 0 is exact'),
    sample: positiveTime().prefault('15s').describe('step of the time series'),
    start: start
      .prefault({ ageing: '3 lifetimes' })
      .describe("empty, or aged: background pods are placed and churned by the run's own scheduler before time zero"),
    check: flag().prefault(false).describe('check the conservation laws after every event; slower'),
    eventBudget: whole({ min: 1 }).prefault(2_000_000_000).describe('a run stops with a clear word after so many events'),
  }
}

export const compareDescription =
  'axes: each key is a path of this file (a list item is addressed by its name), each value a list; the product is the set of variants, the first variant is the baseline'

/** Lists whose items are checked one by one, so that a wrong item does not hide what is wrong with the others. */
export const itemSchemas = { cluster: { pools: pool }, workload: { services: service, background, jobs } } as const

/** The whole file. */
export function fileSchema(loaded: LoadedFiles) {
  return section('an experiment', {
    ...experimentShape,
    ...scenarioShape(loaded),
    compare: z.record(z.string(), z.array(z.unknown()).min(1)).optional().describe(compareDescription),
  })
}

/** What scenarioShape gives, before checks.ts fills what depends on other keys. */
export type ScenarioData = { readonly [K in keyof ReturnType<typeof scenarioShape>]: z.infer<ReturnType<typeof scenarioShape>[K]> }
export type ExperimentData = { readonly [K in keyof typeof experimentShape]: z.infer<(typeof experimentShape)[K]> }
export type ServiceData = ScenarioData['workload']['services'][number]
export type PoolData = ScenarioData['cluster']['pools'][number]
export type BackgroundData = ScenarioData['workload']['background'][number]
export type JobsData = ScenarioData['workload']['jobs'][number]

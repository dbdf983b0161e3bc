/**
 * The experiment file, section by section: what each key means, what it accepts, and its default, with the source of defaults that
 * represent a real system. `orchsim schema` prints this as JSON Schema. Rules between keys are in checks/.
 */
import { z } from 'zod'
import { show } from './document.ts'
import {
  amounts,
  cpu,
  duration,
  flag,
  forms,
  isMap,
  labels,
  list,
  memory,
  name,
  once,
  oneOf,
  positiveTime,
  section,
  share,
  whole,
  words,
} from './quantities.ts'
import { dns, expose, kubeProxy } from './schema/access.ts'
import { actions } from './schema/actions.ts'
import { antagonist } from './schema/antagonists.ts'
import { assessment } from './schema/assessment.ts'
import { background, scheduler } from './schema/background.ts'
import { batch } from './schema/batch.ts'
import { cluster, pool } from './schema/cluster.ts'
import { experimentShape } from './schema/experiment.ts'
import { faults } from './schema/faults.ts'
import { connections } from './schema/connections.ts'
import { endpoints } from './schema/endpoints.ts'
import { network, path } from './schema/network.ts'
import { kubeletKeys } from './schema/kubelets.ts'
import { inference } from './schema/inference.ts'
import { jobs } from './schema/jobs.ts'
import { behavior, clients, manifests } from './schema/manifests.ts'
import { containerKeys } from './schema/containers.ts'
import { controlPlane } from './schema/control-plane.ts'
import { descheduler } from './schema/descheduler.ts'
import { budget, controller, version } from './schema/controllers.ts'
import { orchestrator } from './schema/orchestrators.ts'
import { concurrency, PROCESSOR_SHARING, queue, threads } from './schema/pod-queue.ts'
import { routing } from './schema/routing.ts'
import { mode, serving } from './schema/serving.ts'
import { signals } from './schema/signals.ts'
import { ruleKeys } from './schema/rules.ts'
import { traffic } from './schema/traffic.ts'
import { hedge } from './schema/hedge.ts'
import { retries } from './schema/retries.ts'
import { database, store } from './schema/stateful.ts'
import { namespaces, priorityClasses } from './schema/namespaces.ts'
import { storage, volumes } from './schema/storage.ts'
import { toleration } from './schema/toleration.ts'
import { familyHint } from './peers.ts'
import { ownBalancer, workOfRequest } from './schema/work.ts'
import type { LoadedFiles } from './loaded-files.ts'
import { selectionSchema } from './selection.ts'

// Services.

/** Keys of a service about how its pods start and end. */
const lifeKeys = {
  grace: duration().prefault('30s').describe('time a terminating pod has for its requests; default 30s, terminationGracePeriodSeconds'),
  preStop: duration()
    .prefault('5s')
    .describe('how long a terminating pod still accepts; default 5s, the customary sleep hook that covers endpoint propagation'),
  pull: duration().prefault('20s').describe('image pull; default 20s, about 1 GB at 50 MB/s; 0 when images are cached'),
  start: duration().prefault('5s').describe('start of the process after the pull; default 5s'),
  probe: duration().prefault('10s').describe('period of the readiness probe; default 10s, periodSeconds; 0: ready at once'),
}

/** Keys of a service about what its pods store, and how its requests are simulated. */
const dataKeys = {
  snapshot: words()
    .optional()
    .describe(
      'a Service of cluster.snapshot, as namespace/name: its running pods are the pods of the start, on the nodes where they are; replicas, requests and rules that are not given are theirs',
    ),
  volumes: volumes
    .optional()
    .describe('what each pod mounts: a claim, a template of claims, an emptyDir, a hostPath, a config map or secret; default: nothing'),
  store: store
    .optional()
    .describe('its pods are replicas of a store: requests need enough of them, and a replica recovers before it serves'),
  database: database.optional().describe('its pod is a database of one instance, which recovers by its log before it serves'),
  inference: inference
    .optional()
    .describe('its pods serve a language model by continuous batching, with work in tokens; default: requests have wait and CPU work'),
  serving: mode.optional().describe('how the requests of this service are simulated; default: the mode of the run'),
}

/** Keys of a service about the way to its pods. */
const accessKeys = {
  connections: connections.optional().describe('connections that carry several requests; default: balancers pick a pod for each request'),
  endpoints: endpoints.optional().describe('pods that balancers use besides the ready ones: { terminating, notReady }; default: none'),
  path: path.optional().describe('network devices between client and pod, and sizes of messages; default: none, one delay each way'),
  expose: expose
    .optional()
    .describe(
      'how kube-proxy serves it, as the Service of Kubernetes says; default under kubeProxy: ClusterIP; a service with slb, routing or dns has no kube-proxy before it',
    ),
  dns: dns.optional().describe('clients pick pods by addresses from DNS, as of a headless Service, instead of a balancer; default: no'),
  routing: routing.optional().describe('around the balancer, whichever it is; default: nothing'),
}

const serviceOf = (loaded: LoadedFiles) =>
  section('a service', {
    name: name().describe('unique name'),
    replicas: whole({ min: 0, max: 1_000_000 }).prefault(1).describe('pods at the start'),
    minReplicas: whole().optional().describe('fewest pods under a replica autoscaler; default: 1 or replicas, whichever is smaller'),
    maxReplicas: whole().optional().describe('most pods under a replica autoscaler; default: 10 times replicas'),
    cpu: cpu().describe('CPU request of a pod'),
    limit: cpu().optional().describe('CPU limit of a pod; default: none'),
    memory: memory().describe('memory request of a pod'),
    resources: amounts().prefault({}).describe('further named resources, whole amounts per pod'),
    nodeSelector: labels().prefault({}).describe('labels that a node must carry'),
    tolerations: list('tolerations', toleration).prefault([]),
    ...ruleKeys,
    scheduler: scheduler(),
    threads: threads
      .prefault(PROCESSOR_SHARING)
      .describe('requests a pod works on at once, first come first served; 0 or "processor-sharing": all of them at equal speed'),
    queue: queue
      .prefault(1024)
      .describe(
        'requests that may wait in a pod for a thread, or "unlimited"; default 1024, near the listen backlogs in use (128 to 4096)',
      ),
    concurrency: concurrency
      .optional()
      .describe('adaptive limit of the requests in a pod at once, beyond which requests are rejected; default: threads and queue alone'),
    weight: whole({ min: 1, max: 1_000_000 }).prefault(1).describe('what weighted balancers read'),
    objective: positiveTime()
      .optional()
      .describe('latency that counts as good; needed for SLO misses, goodput, violation minutes and recovery; default: none'),
    allowance: share({ min: 0, max: 1 }).prefault('1%').describe('share of misses a minute may have; default 1%, a 99% objective'),
    timeout: duration().prefault(0).describe('client timeout per try; default 0, none'),
    cancel: flag().prefault(true).describe('a timeout cancels the work in the pod; false: the work goes on, wasted'),
    retries: retries.prefault({}),
    hedge: hedge.optional().describe('copies of requests that are not answered soon; the first answer counts; default: none'),
    networkDelay: duration().prefault('250us').describe('one way client to pod; default 250us, half a round trip inside a data centre'),
    ...lifeKeys,
    controller: controller
      .optional()
      .describe(
        'who keeps the pods: deployment, stateful-set or daemon-set, or that of another orchestrator; default: a plain replica set, or a Deployment where a rollout, an action or a fault needs one',
      ),
    version: name().prefault('v1').describe('name of the version that the pods of the start run'),
    versions: list('versions', version).prefault([]).describe('further versions, which actions roll out'),
    ...dataKeys,
    ...containerKeys,
    budget: budget.optional().describe('disruption budget: how many pods may be evicted at a time; default: none'),
    toleration: duration()
      .optional()
      .describe('time for which the pods stay on a node that is not ready or unreachable; default 300s, as admission sets it'),
    slb: ownBalancer(loaded).describe('balancer of this service; default: the slb of the run'),
    ...accessKeys,
    signals: signals
      .optional()
      .describe('age, loss and cost of probes and of reports of pods to balancers; default: fresh, none lost, free'),
    async: flag()
      .prefault(false)
      .describe('a request gives its thread back while its calls are under way, as in an event loop; false: it holds the thread'),
    traffic: traffic
      .optional()
      .describe(
        'how requests arrive from outside (default: only calls of other services): { rate, pattern: poisson, diurnal, mmpp, … }, a closed loop, or { preset: web-pages }',
      ),
    work: workOfRequest(loaded).describe(
      'what a request costs: { cpu, wait, correlation }, { preset: web-surge }, { steps: [...] } with calls of other services, or { tokens: ... } with inference',
    ),
  })
const workload = (loaded: LoadedFiles) =>
  section('the workload', {
    services: list('services', serviceOf(loaded)).prefault([]).describe('services whose requests are simulated one by one'),
    background: list('background sources', background).prefault([]).describe('pods that fill the cluster, as flows of usage'),
    antagonists: list('antagonists', antagonist)
      .prefault([])
      .describe('load of other tenants of the nodes, at times, each item on every node of its pool'),
    jobs: list('sources of jobs', jobs).prefault([]).describe('jobs of one or more tasks: drawn, by a published preset, or from a trace'),
    batch: list('Jobs and CronJobs', batch)
      .prefault([])
      .describe('pods that run for a while under a Job or a CronJob, as objects of the Kubernetes API'),
    manifests: manifests
      .optional()
      .describe(
        'manifests of Kubernetes, Swarm, ECS or Marathon, relative to this file: their workloads are added to services and background',
      ),
    behavior: behavior(loaded).optional().describe('what manifests do not say, by workload: work of a request, start-up, calls'),
    clients: clients.optional().describe('who sends requests to the services of the manifests'),
  })

// Everything else of a run.

const delays = section('the delays', {
  decision: duration()
    .prefault('1ms')
    .describe('decision of the scheduler, per pod; default 1ms: scheduler_perf expects about 800 simple pods/s at 5,000 nodes'),
  perNode: duration().prefault(0).describe('added to the decision for each node that the real algorithm examines'),
  bind: duration()
    .prefault('1s')
    .describe('from the decision to the start of the pull: binding, watch, sandbox and network; 0.5 to 2 s in practice'),
  pull: duration().prefault('20s').describe('image pull of background pods'),
  start: duration().prefault('2s').describe('start of background pods'),
  propagation: duration()
    .prefault('1s')
    .describe(
      'from a change of endpoints until the balancers know it; default 1s, about the batching delay of EndpointSlice and kube-proxy',
    ),
  scrape: positiveTime().prefault('15s').describe('period of the metric scrape; default 15s, as in metrics-server'),
  window: positiveTime().prefault('30s').describe('averaging window of the metrics, rounded up to whole scrapes; default 30s, two scrapes'),
})

const AGEING = /^(\d+(?:\.\d+)?) lifetimes?$/

/** How the cluster is aged before the run. */
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

/** Keys of a packer's role, beside its name. */
const role = {
  role: oneOf(['rounds', 'estimator', 'both'])
    .prefault('both')
    .describe("role of the packer: rounds of placement, the node autoscaler's estimator, or both"),
  every: positiveTime().prefault('1s').describe('period of the rounds'),
}

/** Schedulers besides the default one, each with its own queue and its own view of the cluster. */
const schedulers = (loaded: LoadedFiles) =>
  list(
    'schedulers',
    section('a scheduler', {
      name: name().describe('unique name, by which services, background and jobs refer to it'),
      algorithm: selectionSchema('scheduling', loaded, {}).describe('which node a pod gets'),
      order: selectionSchema('scheduling.order', loaded, {}),
      decision: duration().prefault('1ms').describe('decision time per pod; default 1ms, as delays.decision'),
      perNode: duration().prefault(0).describe('added per node that the algorithm examines'),
      view: oneOf(['live', 'snapshot'])
        .prefault('snapshot')
        .describe(
          'snapshot: decides on a copy of the cluster and commits at the end of its decision time, when the bind may be refused (shared state as in Omega); live: reserves the node at the start of the decision',
        ),
      refresh: duration()
        .prefault(0)
        .describe(
          'smallest age at which a snapshot is taken again; default 0, at each decision; until then the scheduler does not see its own binds either',
        ),
    }),
  )
    .prefault([])
    .describe('schedulers besides the default one, for pods that name them by their key scheduler')

/** Keys that make one variant. Without files of the user they are made once, since schemas cost more than what they read. */
export const scenarioShape = (loaded: LoadedFiles) => (loaded.size === 0 ? withoutFiles() : shapeWith(loaded))

const withoutFiles = once(() => shapeWith(new Map()))

function shapeWith(loaded: LoadedFiles) {
  return {
    horizon: positiveTime().prefault('15m').describe('length of the measured run'),
    warmup: duration().prefault('3m').describe('initial part of the run that no metric counts'),
    disturbance: duration().optional().describe('time from which the metric recovery counts; default: none'),
    cluster: cluster.describe('the nodes'),
    workload: workload(loaded).prefault({}).describe('what runs on the nodes: services, background pods and jobs'),
    scheduling: selectionSchema('scheduling', loaded, { order: selectionSchema('scheduling.order', loaded, {}) }),
    schedulers: schedulers(loaded),
    binpacking: selectionSchema('binpacking', loaded, role),
    slb: selectionSchema('slb', loaded, {}),
    autoscaling: section(
      'autoscaling',
      {
        replicas: selectionSchema('autoscaling.replicas', loaded, {}),
        sizes: selectionSchema('autoscaling.sizes', loaded, {}),
        nodes: selectionSchema('autoscaling.nodes', loaded, {}),
        together: flag()
          .prefault(false)
          .describe(
            'true: a size autoscaler may work on the pods of a replica autoscaler that reads their CPU utilization; default false, refused',
          ),
      },
      familyHint,
    )
      .prefault({})
      .describe('algorithms for the number of replicas, the sizes of pods and the number of nodes'),
    balancers: whole({ min: 1, max: 10_000 })
      .prefault(1)
      .describe('balancer instances per service, each with its own view of the replicas'),
    network,
    kubeProxy: kubeProxy
      .optional()
      .describe(
        'the kube-proxy of every node picks pods, for all services without slb, routing or dns of their own; default: balancer instances do',
      ),
    orchestrator,
    actions,
    faults,
    controlPlane,
    descheduler,
    ...kubeletKeys,
    assessment: assessment.describe('what the run is judged by beside its requests: elasticity, energy and carbon; default: nothing'),
    storage,
    namespaces,
    priorityClasses,
    delays: delays.prefault({}).describe('delays of decisions, bindings, start-ups, metrics and endpoints'),
    serving: serving.prefault({}).describe('how requests are simulated'),
    decisions: whole({ min: 0, max: 1_000_000 })
      .prefault(0)
      .describe(
        'most lines of decisions.csv, an even sample of the scheduling decisions of the first replication of each variant; with it the time series has pending pods by reason; default 0: none',
      ),
    contentionEpoch: duration()
      .prefault('1ms')
      .describe('shortest interval between two recomputations of the CPU shares of a contended node; 0 is exact'),
    sample: positiveTime().prefault('15s').describe('interval of the time series'),
    start: start
      .prefault({ ageing: '3 lifetimes' })
      .describe("empty, or aged: the run's own scheduler places and replaces background pods before time zero"),
    check: flag().prefault(false).describe('check the conservation laws after every event; slower'),
    eventBudget: whole({ min: 1 }).prefault(2_000_000_000).describe('maximum number of events; a run that reaches it stops with an error'),
  }
}

export const compareDescription =
  'axes: each key is a path of this file (a list item is addressed by its name), each value a list; their product is the set of variants, of which the first is the baseline'

/** Lists whose items are checked one by one, so that a wrong item does not hide the problems of the others. */
export const itemSchemas = { cluster: { pools: pool }, workload: { services: serviceOf(new Map()), background, jobs, batch } } as const

/** The whole file. */
export function fileSchema(loaded: LoadedFiles) {
  return section('an experiment', {
    ...experimentShape,
    ...scenarioShape(loaded),
    compare: z.record(z.string(), z.array(z.unknown()).min(1)).optional().describe(compareDescription),
  })
}

/** The parsed keys of one variant, before defaults that depend on other keys are filled. */
export type ScenarioData = { readonly [K in keyof ReturnType<typeof scenarioShape>]: z.infer<ReturnType<typeof scenarioShape>[K]> }
export type ExperimentData = { readonly [K in keyof typeof experimentShape]: z.infer<(typeof experimentShape)[K]> }
export type ServiceData = ScenarioData['workload']['services'][number]
export type PoolData = ScenarioData['cluster']['pools'][number]
export type BackgroundData = ScenarioData['workload']['background'][number]
export type { BatchData } from './schema/batch.ts'
export type JobsData = ScenarioData['workload']['jobs'][number]

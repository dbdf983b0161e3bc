/** From the parsed file to a scenario: defaults that depend on other keys are filled, paths become absolute, traces are read once. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NONE, profileNames, suggestion, type NodeTemplate, type Selection } from '../../sim/index.ts'
import { scaled } from '../../sim/random/index.ts'
import {
  bundledFile,
  bundledTrace,
  jobPreset,
  columnsName,
  loadTracePool,
  nodeFile,
  openJobTrace,
  readPods,
  TraceError,
  type BackgroundSpec,
  type JobsSpec,
  type TrafficSpec,
} from '../../workloads/index.ts'
import { valueAt, type Issue, type Path } from './document.ts'
import { BUNDLED, traceMessage } from './trace-files.ts'
import { packageRoot } from './package.ts'
import type { BackgroundData, JobsData, PoolData, ScenarioData, ServiceData } from './schema.ts'
import { withAdmission } from './resolve-admission.ts'
import { resolveAntagonists } from './resolve-antagonists.ts'
import { resolveAssessment } from './resolve-assessment.ts'
import { resolveAccess, resolveKubeProxy } from './resolve-access.ts'
import { resolvePaths } from './resolve-network.ts'
import { resolveBatch } from './resolve-batch.ts'
import { resolveCalls } from './resolve-calls.ts'
import { resolveDescheduler } from './resolve-descheduler.ts'
import { CONTAINER_KEYS, requestsOfPod } from './resolve-containers.ts'
import { resolveControlPlane } from './resolve-control-plane.ts'
import { resolveInference } from './resolve-inference.ts'
import { resolveFlows } from './resolve-flow.ts'
import { resolveOrchestration } from './resolve-orchestration.ts'
import { scalingConflicts } from './checks/scaling-conflict.ts'
import { RULE_KEYS, rulesOf } from './resolve-rules.ts'
import { selection } from './resolve-selection.ts'
import { recordedWork } from './resolve-recorded-work.ts'
import { resolveRecorded, resolveTraffic, UNUSABLE } from './resolve-traffic.ts'
import { routingSpec } from './schema/routing.ts'
import { FAMILY_PATHS } from './families.ts'
import { NOBODY } from './manifests/schedulers.ts'
import { DEFAULT_SCHEDULER, nodeLabels, type Placed, type PoolSpec, type Scenario, type ServiceSpec, type Traced } from './scenario.ts'

/** What the resolution of one file keeps at hand. `folder` is where the experiment file lies. */
interface Resolving {
  readonly folder: string
  readonly horizon: number
  /** What pods may name as their scheduler. */
  readonly schedulers: ReadonlyMap<string, Placed>
  /** Problems found so far: traces that cannot be read, schedulers that do not exist. */
  readonly issues: Issue[]
}

/** Resolves the parsed file; issues are about traces and about names that refer to nothing. */
export function resolveScenario(data: ScenarioData, folder: string): { readonly scenario: Scenario; readonly issues: readonly Issue[] } {
  const resolving: Resolving = { folder, horizon: data.horizon, schedulers: schedulersOf(data), issues: [] }
  const { workload } = data
  const placed = (list: string, given: { readonly scheduler: string }, i: number): Placed =>
    placedBy(resolving, given.scheduler, ['workload', list, i, 'scheduler'])
  const { calls, ofService } = resolveCalls(withRecordedWork(resolving, workload.services), resolving.issues)
  const paths = resolvePaths(data, resolving.issues)
  const access = resolveAccess(data, resolving.issues)
  const served = workload.services.map((given, i) => ({
    ...serviceOf(given, given.traffic === undefined ? null : trafficOf(resolving, given.traffic, i)),
    ...ofService[i],
    ...paths[i],
    ...access[i],
    ...placed('services', given, i),
  }))
  const plain = resolveInference(data, served, calls, resolving.issues)
  const flows = resolveFlows(data, plain, calls, resolving.issues)
  const services = plain.map((spec, i) => (flows[i] === undefined ? spec : { ...spec, flow: flows[i] }))
  const antagonists = resolveAntagonists(
    workload.antagonists,
    data.cluster.pools.map(({ name }) => name),
    resolving.issues,
  )
  const orchestration = resolveOrchestration(data, services, resolving.issues)
  const descheduler = resolveDescheduler(data, resolving.issues)
  const names = { services: services.map(({ name }) => name), pools: data.cluster.pools.map(({ name }) => name) }
  const choices = choicesOf(data)
  resolving.issues.push(...scalingConflicts(choices['autoscaling.replicas'], choices['autoscaling.sizes'], data.autoscaling.together))
  const scenario: Scenario = {
    horizon: data.horizon,
    warmup: data.warmup,
    ...(data.decisions === 0 ? {} : { decisions: data.decisions }),
    disturbance: data.disturbance ?? null,
    start: data.start,
    pools: data.cluster.pools.map((given, i) => poolOf(resolving, given, i, data.cluster.snapshot?.file)),
    ...snapshotSpec(resolving, data),
    services,
    ...(orchestration === undefined ? {} : { orchestration }),
    ...resolveControlPlane(data, resolving.issues),
    ...(workload.batch.length === 0 ? {} : { batch: batchOf(resolving, data) }),
    ...(calls.length === 0 ? {} : { calls }),
    ...(descheduler === undefined ? {} : { descheduler }),
    ...(data.assessment === undefined ? {} : { assessment: resolveAssessment(data.assessment, names, resolving.issues) }),
    ...(antagonists.length === 0 ? {} : { antagonists }),
    ...(data.network === undefined ? {} : { devices: data.network.devices }),
    ...resolveKubeProxy(data),
    background: workload.background.map((given, i) => ({ ...backgroundOf(resolving, given, i), ...placed('background', given, i) })),
    jobs: workload.jobs.map((given, i) => ({ ...jobsOf(resolving, given, i), ...placed('jobs', given, i) })),
    choices,
    schedulers: data.schedulers.map(({ algorithm, order, ...rest }) => ({
      ...rest,
      algorithm: selection(algorithm),
      order: selection(order),
    })),
    binpacking: { role: data.binpacking.role, every: data.binpacking.every },
    balancers: data.balancers,
    delays: data.delays,
    contentionEpoch: data.contentionEpoch,
    sample: data.sample,
    check: data.check,
    eventBudget: data.eventBudget,
  }
  return { scenario: withAdmission(scenario, data, resolving.issues), issues: resolving.issues }
}

function batchOf(resolving: Resolving, { workload, controlPlane }: ScenarioData): NonNullable<Scenario['batch']> {
  const workloads = workload.batch.map((given, i) => ({
    ...resolveBatch(given),
    ...placedBy(resolving, given.scheduler, ['workload', 'batch', i, 'scheduler']),
  }))
  return { workloads, latency: controlPlane.latency, clock: controlPlane.clock }
}

/** The schedulers of the run and the profiles of their configurations, by name; a scheduler's own name goes before that of a profile. */
function schedulersOf({ scheduling, schedulers }: ScenarioData): ReadonlyMap<string, Placed> {
  const own = [DEFAULT_SCHEDULER, ...schedulers.map(({ name }) => name)].map((name, scheduler) => [name, { scheduler }] as const)
  const profiles = [scheduling, ...schedulers.map(({ algorithm }) => algorithm)].flatMap((algorithm, scheduler) =>
    profileNames(algorithm).map((profile) => [profile, { scheduler, profile }] as const),
  )
  const names = new Set(own.map(([name]) => name))
  return new Map<string, Placed>([...own, ...profiles.reverse().filter(([name]) => !names.has(name))])
}

function placedBy({ schedulers, issues }: Resolving, name: string, path: Path): Placed {
  const found = schedulers.get(name)
  if (found !== undefined) return found
  if (name === NOBODY) return { scheduler: NONE }
  const known = [...schedulers.keys()]
  issues.push({ path, message: `found the unknown scheduler "${name}"; accepted: ${known.join(', ')}${suggestion(name, known)}` })
  return { scheduler: 0 }
}

/** The folder of a trace: the user's, relative to the file, or the bundled one. */
function tracePath({ folder }: Resolving, path: string | undefined): string {
  return path === undefined ? fileURLToPath(new URL(BUNDLED, packageRoot())) : resolve(folder, path)
}

/** What `read` returns, or an issue at the path and undefined when the trace cannot be read. */
function tried<T>({ folder, issues }: Resolving, path: Path, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof TraceError) issues.push({ path, message: traceMessage(error, folder) })
    else if (error instanceof RangeError) issues.push({ path, message: error.message })
    else throw error
    return undefined
  }
}

function withRecordedWork(resolving: Resolving, services: readonly ServiceData[]): readonly ServiceData[] {
  return services.map((given, i) => {
    const { recorded } = given.work
    if (recorded === undefined) return given
    const path: Path = ['workload', 'services', i, 'work', 'durations']
    return { ...given, work: tried(resolving, path, () => recordedWork(recorded, resolving.folder)) ?? given.work }
  })
}

function trafficOf(resolving: Resolving, given: NonNullable<ServiceData['traffic']>, i: number): TrafficSpec {
  const { folder, horizon } = resolving
  return resolveTraffic(given, horizon, (recording, place) => {
    const at: Path = ['workload', 'services', i, 'traffic', ...place, ...(recording.path === undefined ? [] : ['path'])]
    return tried(resolving, at, () => resolveRecorded(recording, horizon, folder, digest)) ?? UNUSABLE
  })
}

/** The snapshot in which the run begins. */
function snapshotSpec({ folder, schedulers }: Resolving, { cluster, workload }: ScenarioData): Pick<Scenario, 'snapshot'> {
  if (cluster.snapshot === undefined) return {}
  const { file, usage } = cluster.snapshot
  const path = resolve(folder, file)
  const services = workload.services.map(({ snapshot }) => snapshot ?? null)
  return {
    snapshot: {
      path,
      digest: digest(path),
      usage: usage.share,
      limited: usage.limited,
      services,
      schedulers: Object.fromEntries(schedulers),
    },
  }
}

function poolOf(resolving: Resolving, given: PoolData, i: number, snapshot: string | undefined): PoolSpec {
  const common = { name: given.name, provision: given.provision }
  if ('snapshot' in given) {
    const { count = 0, min = count, max = count, price } = given
    return { kind: 'snapshot', ...common, group: given.snapshot, path: resolve(resolving.folder, snapshot ?? ''), min, max, price, count }
  }
  if (!('trace' in given)) {
    const racks = given.racks === undefined ? [undefined] : Array.from({ length: given.racks }, (_, rack) => rack + 1)
    const templates = racks.flatMap((rack) => given.zones.map((zone) => template(given, zone, rack)))
    return { kind: 'own', ...common, count: given.count, min: given.min ?? given.count, max: given.max ?? given.count, templates }
  }
  const { trace, pods, zones, price } = given
  const at: Path = ['cluster', 'pools', i, given.path === undefined ? 'trace' : 'path']
  const path = tracePath(resolving, given.path)
  const repeated = { ...(given.count === undefined ? {} : { count: given.count }), ...(given.gpuOnly ? { gpuOnly: true as const } : {}) }
  const read = tried(resolving, at, () => ({ nodes: loadTracePool(trace, path, repeated), digest: digest(nodeFile(trace, path)) }))
  const count = read?.nodes.initial.length ?? 0
  const bounds = { min: given.min ?? count, max: given.max ?? count }
  return { kind: 'trace', ...common, format: trace, path, digest: read?.digest ?? '', ...bounds, pods, zones, price, ...repeated }
}

function backgroundOf(resolving: Resolving, given: BackgroundData, i: number): Traced<BackgroundSpec> {
  const usage = { usage: given.usage.share, limited: given.usage.limited }
  const inflate = given.inflate ?? null
  if (!('trace' in given)) {
    const { name, lifetime, count = null } = given
    const shapes = given.shapes.map((one) => ({ ...without(one, [...RULE_KEYS, 'priorityClass', 'admission']), ...rulesOf(one) }))
    return { kind: 'synthetic', name, ...usage, shapes, lifetime, count, inflate } as BackgroundSpec
  }
  const { trace, pods, speedUp, from, shape } = given
  const path = tracePath(resolving, given.path)
  const read = tried(resolving, ['workload', 'background', i, given.path === undefined ? 'trace' : 'path'], () => {
    readPods(path, pods)
    return digest(join(path, pods))
  })
  const recorded = { format: trace, path, pods, speedUp, from, shape, bootstrap: given.bootstrap ?? null, digest: read ?? '' }
  return { kind: 'trace', name: given.name ?? trace, ...usage, inflate, ...fillOf(given.fill), ...recorded } as Traced<BackgroundSpec>
}

/** Absent where there is none, so that the identity of other runs is as before it existed. */
function fillOf(given: Extract<BackgroundData, { trace: unknown }>['fill']): Pick<Extract<BackgroundSpec, { kind: 'trace' }>, 'fill'> {
  if (given === undefined) return {}
  const resource = (['cpu', 'memory', 'gpu'] as const).find((one) => given[one] !== undefined)
  return resource === undefined ? {} : { fill: { resource, share: given[resource]!, over: given.over } }
}

function jobsOf(resolving: Resolving, given: JobsData, i: number): Traced<JobsSpec> {
  const common = {
    // Closed loops are refused by checks/data.ts.
    arrivals: (given.arrivals === undefined ? null : resolveTraffic(given.arrivals, resolving.horizon)) as JobsSpec['arrivals'],
    inflate: (given.inflate ?? null) as JobsSpec['inflate'],
    deadline: given.deadline ?? null,
    // Absent where they are off, so that the identity of runs without them is as before they existed.
    ...((given.rigid ?? ('trace' in given && given.trace === 'swf')) ? { rigid: true } : {}),
    ...(given.estimate === undefined ? {} : { estimate: given.estimate }),
    ...(given.kill ? { kill: true } : {}),
  }
  if (!('trace' in given)) {
    const tenants = given.tenants ?? [{ name: '', weight: 1 }]
    return { kind: 'drawn', ...common, tenants, ...('preset' in given ? ofPreset(given) : ofKeys(given)) }
  }
  const bundled = given.path === undefined ? bundledTrace(given.trace) : undefined
  const format = given.columns === undefined ? (bundledTrace(given.trace)?.format ?? given.trace) : columnsName(given.columns)
  const file =
    bundled === undefined ? resolve(resolving.folder, given.path ?? '') : fileURLToPath(new URL(bundledFile(bundled), packageRoot()))
  const read = tried(resolving, ['workload', 'jobs', i, given.path === undefined ? 'trace' : 'path'], () => {
    openJobTrace(format, file).next() // the whole of it is read by the runs
    return digest(file)
  })
  const recorded = {
    format,
    file,
    tenants: given.tenants ?? [],
    shape: given.shape,
    bootstrap: given.bootstrap ?? null,
    digest: read ?? '',
    ...(given.duration === undefined ? {} : { duration: given.duration }),
  }
  return { kind: 'trace', name: given.name ?? given.trace, ...common, ...used(given.usage), ...recorded }
}

type DrawnJobsData = Exclude<JobsData, { trace: unknown } | { preset: unknown }>
type PresetJobsData = Extract<JobsData, { preset: unknown }>
type Drawn = Extract<JobsSpec, { kind: 'drawn' }>
type Made = Pick<Drawn, 'name' | 'size' | 'time' | 'classes' | 'correlation' | 'dag' | 'usage' | 'limited'>

/** 60 % of the request where the file says nothing. */
const used = (usage: { share: number; limited: boolean } | undefined, otherwise = 0.6): { usage: number; limited: boolean } => ({
  usage: usage?.share ?? otherwise,
  limited: usage?.limited ?? false,
})

function ofKeys(given: DrawnJobsData): Made {
  const { name, correlation, dag, longest, shapes, work } = given
  const nothing = { kind: 'constant', value: 0 } as const
  const one = { kind: 'constant', value: 1 } as const
  return {
    name,
    correlation,
    dag,
    ...used(given.usage),
    size: shapes === undefined ? { kind: 'drawn', cpu: given.cpu ?? nothing, memory: given.memory ?? nothing } : { kind: 'shapes', shapes },
    // Written as CPU time of one core; counted in millicore·µs.
    time:
      work === undefined
        ? { kind: 'duration', duration: given.duration ?? nothing }
        : { kind: 'work', work: scaled(work, 1000) ?? work, longest },
    classes: given.classes ?? [{ weight: 1, tasks: given.tasks ?? one, priority: given.priority ?? 0 }],
  }
}

function ofPreset(given: PresetJobsData): Made {
  const preset = jobPreset(given.preset)
  if (preset === undefined) throw new Error(`no preset of jobs is called ${given.preset}`)
  const made = preset.make(given.machine ?? preset.machine)
  const { priority } = given
  return {
    ...made,
    name: given.name ?? preset.name,
    ...used(given.usage, made.usage),
    dag: given.dag ?? made.dag,
    classes: priority === undefined ? made.classes : made.classes.map((one) => ({ ...one, priority })),
  }
}

type OwnPoolData = Exclude<PoolData, { trace: unknown } | { snapshot: unknown }>

/** Labels of a node: its pool and zone, as clouds set them, its rack, and the user's own. */
function template(given: OwnPoolData, zone: string, rack: number | undefined): NodeTemplate {
  const { cpu, memory, pods, gpus, gpuModel, resources, taints, price } = given
  const own = rack === undefined ? given.labels : { rack: `${zone}-${rack}`, ...given.labels }
  return { cpu, memory, pods, gpus, gpuModel, resources, zone, taints, price, labels: nodeLabels(given.name, zone, own) }
}

/** The selection of each family, found under the family's path. */
function choicesOf(data: ScenarioData): Scenario['choices'] {
  return Object.fromEntries(
    FAMILY_PATHS.map((path) => [path, selection(valueAt(data, path.split('.')) as Selection)]),
  ) as Scenario['choices']
}

/** Keys of a service that the run has under other names or elsewhere. */
const RENAMED = [
  ...(['cpu', 'memory', 'limit', 'resources', 'nodeSelector', 'tolerations', 'scheduler', 'work', 'slb', 'async', 'signals'] as const),
  ...(['routing', 'connections', 'endpoints', 'path', 'hedge', 'concurrency', 'inference', 'serving', 'snapshot'] as const),
  ...(['priorityClass', 'admission', 'expose', 'dns'] as const),
  ...(['controller', 'version', 'versions', 'budget', 'toleration', 'volumes', 'store', 'database', 'labels', 'priority'] as const),
  ...RULE_KEYS,
  ...CONTAINER_KEYS,
] as const

const without = <T extends object, K extends keyof T>(given: T, keys: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>

/** Keys that mean the same in the file and in the run keep their names. */
function serviceOf(given: ServiceData, traffic: TrafficSpec | null): Omit<ServiceSpec, 'scheduler' | 'work' | 'steps'> {
  const { name, replicas, limit, resources, nodeSelector, tolerations, slb, async } = given
  return {
    ...without(given, RENAMED),
    minReplicas: given.minReplicas ?? Math.min(1, replicas),
    maxReplicas: given.maxReplicas ?? Math.max(given.minReplicas ?? 1, 10 * replicas),
    queue: given.queue === -1 ? null : given.queue,
    objective: given.objective ?? null,
    shape: {
      ...requestsOfPod(given, given.initContainers),
      limit: limit ?? 0,
      gpus: 0,
      gpuMilli: 0,
      gpuModels: [],
      usage: 0,
      resources,
      labels: { ...given.labels, service: name },
      nodeSelector,
      tolerations,
      priority: given.priority ?? 0,
      ...rulesOf(given),
    },
    traffic,
    ...(async ? { async } : {}),
    ...(given.connections === undefined ? {} : { connections: given.connections }),
    ...(given.endpoints === undefined ? {} : { endpoints: given.endpoints }),
    ...(given.concurrency === undefined ? {} : { concurrency: given.concurrency }),
    ...(given.hedge === undefined ? {} : { hedge: given.hedge }),
    ...(given.routing === undefined ? {} : { routing: routingSpec(given.routing) }),
    ...(given.signals === undefined ? {} : { signals: given.signals }),
    ...(slb === undefined ? {} : { slb: selection(slb) }),
  }
}

const digests = new Map<string, string>()

/** Traces are read-only data: one reading a process. */
function digest(file: string): string {
  let known = digests.get(file)
  if (known === undefined) digests.set(file, (known = createHash('sha256').update(readFileSync(file)).digest('hex')))
  return known
}

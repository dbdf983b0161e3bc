/** From the parsed file to a scenario: defaults that depend on other keys are filled, paths become absolute, traces are read once. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeTemplate } from '../../sim/input.ts'
import { scaled } from '../../sim/random/distributions.ts'
import {
  bundledFile,
  bundledTrace,
  jobPreset,
  loadTracePool,
  openJobTrace,
  readPods,
  TraceError,
  type BackgroundSpec,
  type JobsSpec,
  type TrafficSpec,
} from '../../workloads/index.ts'
import type { Path } from './document.ts'
import { packageRoot } from './package.ts'
import type { BackgroundData, JobsData, PoolData, ScenarioData, ServiceData } from './schema.ts'
import { resolveRecorded, resolveTraffic, UNUSABLE } from './resolve-traffic.ts'
import { nodeLabels, type PoolSpec, type Scenario, type ServiceSpec, type Traced } from './scenario.ts'

export interface Issue {
  readonly path: Path
  /** The key itself is meant, not its value. */
  readonly onKey?: boolean
  readonly message: string
}

/** Where traces lie that orchsim brings. */
const BROUGHT = { openb: 'workloads/data/openb-gpu-2023' } as const
const NODE_FILES = { openb: 'openb_node_list_all_node.csv' } as const

/** `folder` is where the experiment file lies. Issues are about traces. */
export function resolveScenario(data: ScenarioData, folder: string): { readonly scenario: Scenario; readonly issues: readonly Issue[] } {
  const issues: Issue[] = []
  const tracePath = (format: keyof typeof BROUGHT, path: string | undefined): string =>
    path === undefined ? fileURLToPath(new URL(BROUGHT[format], packageRoot())) : resolve(folder, path)
  const tried = <T>(path: Path, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (error instanceof TraceError) issues.push({ path, message: traceMessage(error, folder) })
      else if (error instanceof RangeError) issues.push({ path, message: error.message })
      else throw error
      return undefined
    }
  }

  const traffic = (given: ServiceData['traffic'], i: number): TrafficSpec =>
    resolveTraffic(given, data.horizon, (recording, place) => {
      const at: Path = ['workload', 'services', i, 'traffic', ...place, ...(recording.path === undefined ? [] : ['path'])]
      return tried(at, () => resolveRecorded(recording, data.horizon, folder, digest)) ?? UNUSABLE
    })

  const pool = (given: PoolData, i: number): PoolSpec => {
    const common = { name: given.name, provision: given.provision }
    if (!('trace' in given)) {
      const templates = given.zones.map((zone) => template(given, zone))
      return { kind: 'own', ...common, count: given.count, min: given.min ?? given.count, max: given.max ?? given.count, templates }
    }
    const at: Path = ['cluster', 'pools', i, given.path === undefined ? 'trace' : 'path']
    const path = tracePath(given.trace, given.path)
    const read = tried(at, () => ({ nodes: loadTracePool(given.trace, path), digest: digest(join(path, NODE_FILES[given.trace])) }))
    const count = read?.nodes.initial.length ?? 0
    return {
      kind: 'trace',
      ...common,
      format: given.trace,
      path,
      digest: read?.digest ?? '',
      min: given.min ?? count,
      max: given.max ?? count,
      pods: given.pods,
      zones: given.zones,
      price: given.price,
    }
  }

  const background = (given: BackgroundData, i: number): Traced<BackgroundSpec> => {
    const usage = { usage: given.usage.share, limited: given.usage.limited }
    const inflate = given.inflate ?? null
    if (!('trace' in given)) {
      return {
        kind: 'synthetic',
        name: given.name,
        ...usage,
        shapes: given.shapes,
        lifetime: given.lifetime,
        count: given.count ?? null,
        inflate,
      } as BackgroundSpec
    }
    const path = tracePath(given.trace, given.path)
    const read = tried(['workload', 'background', i, given.path === undefined ? 'trace' : 'path'], () => {
      readPods(given.trace, path, given.pods)
      return digest(join(path, given.pods))
    })
    return {
      kind: 'trace',
      name: given.name ?? given.trace,
      ...usage,
      format: given.trace,
      path,
      pods: given.pods,
      inflate,
      speedUp: given.speedUp,
      from: given.from,
      shape: given.shape,
      bootstrap: given.bootstrap ?? null,
      digest: read ?? '',
    } as Traced<BackgroundSpec>
  }

  const jobs = (given: JobsData, i: number): Traced<JobsSpec> => {
    const common = {
      // Closed loops are refused by checks.ts.
      arrivals: (given.arrivals === undefined ? null : resolveTraffic(given.arrivals, data.horizon)) as JobsSpec['arrivals'],
      inflate: (given.inflate ?? null) as JobsSpec['inflate'],
      deadline: given.deadline ?? null,
    }
    if (!('trace' in given))
      return {
        kind: 'drawn',
        ...common,
        tenants: given.tenants ?? [{ name: '', weight: 1 }],
        ...('preset' in given ? ofPreset(given) : ofKeys(given)),
      }
    const brought = given.path === undefined ? bundledTrace(given.trace) : undefined
    const format = bundledTrace(given.trace)?.format ?? given.trace
    const file = brought === undefined ? resolve(folder, given.path ?? '') : fileURLToPath(new URL(bundledFile(brought), packageRoot()))
    const read = tried(['workload', 'jobs', i, given.path === undefined ? 'trace' : 'path'], () => {
      openJobTrace(format, file).next() // the whole of it is read by the runs
      return digest(file)
    })
    return {
      kind: 'trace',
      name: given.name ?? given.trace,
      ...common,
      ...used(given.usage),
      format,
      file,
      tenants: given.tenants ?? [],
      shape: given.shape,
      bootstrap: given.bootstrap ?? null,
      digest: read ?? '',
    }
  }

  const scenario: Scenario = {
    horizon: data.horizon,
    warmup: data.warmup,
    disturbance: data.disturbance ?? null,
    start: data.start,
    pools: data.cluster.pools.map(pool),
    services: data.workload.services.map((given, i) => resolveService(given, traffic(given.traffic, i))),
    background: data.workload.background.map(background),
    jobs: data.workload.jobs.map(jobs),
    scheduling: data.scheduling,
    binpacking: data.binpacking,
    slb: data.slb,
    replicas: data.autoscaling.replicas,
    sizes: data.autoscaling.sizes,
    nodes: data.autoscaling.nodes,
    balancers: data.balancers,
    delays: data.delays,
    contentionEpoch: data.contentionEpoch,
    sample: data.sample,
    check: data.check,
    eventBudget: data.eventBudget,
  }
  return { scenario, issues }
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

type OwnPoolData = Exclude<PoolData, { trace: unknown }>

/** Labels of a node: its pool and zone, as clouds set them, and the user's own. */
function template(given: OwnPoolData, zone: string): NodeTemplate {
  const { cpu, memory, pods, gpus, gpuModel, resources, taints, price } = given
  return { cpu, memory, pods, gpus, gpuModel, resources, zone, taints, price, labels: nodeLabels(given.name, zone, given.labels) }
}

function resolveService(given: ServiceData, traffic: TrafficSpec): ServiceSpec {
  const { name, replicas, threads, weight, allowance, timeout, cancel, retries, networkDelay, grace, preStop, pull, start, probe, work } =
    given
  return {
    name,
    replicas,
    threads,
    weight,
    allowance,
    timeout,
    cancel,
    retries,
    networkDelay,
    grace,
    preStop,
    pull,
    start,
    probe,
    work,
    minReplicas: given.minReplicas ?? Math.min(1, replicas),
    maxReplicas: given.maxReplicas ?? Math.max(given.minReplicas ?? 1, 10 * replicas),
    queue: given.queue === -1 ? null : given.queue,
    objective: given.objective ?? null,
    shape: {
      cpu: given.cpu,
      memory: given.memory,
      limit: given.limit ?? 0,
      gpus: 0,
      gpuMilli: 0,
      gpuModels: [],
      usage: 0,
      resources: given.resources,
      labels: { service: name },
      nodeSelector: given.nodeSelector,
      tolerations: given.tolerations,
      priority: 0,
    },
    traffic,
  }
}

const digests = new Map<string, string>()

/** Traces are read-only data: one reading a process. */
function digest(file: string): string {
  let known = digests.get(file)
  if (known === undefined) digests.set(file, (known = createHash('sha256').update(readFileSync(file)).digest('hex')))
  return known
}

function traceMessage(error: TraceError, folder: string): string {
  const file = error.file.startsWith(folder)
    ? error.file.slice(folder.length).replace(/^\//, '')
    : error.file.split('/').slice(-2).join('/')
  const row = error.line > 0 ? `, row ${error.line}` : ''
  const column = error.column === '' ? '' : `, column ${error.column}`
  return `found ${error.found} in ${file}${row}${column}; accepted: ${error.accepted}`
}

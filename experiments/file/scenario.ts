/** One variant of an experiment, resolved to plain data (JSON and back gives the same): what a plan holds and a worker receives. */
import type {
  AdmissionSpec,
  Batch,
  Antagonist,
  AssessmentSpec,
  DeviceSpec,
  Call,
  Client,
  Delays,
  DeschedulerSpec,
  DnsSpec,
  FamilyPath,
  FlowSpec,
  KubeProxySpec,
  NodeTemplate,
  PackerRole,
  Pool,
  SchedulerSpec,
  Selection,
  Service,
  Workload,
} from '../../sim/index.ts'
import {
  hasDevices,
  loadTracePool,
  snapshotOnce,
  templatesOf,
  type BackgroundSpec,
  type JobsSpec,
  type TraceFormat,
  type TrafficSpec,
  type WorkSpec,
} from '../../workloads/index.ts'
import type { ControlPlaneSpec } from './resolve-control-plane.ts'
import type { OrchestrationSpec } from './orchestration-spec.ts'
import type { Start } from './schema.ts'
import type { RoutingSpec } from './schema/routing.ts'

/** One variant, resolved. */
export interface Scenario extends ControlPlaneSpec {
  readonly horizon: number
  readonly warmup: number
  /** Most scheduling decisions that are kept; absent: none. */
  readonly decisions?: number
  readonly disturbance: number | null
  readonly start: Start
  readonly pools: readonly PoolSpec[]
  /** Absent: none. */
  readonly snapshot?: SnapshotSpec
  readonly services: readonly ServiceSpec[]
  /** Calls that the steps of services name by row; absent: none. */
  readonly calls?: readonly CallSpec[]
  /** Controllers, actions and faults; absent: none. */
  readonly orchestration?: OrchestrationSpec
  /** Jobs and CronJobs; absent: none. */
  readonly batch?: Batch
  /** Absent: none. */
  readonly descheduler?: DeschedulerSpec
  /** Quotas of namespaces; absent: none. */
  readonly admission?: AdmissionSpec
  readonly background: readonly Traced<BackgroundSpec & Placed>[]
  readonly jobs: readonly Traced<JobsSpec & Placed>[]
  /** Absent: none. */
  readonly assessment?: AssessmentSpec
  /** Absent: none. */
  readonly antagonists?: readonly Antagonist[]
  /** Absent: none. */
  readonly devices?: readonly DeviceSpec[]
  /** Absent: none. */
  readonly kubeProxy?: KubeProxyData
  /** One algorithm per family. */
  readonly choices: { readonly [Path in FamilyPath]: Selection }
  /** Schedulers besides the default one. */
  readonly schedulers: readonly SchedulerChoice[]
  readonly binpacking: { readonly role: PackerRole; readonly every: number }
  readonly balancers: number
  readonly delays: Delays
  readonly contentionEpoch: number
  readonly sample: number
  readonly check: boolean
  readonly eventBudget: number
}

/** A further scheduler; its name, view and times as in `SchedulerSpec`. */
export interface SchedulerChoice extends Omit<SchedulerSpec, 'algorithm' | 'order'> {
  readonly algorithm: Selection
  readonly order: Selection
}

/** Name of the scheduler of all pods that name no other. */
export const DEFAULT_SCHEDULER = 'default'

/** The scheduler that places these pods: 0 the default one, i + 1 the i-th of `schedulers`, -1 none: they stay pending. */
export interface Placed {
  readonly scheduler: number
  /** The profile of its configuration; absent: its default one. */
  readonly profile?: string
}

/** SHA-256 of the trace's file, so that other data is another run. */
export type Traced<T> = T & { readonly digest?: string }

interface PoolCommon {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly provision: number
}

export type PoolSpec = OwnPool | TracedPool | SnapshotPool

/** A pool of the nodes of a group of the snapshot. */
export interface SnapshotPool extends PoolCommon {
  readonly kind: 'snapshot'
  readonly group: string
  /** Absolute. */
  readonly path: string
  readonly price: number
  readonly count: number
}

/** The cluster in which a run begins. */
export interface SnapshotSpec {
  /** Absolute. */
  readonly path: string
  readonly digest: string
  readonly usage: number
  readonly limited: boolean
  /** By service: the Service of the snapshot whose pods it has; null: none. */
  readonly services: readonly (string | null)[]
  /** What pods name as their scheduler, those that the run has. */
  readonly schedulers: Readonly<Record<string, Placed>>
}

/** A pool that the file describes. */
export interface OwnPool extends PoolCommon {
  readonly kind: 'own'
  readonly count: number
  /** One per zone, and per rack of each. */
  readonly templates: readonly NodeTemplate[]
}

/** A pool whose nodes come from a trace. */
export interface TracedPool extends PoolCommon {
  readonly kind: 'trace'
  readonly format: TraceFormat
  /** Absolute folder. */
  readonly path: string
  readonly digest: string
  readonly pods: number
  readonly zones: readonly string[]
  readonly price: number
  /** Nodes without GPUs are left out; absent: they are not. */
  readonly gpuOnly?: true
  /** The list is repeated up to this number; absent: once. */
  readonly count?: number
}

/** A service with its pods and its client, in one object as in the file; null stands for Infinity, which JSON does not have. */
export interface ServiceSpec
  extends
    Omit<Workload, 'service' | 'queue' | 'steps'>,
    Omit<Service, 'name' | 'slb' | 'routing' | 'dns'>,
    Omit<Client, 'name' | 'service' | 'objective' | 'requests' | 'flow'> {
  /** Its load is a flow; absent: requests are simulated one by one. */
  readonly flow?: FlowData
  /** null: unlimited. */
  readonly queue: number | null
  /** null: none. */
  readonly objective: number | null
  /** null: no requests from outside, only calls. */
  readonly traffic: TrafficSpec | null
  /** The first step; null when that is a call. */
  readonly work: WorkSpec | null
  /** Further steps; absent: none. */
  readonly steps?: readonly StepSpec[]
  readonly slb?: Selection
  readonly routing?: RoutingSpec
  /** `hold` null: for ever. */
  readonly dns?: Omit<DnsSpec, 'hold'> & { readonly hold: number | null }
  readonly profile?: string
}

/** kube-proxy; the scheduler of ipvs by its name in the kernel. */
export interface KubeProxyData extends Omit<KubeProxySpec, 'ipvs'> {
  readonly ipvs?: 'rr' | 'lc' | 'wlc' | 'sed' | 'nq'
}

/** A flow without what its requests cost. */
export type FlowData = Omit<FlowSpec, 'cost'>

/** Wait and CPU work, or rows of `Scenario.calls` that are called at once. */
export type StepSpec = { readonly cost: WorkSpec } | { readonly calls: readonly number[] }

/** Calls of one service to another; their cost, objective and allowance are those of the called service. */
export interface CallSpec extends Omit<Call, 'cost' | 'objective' | 'allowance' | 'slb'> {
  readonly slb?: Selection
}

/** Templates and initial nodes of a pool; throws a TraceError when its trace cannot be read. */
export function nodesOf(pool: PoolSpec): Pick<Pool, 'templates' | 'initial' | 'added'> {
  if (pool.kind === 'snapshot') {
    const snapshot = snapshotOnce(pool.path)
    const { templates, ...rest } = templatesOf(snapshot, pool.group, { price: pool.price, devices: hasDevices(snapshot) })
    return { ...rest, templates: templates.map((template) => ({ ...template, labels: { pool: pool.name, ...template.labels } })) }
  }
  if (pool.kind === 'trace') {
    const { templates, initial } = loadTracePool(pool.format, pool.path, pool)
    return {
      templates: templates.map((template) => ({ ...template, labels: nodeLabels(pool.name, template.zone, template.labels) })),
      initial,
    }
  }
  return { templates: pool.templates, initial: Int32Array.from({ length: pool.count }, (_, i) => i % pool.templates.length) }
}

/** Every node carries its pool and its zone, so that a service can select them. */
export function nodeLabels(pool: string, zone: string, own: Readonly<Record<string, string>>): Record<string, string> {
  return { pool, 'topology.kubernetes.io/zone': zone, ...own }
}

/** What the nodes at the start offer: millicores, bytes, milli-GPU. */
export function capacityOf(pools: readonly Pick<Pool, 'templates' | 'initial'>[]): { cpu: number; memory: number; gpu: number } {
  const sum = { cpu: 0, memory: 0, gpu: 0 }
  for (const { templates, initial } of pools) {
    for (let i = 0; i < initial.length; i++) {
      const template = templates[initial[i]]
      sum.cpu += template.cpu
      sum.memory += template.memory
      sum.gpu += template.gpus * 1000
    }
  }
  return sum
}

/** Kinds of nodes that a run can have: of pools with nodes at the start, and of those that a node autoscaler may grow. */
export interface NodeKinds {
  readonly templates: readonly NodeTemplate[]
  /** Most nodes of each template at one time. */
  readonly counts: readonly number[]
}

/** The kinds of nodes of a scenario; `nodes` are those of its pools. */
export function nodeKindsOf({ pools, choices }: Scenario, nodes: readonly Pick<Pool, 'templates' | 'initial'>[]): NodeKinds {
  const grows = choices['autoscaling.nodes'].name !== 'none'
  const templates: NodeTemplate[] = []
  const counts: number[] = []
  pools.forEach(({ max }, i) => {
    const { initial } = nodes[i]
    const more = grows ? Math.max(0, max - initial.length) : 0
    if (initial.length + more === 0) return
    const first = counts.length
    for (const template of nodes[i].templates) {
      templates.push(template)
      counts.push(Math.ceil(more / nodes[i].templates.length))
    }
    for (let node = 0; node < initial.length; node++) counts[first + initial[node]]++
  })
  return { templates, counts }
}

/** One variant of an experiment, resolved to plain data (JSON and back gives the same): what a plan holds and a worker receives. */
import type { NodeTemplate, Pool, Retries } from '../../sim/input.ts'
import type { Delays } from '../../sim/input.ts'
import type { Selection } from '../../sim/common/define.ts'
import type { PackerSeat } from '../../sim/binpacking/policy.ts'
import type { PodShape } from '../../sim/workload.ts'
import {
  loadTracePool,
  type BackgroundSpec,
  type JobsSpec,
  type TraceFormat,
  type TrafficSpec,
  type WorkSpec,
} from '../../workloads/index.ts'
import type { Start } from './schema.ts'

export interface Scenario {
  readonly horizon: number
  readonly warmup: number
  readonly disturbance: number | null
  readonly start: Start
  readonly pools: readonly PoolSpec[]
  readonly services: readonly ServiceSpec[]
  readonly background: readonly Traced<BackgroundSpec>[]
  readonly jobs: readonly Traced<JobsSpec>[]
  readonly scheduling: Selection & { readonly order: Selection }
  readonly binpacking: Selection & { readonly seat: PackerSeat; readonly every: number }
  readonly slb: Selection
  readonly replicas: Selection
  readonly sizes: Selection
  readonly nodes: Selection
  readonly balancers: number
  readonly delays: Delays
  readonly contentionEpoch: number
  readonly sample: number
  readonly check: boolean
  readonly eventBudget: number
}

/** SHA-256 of the trace's file, so that other data is another run. */
export type Traced<T> = T & { readonly digest?: string }

interface PoolCommon {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly provision: number
}

export type PoolSpec = OwnPool | TracedPool

export interface OwnPool extends PoolCommon {
  readonly kind: 'own'
  readonly count: number
  /** One per zone. */
  readonly templates: readonly NodeTemplate[]
}

export interface TracedPool extends PoolCommon {
  readonly kind: 'trace'
  readonly format: TraceFormat
  /** Absolute folder. */
  readonly path: string
  readonly digest: string
  readonly pods: number
  readonly zones: readonly string[]
  readonly price: number
}

export interface ServiceSpec {
  readonly name: string
  readonly replicas: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly shape: PodShape
  readonly threads: number
  /** null: unlimited. */
  readonly queue: number | null
  readonly weight: number
  /** null: none. */
  readonly objective: number | null
  readonly allowance: number
  readonly timeout: number
  readonly cancel: boolean
  readonly retries: Retries
  readonly networkDelay: number
  readonly grace: number
  readonly preStop: number
  readonly pull: number
  readonly start: number
  readonly probe: number
  readonly traffic: TrafficSpec
  readonly work: WorkSpec
}

/** Templates and initial nodes of a pool; throws a TraceError when its trace cannot be read. */
export function nodesOf(pool: PoolSpec): Pick<Pool, 'templates' | 'initial'> {
  if (pool.kind === 'trace') {
    const { templates, initial } = loadTracePool(pool.format, pool.path, { pods: pool.pods, zones: pool.zones, price: pool.price })
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

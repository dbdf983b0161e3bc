/** Simulation inputs for tests and benches: a few pods on a few nodes; every delay is 0 unless a test sets it. */
import { nodeAutoscalers } from '../autoscaling/nodes/index.ts'
import { replicaAutoscalers } from '../autoscaling/replicas/index.ts'
import { sizeAutoscalers } from '../autoscaling/sizes/index.ts'
import { packers } from '../binpacking/index.ts'
import { shape, template } from './cluster.ts'
import { valuesOf } from '../common/define.ts'
import type { Catalogue, ParameterValue } from '../common/define.ts'
import type { PackerRole } from '../binpacking/policy.ts'
import type { Choices } from '../families.ts'
import type { Background, Call, Chosen, Client, Cost, Delays, NodeTemplate, Pool, Service, SimulationInput, Workload } from '../input.ts'
import { distribution } from '../random/distributions.ts'
import type { DistributionSpec } from '../random/distributions.ts'
import type { RandomStream } from '../random/stream.ts'
import { orders, schedulers } from '../scheduling/index.ts'
import { balancers } from '../slb/index.ts'
import type { PodShape, PodSource, RequestSource } from '../input.ts'

/** All delays 0, with a metric scrape every 15 s over a window of 30 s. */
export const noDelays: Delays = { decision: 0, perNode: 0, bind: 0, pull: 0, start: 0, propagation: 0, scrape: 15e6, window: 30e6 }

/** The algorithm of this name, with its defaults and the given values. */
export function choose<Made, Context>(
  list: Catalogue<Made, Context>,
  name: string,
  given: Readonly<Record<string, ParameterValue>> = {},
): Chosen<ReturnType<typeof found<Made, Context>>> {
  const definition = found(list, name)
  return { definition, values: valuesOf(definition.parameters, given) }
}

function found<Made, Context>(list: Catalogue<Made, Context>, name: string) {
  const definition = list.find(name)
  if (definition === undefined) throw new Error(`no ${list.family} is called ${name}`)
  return definition
}

export { shape, template }

/** A pool of `count` equal nodes that does not scale. */
export const pool = (count: number, partial: Partial<NodeTemplate> = {}, bounds: Partial<Pool> = {}): Pool => ({
  name: 'general',
  templates: [template(partial)],
  initial: new Int32Array(count),
  min: count,
  max: count,
  provision: 0,
  ...bounds,
})

const NO_WAIT: DistributionSpec = { kind: 'constant', value: 0 }

/** Poisson requests [per s] with work and wait from distributions [µs]; plain objects, for tests only. */
export const requests = (rate: number, work: DistributionSpec, wait: DistributionSpec = NO_WAIT) => stepped(rate, rate, 0, work, wait)

/** The same at rate `before` until `at` [s], then at rate `after`; the k-th request has the same random draws whatever the rates. */
export function stepped(before: number, after: number, at: number, work: DistributionSpec, wait: DistributionSpec = NO_WAIT) {
  return (stream: (purpose: string) => RandomStream): RequestSource => {
    const arrivals = stream('arrivals')
    const works = stream('work')
    const waits = stream('wait')
    const workOf = distribution(work)
    const waitOf = distribution(wait)
    let units = 0
    const source = {
      wait: 0,
      work: 1,
      key: -1,
      next: () => {
        units += -Math.log(1 - arrivals.next())
        source.work = Math.max(1, Math.round(workOf.sample(works)))
        source.wait = Math.round(waitOf.sample(waits))
        const seconds = units <= before * at ? units / before : at + (units - before * at) / after
        return Math.round(seconds * 1e6)
      },
      rateAt: (time: number) => (time < at * 1e6 ? before : after),
    }
    return source
  }
}

/** No client from outside: the service is only called. */
export const NO_REQUESTS = (): RequestSource => {
  throw new Error('a service without clients has no requests')
}

/** A call with a constant cost, without timeout and retries. */
export const call = (partial: Pick<Call, 'name' | 'caller' | 'service'> & Partial<Call>): Call => ({
  cost: cost({ kind: 'constant', value: 10_000 }),
  share: 1,
  optional: false,
  deadline: false,
  objective: Infinity,
  allowance: 0.01,
  timeout: 0,
  cancel: true,
  retries: { limit: 0, backoff: 0, budget: 0 },
  ...partial,
})

/** CPU work, and a wait before it, from distributions [µs]. */
export function cost(work: DistributionSpec, wait: DistributionSpec = NO_WAIT): Cost {
  const workOf = distribution(work)
  const waitOf = distribution(wait)
  return {
    at: (into, waitUniform, workUniform) => {
      into.wait = Math.round(waitOf.quantile(Math.max(waitUniform, Number.MIN_VALUE)))
      into.work = Math.max(1, Math.round(workOf.quantile(Math.max(workUniform, Number.MIN_VALUE))))
    },
  }
}

/** A service with its pods and its one client in one flat object, as the YAML form has it. */
export type FlatService = Omit<Workload & Service & Client, 'service' | 'scheduler'> & { readonly scheduler?: number }

/** Background pods; the default scheduler places them. */
export type FlatBackground = Omit<Background, 'scheduler'> & { readonly scheduler?: number }

/** An input with flat services, and one key per family. */
export interface FlatInput extends Omit<SimulationInput, 'workloads' | 'services' | 'clients' | 'background' | 'choices' | 'binpacking'> {
  readonly services: readonly FlatService[]
  readonly background: readonly FlatBackground[]
  readonly scheduling: Choices['scheduling'] & { readonly order?: Choices['scheduling.order'] }
  readonly binpacking: Choices['binpacking'] & { readonly role: PackerRole; readonly every: number }
  readonly slb: Choices['slb']
  readonly replicas: Choices['autoscaling.replicas']
  readonly sizes: Choices['autoscaling.sizes']
  readonly nodes: Choices['autoscaling.nodes']
}

/** A service of one replica with one thread and 10 requests/s. */
export const service = (partial: Partial<FlatService> = {}): FlatService => ({
  name: 'web',
  replicas: 1,
  minReplicas: partial.minReplicas ?? partial.replicas ?? 1,
  maxReplicas: partial.maxReplicas ?? partial.replicas ?? 1,
  shape: shape(),
  threads: 1,
  queue: Infinity,
  weight: 1,
  objective: 100_000,
  allowance: 0.01,
  timeout: 0,
  cancel: true,
  retries: { limit: 0, backoff: 0, budget: 0 },
  networkDelay: 0,
  grace: 30e6,
  preStop: 0,
  pull: 0,
  start: 0,
  probe: 0,
  requests: requests(10, { kind: 'exponential', mean: 10_000 }),
  ...partial,
})

/** A whole input from flat parts: one service is a workload, a service and a client of one name. */
export function input(partial: Partial<FlatInput> = {}): SimulationInput {
  const { services, background, scheduling, binpacking, slb, replicas, sizes, nodes, ...rest } = flat(partial)
  const { order, ...scheduler } = scheduling
  const { role, every, ...packer } = binpacking
  return {
    ...rest,
    workloads: services.map((one, service) => ({ scheduler: 0, ...one, service })),
    services: services.map(({ name, networkDelay, slb, signals, routing, connections, endpoints, path, exposure, dns }) => ({
      name,
      networkDelay,
      ...(slb === undefined ? {} : { slb }),
      ...(signals === undefined ? {} : { signals }),
      ...(routing === undefined ? {} : { routing }),
      ...(connections === undefined ? {} : { connections }),
      ...(endpoints === undefined ? {} : { endpoints }),
      ...(path === undefined ? {} : { path }),
      ...(exposure === undefined ? {} : { exposure }),
      ...(dns === undefined ? {} : { dns }),
    })),
    clients: services.flatMap((one, service) => (one.requests === NO_REQUESTS ? [] : [{ ...one, service }])),
    background: background.map((one) => ({ scheduler: 0, ...one })),
    choices: {
      scheduling: scheduler,
      'scheduling.order': order ?? choose(orders, 'fifo'),
      binpacking: packer,
      slb,
      'autoscaling.replicas': replicas,
      'autoscaling.sizes': sizes,
      'autoscaling.nodes': nodes,
    },
    binpacking: { role, every },
  }
}

const flat = (partial: Partial<FlatInput>): FlatInput => ({
  seed: 1,
  replication: 0,
  horizon: 60e6,
  warmup: 0,
  ageing: 0,
  pools: [pool(1)],
  services: [],
  background: [],
  schedulers: [],
  scheduling: choose(schedulers, 'least-allocated'),
  binpacking: { ...choose(packers, 'none'), role: 'both', every: 1e6 },
  replicas: choose(replicaAutoscalers, 'none'),
  sizes: choose(sizeAutoscalers, 'none'),
  nodes: choose(nodeAutoscalers, 'none'),
  slb: choose(balancers, 'random'),
  balancers: 1,
  delays: noDelays,
  contentionEpoch: 0,
  disturbance: -1,
  sample: 60e6,
  check: true,
  eventBudget: Infinity,
  ...partial,
})

/** Background pods that arrive at time 0 and stay. */
export const standing = (shapes: readonly PodShape[]) => ({
  name: 'standing',
  pods: (): PodSource => {
    let next = -1
    return {
      next: () => (++next < shapes.length ? 0 : Infinity),
      get shape() {
        return next
      },
      shapes,
      duration: Infinity,
      meanDuration: 0,
      stationary: true,
      notes: [],
    }
  },
})

/** Requests at given times with given waits and works [ms]. */
export const script = (rows: readonly (readonly [at: number, wait: number, work: number])[]) => (): RequestSource => {
  let row = -1
  return {
    next: () => (++row < rows.length ? rows[row][0] * 1000 : Infinity),
    get wait() {
      return rows[row][1] * 1000
    },
    get work() {
      return rows[row][2] * 1000
    },
    key: -1,
    rateAt: () => 0,
  }
}

/** Background pods with given arrival times and durations [ms], counted from the start of ageing or (not stationary) from the origin. */
export const coming = (rows: readonly (readonly [at: number, shape: PodShape, duration: number])[], stationary = true): FlatBackground => ({
  name: 'coming',
  pods: (): PodSource => {
    let row = -1
    return {
      next: () => (++row < rows.length ? rows[row][0] * 1000 : Infinity),
      get shape() {
        return row
      },
      shapes: rows.map(([, shape]) => shape),
      get duration() {
        return rows[row][2] * 1000
      },
      meanDuration: 0,
      stationary,
      notes: [],
    }
  },
})

/** Jobs of one task each, with given arrival times and durations [ms]; `deadlines` [ms] by job, tenants in rotation. */
export const jobsOf = (
  rows: readonly (readonly [at: number, shape: PodShape, duration: number])[],
  deadlines: readonly number[] = [],
  tenants: readonly string[] = [''],
): FlatBackground => ({
  name: 'jobs',
  pods: (): PodSource => {
    const left = rows.map(() => 1)
    let row = -1
    return {
      next: () => (++row < rows.length ? rows[row][0] * 1000 : Infinity),
      get shape() {
        return row
      },
      get key() {
        return row
      },
      get job() {
        return row
      },
      get duration() {
        return rows[row][2] * 1000
      },
      shapes: rows.map(([, shape]) => shape),
      jobs: {
        submitted: rows.map(([at]) => at * 1000),
        deadline: rows.map((_, i) => (deadlines[i] ?? Infinity) * 1000),
        criticalPath: rows.map(([, , duration]) => duration * 1000),
        left,
        tenant: rows.map((_, i) => i % tenants.length),
        tenants,
      },
      released: (job: number) => {
        left[job]--
        return false
      },
      meanDuration: 0,
      stationary: false,
      notes: [],
    }
  },
})

/**
 * What one run is made of, as values the simulation can use at once: everything resolved, whole numbers, no defaults left open.
 * The runner (experiments/run/run.ts) builds it from a plan entry; tests build it by hand. Times [µs], cpu [millicores],
 * memory [bytes], price [micro-dollars per hour].
 */
import type { PackerSeat } from './binpacking/policy.ts'
import type { NodeAutoscalerDefinition } from './autoscaling/nodes/policy.ts'
import type { ReplicaAutoscalerDefinition } from './autoscaling/replicas/policy.ts'
import type { SizeAutoscalerDefinition } from './autoscaling/sizes/policy.ts'
import type { PackerDefinition } from './binpacking/policy.ts'
import type { OrderDefinition } from './scheduling/orders/policy.ts'
import type { SchedulerDefinition } from './scheduling/policy.ts'
import type { BalancerDefinition } from './slb/policy.ts'
import type { NodeTemplate, PodShape } from './cluster/spec.ts'
import type { PodSource, RequestSource } from './workload.ts'
import type { ParameterValue } from './common/define.ts'
import type { RandomStream } from './random/stream.ts'

export type { NodeTemplate, Taint } from './cluster/spec.ts'

/** Nodes of one origin. Node i at the start is `templates[initial[i]]`; nodes added later cycle through `templates`. */
export interface Pool {
  readonly name: string
  readonly templates: readonly NodeTemplate[]
  readonly initial: ArrayLike<number>
  /** Bounds for the node autoscaler; equal to the initial count when the pool does not scale. */
  readonly min: number
  readonly max: number
  /** Order of a node to Ready. */
  readonly provision: number
}

export interface Retries {
  /** Further tries after the first; 0: none. */
  readonly limit: number
  /** Wait before try k (1-based): uniform in [0, backoff * 2^(k-1)], keyed by (request, attempt). */
  readonly backoff: number
  /** Retries allowed as a share of first tries over a token bucket; 1 token a retry, `budget` tokens a first try, at most 10 tokens kept. */
  readonly budget: number
}

/** A long-running service whose requests are simulated one by one. */
export interface Service {
  readonly name: string
  readonly replicas: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly shape: PodShape
  /** Requests a pod works on at once, first come first served; 0: all of them, processor sharing. */
  readonly threads: number
  /** Requests that may wait in a pod for a thread; a further one is rejected. Infinity: no bound. */
  readonly queue: number
  /** Smooth weighted round-robin and the like read it. */
  readonly weight: number
  /** Latency objective, and the share of misses a minute may have before it is a violation. */
  readonly objective: number
  readonly allowance: number
  /** Client timeout per try; 0: none. On timeout the work is cancelled in the pod, or goes on, wasted. */
  readonly timeout: number
  readonly cancel: boolean
  readonly retries: Retries
  /** One way client to pod [µs]. */
  readonly networkDelay: number
  /** Grace of a terminating pod, and how long it keeps accepting before it refuses (preStop). */
  readonly grace: number
  readonly preStop: number
  /** Image pull, start, and period of the readiness probe (0: ready at once). */
  readonly pull: number
  readonly start: number
  readonly probe: number
  /** Opens this service's requests; called once, with streams named after the service. */
  requests(stream: (purpose: string) => RandomStream): RequestSource
}

export interface Background {
  readonly name: string
  pods(stream: (purpose: string) => RandomStream): PodSource
}

/** A chosen algorithm with its values. */
export interface Chosen<D> {
  readonly definition: D
  readonly values: Readonly<Record<string, ParameterValue>>
}

export interface Delays {
  /** Decision time: `decision + perNode * examined`, charged to the scheduler, which is busy meanwhile. */
  readonly decision: number
  readonly perNode: number
  /** From decision to the kubelet's start of the pull. */
  readonly bind: number
  /** Pull and start of background pods. */
  readonly pull: number
  readonly start: number
  /** Endpoint change to balancer. */
  readonly propagation: number
  /** Period of the metric scrape, and length of the averaging window (whole scrapes, at least one). */
  readonly scrape: number
  readonly window: number
}

export interface SimulationInput {
  readonly seed: string | number
  readonly replication: number
  /** Measured run: origin to horizon; metrics count from `warmup`. */
  readonly horizon: number
  readonly warmup: number
  /** Length of ageing before the origin: background pods are placed and churned by the run's own scheduler. */
  readonly ageing: number
  readonly pools: readonly Pool[]
  readonly services: readonly Service[]
  readonly background: readonly Background[]
  /** Without an order: first in, first out. */
  readonly scheduling: Chosen<SchedulerDefinition> & { readonly order?: Chosen<OrderDefinition> }
  readonly binpacking: Chosen<PackerDefinition> & { readonly seat: PackerSeat; readonly every: number }
  readonly replicas: Chosen<ReplicaAutoscalerDefinition>
  readonly sizes: Chosen<SizeAutoscalerDefinition>
  readonly nodes: Chosen<NodeAutoscalerDefinition>
  readonly slb: Chosen<BalancerDefinition>
  /** Balancer instances per service, each with its own view. */
  readonly balancers: number
  readonly delays: Delays
  /** Node CPU contention: recompute at most this often; 0 is exact. */
  readonly contentionEpoch: number
  /** Instant of the declared disturbance that `recovery` counts from, after the origin; NONE when there is none. */
  readonly disturbance: number
  /** Step of the time series. */
  readonly sample: number
  readonly check: boolean
  /** Stop with a clear word after so many events. */
  readonly eventBudget: number
}

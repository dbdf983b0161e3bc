/**
 * What one run is made of, as values that the simulation can use immediately: everything resolved, whole numbers, no defaults left open.
 * Each module declares the types that it needs (cluster/spec.ts, serving/spec.ts, controllers/spec.ts); this file puts them together. The
 * runner (experiments/run/run.ts) builds it from a plan entry; tests build it by hand. Times [µs], cpu [millicores], memory [bytes],
 * price [micro-dollars per hour].
 */
import type { PackerRole } from './binpacking/policy.ts'
import type { Time } from './common/ids.ts'
import type { ApiClientLimits } from './controllers/api-clients.ts'
import type { ApiServerSpec } from './controllers/api-server/api-server.ts'
import type { AdmissionSpec } from './controllers/admission/spec.ts'
import type { LeaderElectionSpec } from './controllers/components.ts'
import type { Batch } from './controllers/batch/spec.ts'
import type { DeschedulerSpec } from './controllers/descheduling/spec.ts'
import type { Orchestration } from './controllers/orchestration/spec.ts'
import type { SchedulerSpec } from './controllers/placement-role.ts'
import type { Present } from './controllers/present-spec.ts'
import type { Background, Delays, Pool } from './controllers/spec.ts'
import type { Choices } from './families.ts'
import type { AssessmentSpec } from './measure/assessment-spec.ts'
import type { DeviceSpec } from './network/devices/spec.ts'
import type { KubeProxySpec } from './network/views/spec.ts'
import type { Antagonist } from './serving/antagonists.ts'
import type { Call, Client, Service, Workload } from './serving/spec.ts'

export type { NodeTemplate, PodShape, Taint, Toleration } from './cluster/spec.ts'
export type { PodAdmission } from './cluster/admission.ts'
export type { AdmissionSpec, QuotaScope, QuotaSpec } from './controllers/admission/spec.ts'
export type { PodRules } from './cluster/rules.ts'
export type {
  Action,
  ControlledWorkload,
  ControllerSpec,
  Fault,
  NodeSelection,
  Orchestration,
  OrchestratorName,
  Version,
} from './controllers/orchestration/spec.ts'
export type { ContainerImage, ImageSettings } from './controllers/images/spec.ts'
export type { EvictionSpec } from './controllers/pressure/spec.ts'
export type { ApiClientLimits } from './controllers/api-clients.ts'
export type { LeaderElectionSpec } from './controllers/components.ts'
export type { ApiServerSpec } from './controllers/api-server/api-server.ts'
export type { Batch, BatchAction, BatchController, BatchWorkload, JobTemplate } from './controllers/batch/spec.ts'
export type { DeschedulerSpec, PluginSpec } from './controllers/descheduling/spec.ts'
export type { ContainerBehavior, InitContainer, MemorySpec, Probes, ProbeSpec } from './controllers/orchestration/container-spec.ts'
export type { Chosen } from './common/define.ts'
export type { Consistency, DatabaseSpec, StatefulSpec, StoreSpec } from './controllers/stateful/spec.ts'
export type { ClaimSpec, ConfigObject, Driver, PodVolume, StaticVolume, Storage, StorageClass } from './controllers/storage/spec.ts'
export type { SchedulerSpec, SchedulerView } from './controllers/placement-role.ts'
export type { Keeping, Present, PresentBudget, PresentKind } from './controllers/present-spec.ts'
export type { Background, Delays, JobsView, PodSource, Pool } from './controllers/spec.ts'
export type { Choices } from './families.ts'
export type { Routing } from './slb/guard/spec.ts'
export type { AssessmentSpec } from './measure/assessment-spec.ts'
export type { Architecture, DeviceFailure, DeviceSpec } from './network/devices/spec.ts'
export type { KubeProxySpec } from './network/views/spec.ts'
export type { DnsSpec, Exposure } from './serving/access-spec.ts'
export type { ConcurrencyLimit, LimiterName } from './serving/limits/limiter.ts'
export type { Antagonist } from './serving/antagonists.ts'
export type {
  Call,
  Client,
  Cost,
  EndpointSpec,
  FlowSpec,
  Hedging,
  RequestSource,
  Retries,
  Sender,
  Service,
  Step,
  Workload,
} from './serving/spec.ts'

/** One run. */
export interface SimulationInput {
  readonly seed: string | number
  readonly replication: number
  /** Measured run: origin to horizon; metrics count from `warmup`. */
  readonly horizon: Time
  readonly warmup: Time
  /** Length of the ageing before the origin: background pods are placed and replaced by the run's own scheduler. */
  readonly ageing: Time
  readonly pools: readonly Pool[]
  /** The pods that serve, the services they are reached by, and the clients of these. */
  readonly workloads: readonly Workload[]
  readonly services: readonly Service[]
  readonly clients: readonly Client[]
  /** Calls between services, named by the steps of workloads; absent: none. */
  readonly calls?: readonly Call[]
  /** Controllers of workloads, actions and faults; absent: all workloads are kept by plain replica sets, and nothing is done or breaks. */
  readonly orchestration?: Orchestration
  readonly background: readonly Background[]
  /** Pods that are there when the run begins, and objects about them; absent: none. */
  readonly present?: Present
  /** Limits of the clients of the API server; absent: none. */
  readonly apiClients?: ApiClientLimits
  /** Time and limits of requests to the API server; absent: it answers at once. */
  readonly apiServer?: ApiServerSpec
  /** Leases of the controller manager and the scheduler; absent: `LEADER_ELECTION`. */
  readonly leaderElection?: LeaderElectionSpec
  /** Quotas of namespaces; absent: every pod is created. */
  readonly admission?: AdmissionSpec
  /** Jobs and CronJobs; absent: none. */
  readonly batch?: Batch
  /** Evicts pods that would better be elsewhere; absent: none. */
  readonly descheduler?: DeschedulerSpec
  /** Load of other tenants of the nodes that comes and goes; absent: none. */
  readonly antagonists?: readonly Antagonist[]
  /** Demand, power and carbon by which the run is judged; absent: it is not. */
  readonly assessment?: AssessmentSpec
  /** Network devices that paths of services name by row; absent: none. */
  readonly devices?: readonly DeviceSpec[]
  /** The kube-proxy of every node, for the services that have an exposure; absent: none. */
  readonly kubeProxy?: KubeProxySpec
  /** One algorithm per family; those of `scheduling` are the default scheduler's. */
  readonly choices: Choices
  /** Schedulers besides the default one, which is row 0 for the pods that name it: row i + 1 is `schedulers[i]`. */
  readonly schedulers: readonly SchedulerSpec[]
  /** What the packer does: places in rounds of this period, estimates nodes for the node autoscaler, or both. */
  readonly binpacking: { readonly role: PackerRole; readonly every: Time }
  /** Balancer instances per service, each with its own view. */
  readonly balancers: number
  readonly delays: Delays
  /** Node CPU contention: recomputed at most this often; 0 is exact. */
  readonly contentionEpoch: Time
  /** Instant of the declared disturbance that `recovery` counts from, after the origin; NONE when there is none. */
  readonly disturbance: Time
  /** Most scheduling decisions that are kept of the first replication; absent or 0: none. */
  readonly decisions?: number
  /** Step of the time series. */
  readonly sample: Time
  readonly check: boolean
  /** The run fails with a message after this number of events. */
  readonly eventBudget: number
  /** Names of the users' own algorithms: with any, all laws are checked once, at the end of the run. */
  readonly ownAlgorithms?: readonly string[]
}

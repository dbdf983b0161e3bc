/** What the queue of a pod is connected to: where tries go from it, who follows their steps and their number, and what it needs of the run. */
import type { RequestId, ServerId, ServiceId } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Imbalance } from '../measure/imbalance.ts'
import type { Cause } from '../measure/ledger.ts'
import type { Streams } from '../random/stream.ts'
import type { CpuShares } from './cpu-shares.ts'
import type { Engines } from './inference/engines.ts'
import type { Requests } from './requests.ts'
import type { Servers } from './servers.ts'
import type { WorkHeaps } from './work-heaps.ts'

/** Where a try goes from the pod. */
export interface Outlet {
  /** The work is done: the response leaves the pod. */
  respond(request: RequestId): void
  /** The pod refused, rejected or lost the try. */
  failed(request: RequestId, cause: Cause): void
}

/** What a request does in its pod after its first wait and CPU work; calls.ts implements it. */
export interface Program {
  /** Whether requests of this service have further steps. */
  hasSteps(service: ServiceId): boolean
  /** A try of a service with steps reaches its pod. */
  delivered(request: RequestId): void
  /** A step is done: `resume`, `finish` or `fail` follows in an event of its own. */
  stepDone(request: RequestId): void
  /** A try that is between two steps leaves its pod: its calls are given up. */
  abandoned(request: RequestId): void
}

/** Notified of each change of the number of requests in a pod. */
export interface InsideListener {
  changed(server: ServerId, before: number, inside: number): void
}

/** What the pod queue needs of the run. */
export interface PodQueueRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly servers: Servers
  readonly heaps: WorkHeaps
  readonly shares: CpuShares
  /** Null or absent: no pod serves a language model. */
  readonly engines?: Engines | null
  /** By service. */
  readonly imbalance: readonly Imbalance[]
}

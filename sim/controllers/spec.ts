/** What a run says of nodes, background pods and delays. Times [µs], price [micro-dollars per hour]; whole numbers. */
import type { Time } from '../common/ids.ts'
import type { NodeTemplate } from '../cluster/spec.ts'
import type { RandomStream } from '../random/stream.ts'
import type { PodShape } from '../cluster/spec.ts'

/** Nodes of one origin. Node i at the start is `templates[initial[i]]`; nodes added later cycle through `templates`. */
export interface Pool {
  readonly name: string
  readonly templates: readonly NodeTemplate[]
  readonly initial: ArrayLike<number>
  /** Nodes added later cycle through the first of `templates`, this many; absent: through all of them. */
  readonly added?: number
  /** Bounds for the node autoscaler; equal to the initial count when the pool does not scale. */
  readonly min: number
  readonly max: number
  /** From the order of a node until it is Ready. */
  readonly provision: Time
}

/** A source of pods that run for a while: batch tasks, or the rest of a cluster. */
export interface Background {
  readonly name: string
  /** The scheduler that places these pods, a row of `SimulationInput.schedulers`. */
  readonly scheduler: number
  /** The tasks of a job start together or not at all; absent: each by itself. */
  readonly rigid?: boolean
  pods(stream: (purpose: string) => RandomStream): PodSource
}

/** Delays of the control plane; each may be zero. */
export interface Delays {
  /** Decision time of the default scheduler: `decision + perNode * examined`; the scheduler is busy meanwhile. */
  readonly decision: Time
  readonly perNode: Time
  /** From the decision to the start of the image pull. */
  readonly bind: Time
  /** Image pull and start of background pods. */
  readonly pull: Time
  readonly start: Time
  /** From an endpoint change to the balancers. */
  readonly propagation: Time
  /** Period of the metric scrape, and length of the averaging window (whole scrapes, at least one). */
  readonly scrape: Time
  readonly window: Time
}

/** Pods of one source, one pending at a time; same rules as RequestSource. */
export interface PodSource {
  next(): Time
  /** Row of `shapes`, which may grow while the source is read. */
  readonly shape: number
  readonly shapes: readonly PodShape[]
  /** Expected number of pods of each shape, in proportion; absent: unknown. */
  readonly mix?: ArrayLike<number>
  /** Time the pod runs, from the end of its start-up [µs]; Infinity: for ever. */
  readonly duration: Time
  /** Identity of the pod within its source, handed back to `released`; NONE or absent: none. */
  readonly key?: number
  /** When the pod should be finished [µs from the origin of the source]; Infinity or absent: no deadline. */
  readonly deadline?: Time
  /** Run time that the user requested [µs]; absent: the duration. */
  readonly requested?: Time
  /** Number of tasks that start together, this pod and those that follow it; 1 or absent: it starts by itself. */
  readonly gangSize?: number
  /** Longest chain of run times from its start to the end of its job, along the tasks that wait for it [µs]; absent: its duration. */
  readonly tail?: Time
  /** Row of `jobs` that the pod is a task of; absent with `jobs`. */
  readonly job?: number
  /** The jobs that the pods of this source belong to; absent: none. */
  readonly jobs?: JobsView
  /** Expected lifetime over the source [µs], for ageing; 0 when unknown. */
  readonly meanDuration: number
  /** True: time zero of the source is the start of ageing, not the origin (a stationary source). */
  readonly stationary: boolean
  /** Which of its pods fit no node of the cluster, a sentence; empty or absent: all fit, or unknown before the run. */
  readonly misfit?: string
  /** Rows that were dropped on reading so far, with the reason. Read at the end of the run. */
  readonly notes: readonly string[]
  /** As `RequestSource.completed`, for a pod that has completed; `key` is the pod's, NONE when it has none. */
  released?(key: number, time: Time): boolean
}

/**
 * Jobs of a source, one row each, read when one of their tasks arrives and when one completes. The row of a completed job is reused by a
 * later one, from the next call of `next()` on. Columns move when they grow: read them at each call.
 */
export interface JobsView {
  /** Submission [µs from the origin of the source]; below 0 when the job is older than the source. */
  readonly submitted: ArrayLike<number>
  /** When it should be finished, on the same clock; Infinity: no deadline. */
  readonly deadline: ArrayLike<number>
  /** Longest chain of task durations: the completion time without any waiting [µs]. */
  readonly criticalPath: ArrayLike<number>
  /** Tasks that have not completed; 0: the job has. */
  readonly left: ArrayLike<number>
  /** Who submitted it: row of `tenants`. */
  readonly tenant: ArrayLike<number>
  readonly tenants: readonly string[]
}

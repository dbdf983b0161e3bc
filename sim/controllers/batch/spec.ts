/** What a run says about Jobs and CronJobs: their objects, and how their pods run and exit. Times [µs]; whole numbers. */
import type { PodShape } from '../../cluster/spec.ts'
import type { Time } from '../../common/ids.ts'
import type { DistributionSpec } from '../../random/distributions.ts'
import type { CronJobSpec } from '../kubernetes/cron-job.ts'
import type { JobSpec } from '../kubernetes/job-object.ts'

/** What the pods of a Job request, how long they run, and how they exit. */
export interface JobTemplate {
  readonly name: string
  readonly shape: PodShape
  /** From the start of the process to its exit [µs]; drawn for each pod. */
  readonly duration: DistributionSpec
  /** Share of exits with an error, and their exit codes by weight. */
  readonly failures: number
  readonly exitCodes: readonly { readonly code: number; readonly weight: number }[]
}

/** The object that creates the pods: a Job, or a CronJob and its Jobs. */
export type BatchController =
  | { readonly kind: 'job'; readonly job: Partial<JobSpec> }
  | { readonly kind: 'cron-job'; readonly cronJob: CronJobSpec; readonly job: Partial<JobSpec> }

/** A Job or a CronJob of a run. */
export interface BatchWorkload {
  readonly name: string
  readonly controller: BatchController
  /** The first one is that of the start; a CronJob may change to another, which its next Jobs have. */
  readonly versions: readonly JobTemplate[]
  /** The scheduler that places the pods, a row of `SimulationInput.schedulers`. */
  readonly scheduler: number
  /** When the object is created, after the origin. */
  readonly at: Time
  /** From the request to delete a running pod until its process has ended. */
  readonly grace: Time
}

/** All of them. */
export interface Batch {
  readonly workloads: readonly BatchWorkload[]
  /** From a change of an object to the sync of the controller that sees it. */
  readonly latency: Time
  /** Instant of the origin [s since 1970], which decides when the slots of CronJobs fall. */
  readonly clock: number
}

/** What people do to Jobs and CronJobs; `batch` is a row of `Batch.workloads`. */
export type BatchAction = { readonly at: Time; readonly batch: number } & (
  | { readonly kind: 'suspend' | 'resume' }
  /** A CronJob starts a Job now, whatever its schedule. */
  | { readonly kind: 'trigger' }
  | { readonly kind: 'parallelism'; readonly replicas: number }
  | { readonly kind: 'template'; readonly version: number }
)

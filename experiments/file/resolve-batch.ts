/** From the Jobs and CronJobs of the file to those of a run, as plain values that JSON can hold. */
import type { BatchController, BatchWorkload, JobTemplate, PodShape } from '../../sim/index.ts'
import type { BatchControllerData, BatchData } from './schema/batch.ts'

/** Where the file says nothing of the pods: one minute, and no failure. */
const DURATION = { kind: 'constant', value: 60_000_000 } as const
const EXIT_CODES = [{ code: 1, weight: 1 }] as const

/** Without its scheduler, which is found by name. */
export function resolveBatch(given: BatchData): Omit<BatchWorkload, 'scheduler'> {
  const { name, at, grace, limit, usage, version, versions, duration, failures, exitCodes, ...rest } = given
  const { cpu, memory, resources, nodeSelector, tolerations, priority } = rest
  const shape: PodShape = {
    cpu,
    memory,
    limit: usage.limited ? cpu : (limit ?? 0),
    gpus: 0,
    gpuMilli: 0,
    gpuModels: [],
    usage: usage.share,
    resources,
    labels: { job: name },
    nodeSelector,
    tolerations,
    priority,
  }
  const first: JobTemplate = {
    name: version,
    shape,
    duration: duration ?? DURATION,
    failures: failures ?? 0,
    exitCodes: exitCodes ?? EXIT_CODES,
  }
  const others = versions.map((one): JobTemplate => ({
    name: one.name,
    shape: { ...shape, cpu: one.cpu ?? cpu, memory: one.memory ?? memory, limit: one.limit ?? shape.limit },
    duration: one.duration ?? first.duration,
    failures: one.failures ?? first.failures,
    exitCodes: one.exitCodes ?? first.exitCodes,
  }))
  return { name, at, grace, versions: [first, ...others], controller: controllerOf(given.controller) }
}

function controllerOf(given: BatchControllerData): BatchController {
  if (given.kind === 'job') return { kind: 'job', job: jobOf(given.job) }
  const { schedule, concurrencyPolicy, suspend, timeZone = null } = given
  return {
    kind: 'cron-job',
    cronJob: {
      schedule,
      timeZone,
      concurrencyPolicy,
      startingDeadline: infinite(given.startingDeadline),
      suspend,
      successfulJobsHistoryLimit: given.successfulHistory,
      failedJobsHistoryLimit: given.failedHistory,
    },
    job: jobOf(given.job),
  }
}

/** Infinity is not part of JSON: so large a time is never reached in a run. */
const infinite = (time: number | undefined): number => time ?? NEVER

/** About the largest whole number of microseconds [µs], 285 years. */
const NEVER = 9_000_000_000_000_000

type JobData = Extract<BatchControllerData, { kind: 'job' }>['job']
type JobObject = BatchController['job']

/** The Job as its controller reads it; what is absent has the default of the API server. */
export function jobOf(given: JobData): JobObject {
  const { podFailurePolicy, successPolicy, podReplacement, activeDeadline, ttl, completions = 1, ...same } = given
  return {
    ...defined(same),
    completions,
    ...(activeDeadline === undefined ? {} : { activeDeadline }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(podReplacement === undefined ? {} : { podReplacementPolicy: podReplacement }),
    ...(podFailurePolicy === undefined ? {} : { podFailurePolicy: podFailurePolicy.map(ruleOf) }),
    ...(successPolicy === undefined
      ? {}
      : { successPolicy: successPolicy.map(({ indexes = null, count = null }) => ({ succeededIndexes: indexes, succeededCount: count })) }),
  }
}

type Defined<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> }

/** Without the keys that the file leaves out. */
const defined = <T extends object>(given: T): Partial<Defined<T>> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>

function ruleOf({ action, exitCodes, otherExitCodes }: NonNullable<JobData['podFailurePolicy']>[number]) {
  if (exitCodes !== undefined) return { action, onExitCodes: { operator: 'In' as const, values: exitCodes } }
  if (otherExitCodes !== undefined) return { action, onExitCodes: { operator: 'NotIn' as const, values: otherExitCodes } }
  return { action, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }
}

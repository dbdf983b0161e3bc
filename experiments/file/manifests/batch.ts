/** A Job or a CronJob of the manifests as an item of `batch`. */
import type { ManifestWorkload } from '../../../workloads/index.ts'
import { placementOf, requestsOf } from './flat.ts'

type Raw = Record<string, unknown>
type Job = Extract<ManifestWorkload['controller'], { kind: 'Job' }>

const time = (microseconds: number): string => `${microseconds}us`

/** Keys of `behavior` that pods of Jobs have. */
export const OF_BATCH: readonly string[] = [
  'duration',
  'failures',
  'exitCodes',
  'usage',
  'cpu',
  'limit',
  'memory',
  'grace',
  'scheduler',
  'version',
]

/** The item; keys of `behavior` come last. */
export function batchItem(name: string, workload: ManifestWorkload, behavior: Raw): Raw {
  const { template, controller } = workload
  const { cpu: limit } = template.limits
  return {
    name,
    ...requestsOf(workload),
    ...(limit === undefined || limit === 0 ? {} : { limit: `${limit}m` }),
    ...placementOf(workload),
    grace: time(template.grace),
    controller: controllerOf(controller, template.restartPolicy),
    priority: template.priority,
    ...behavior,
  }
}

function controllerOf(controller: ManifestWorkload['controller'], restartPolicy: string): Raw {
  if (controller.kind === 'Job') return { job: jobOf(controller, restartPolicy) }
  if (controller.kind !== 'CronJob') throw new Error(`a ${controller.kind} is no Job`)
  const { schedule, timeZone, concurrencyPolicy, startingDeadline, suspend, successfulJobsHistory, failedJobsHistory, job } = controller
  return {
    'cron-job': {
      schedule,
      ...(timeZone === null ? {} : { timeZone }),
      concurrencyPolicy,
      ...(startingDeadline === null ? {} : { startingDeadline: time(startingDeadline) }),
      suspend,
      successfulHistory: successfulJobsHistory,
      failedHistory: failedJobsHistory,
      job: jobOf(job, restartPolicy),
    },
  }
}

/** What is null in a manifest is left out: it has the same default here. */
function jobOf(job: Job, restartPolicy: string): Raw {
  const { completions, activeDeadline, ttl, podReplacementPolicy, podFailurePolicy, successPolicy, ...rest } = job
  const { completionMode, parallelism, backoffLimit, backoffLimitPerIndex, maxFailedIndexes, suspend } = rest
  const given = { backoffLimitPerIndex, maxFailedIndexes }
  return {
    completionMode,
    parallelism,
    backoffLimit,
    suspend,
    restartPolicy,
    completions: completions ?? 'queue',
    podReplacement: podReplacementPolicy,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)),
    ...(activeDeadline === null ? {} : { activeDeadline: time(activeDeadline) }),
    ...(ttl === null ? {} : { ttl: time(ttl) }),
    ...(podFailurePolicy === null ? {} : { podFailurePolicy: podFailurePolicy.map(ruleOf) }),
    ...(successPolicy === null ? {} : { successPolicy: successPolicy.map(successOf) }),
  }
}

function ruleOf({ action, onExitCodes }: NonNullable<Job['podFailurePolicy']>[number]): Raw {
  if (onExitCodes === null) return { action, disrupted: true }
  return onExitCodes.operator === 'In' ? { action, exitCodes: onExitCodes.values } : { action, otherExitCodes: onExitCodes.values }
}

const successOf = ({ succeededIndexes, succeededCount }: NonNullable<Job['successPolicy']>[number]): Raw => ({
  ...(succeededIndexes === null ? {} : { indexes: succeededIndexes }),
  ...(succeededCount === null ? {} : { count: succeededCount }),
})

/** Jobs and CronJobs. Defaults: Kubernetes 1.34, pkg/apis/batch/v1/defaults.go. */
import type * as batch from 'kubernetes-types/batch/v1.js'
import { parseCron, TimeZone } from '../../../sim/index.ts'
import { BACKOFF_LIMIT, NO_BACKOFF_LIMIT } from '../defaults.ts'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'
import type { FailureRule, JobController, ManifestWorkload, Named, SuccessRule } from '../model.ts'
import { INT32, type Part } from '../part.ts'
import { TOP, workload } from './controllers.ts'
import { required } from './placement.ts'
import { METADATA, templateOf } from './pod.ts'

const JOB: Fields<batch.JobSpec> = {
  ...uses(READ, 'activeDeadlineSeconds', 'backoffLimit', 'backoffLimitPerIndex', 'completionMode', 'completions', 'maxFailedIndexes'),
  ...uses(
    READ,
    'parallelism',
    'podFailurePolicy',
    'podReplacementPolicy',
    'successPolicy',
    'suspend',
    'template',
    'ttlSecondsAfterFinished',
  ),
  ...uses(NO_EFFECT, 'manualSelector', 'selector'),
  managedBy: 'another controller than that of Kubernetes runs the Job',
}

/** A Job. */
export function jobOf(named: Named, part: Part<batch.Job>): ManifestWorkload {
  const spec = part.only(TOP as Fields<batch.Job>).at('spec')
  return jobWorkload(named, spec, jobControllerOf(spec))
}

function jobWorkload(named: Named, spec: Part<batch.JobSpec | undefined>, controller: ManifestWorkload['controller']): ManifestWorkload {
  return workload(named, { replicas: null, selector: null, template: templateOf(spec.at('template'), ['OnFailure', 'Never']), controller })
}

function jobControllerOf(spec: Part<batch.JobSpec | undefined>): JobController {
  spec.only(JOB)
  const completionMode = spec.at('completionMode').oneOf(['NonIndexed', 'Indexed']) ?? 'NonIndexed'
  const perIndex = spec.at('backoffLimitPerIndex')
  const rules = spec.at('podFailurePolicy')
  const parallelism = spec.at('parallelism').whole()
  const completions = spec.at('completions').whole() ?? (parallelism === undefined ? 1 : null)
  const indexed = completionMode === 'Indexed'
  if (indexed && completions === null) spec.at('completions').refuse('a number of completions with completionMode Indexed')
  if (!indexed && !perIndex.missing) perIndex.refuse('none without completionMode Indexed')
  if (!indexed && !spec.at('successPolicy').missing) spec.at('successPolicy').refuse('none without completionMode Indexed')
  const never = spec.at('template').at('spec').at('restartPolicy').scalar === 'Never'
  for (const one of [perIndex, rules] as Part[]) if (!one.missing && !never) one.refuse('none without restartPolicy Never')
  const replacement = spec.at('podReplacementPolicy').oneOf(['TerminatingOrFailed', 'Failed'])
  if (replacement === 'TerminatingOrFailed' && !rules.missing) spec.at('podReplacementPolicy').refuse('Failed with a podFailurePolicy')
  return {
    kind: 'Job',
    completionMode,
    completions,
    parallelism: parallelism ?? 1,
    backoffLimit: spec.at('backoffLimit').whole() ?? (perIndex.missing ? BACKOFF_LIMIT : NO_BACKOFF_LIMIT),
    backoffLimitPerIndex: perIndex.whole() ?? null,
    maxFailedIndexes: spec.at('maxFailedIndexes').whole() ?? null,
    activeDeadline: spec.at('activeDeadlineSeconds').seconds() ?? null,
    ttl: spec.at('ttlSecondsAfterFinished').seconds() ?? null,
    suspend: spec.at('suspend').flag() ?? false,
    podFailurePolicy: rules.missing ? null : rules.only({ rules: READ }).at('rules').items().map(ruleOf),
    successPolicy: spec.at('successPolicy').missing ? null : spec.at('successPolicy').at('rules').items().map(successOf),
    podReplacementPolicy: replacement ?? (rules.missing ? 'TerminatingOrFailed' : 'Failed'),
  }
}

function ruleOf(part: Part<batch.PodFailurePolicyRule>): FailureRule {
  part.only(uses(READ, 'action', 'onExitCodes', 'onPodConditions'))
  const codes = part.at('onExitCodes')
  return {
    action: part.at('action').oneOf(['FailJob', 'FailIndex', 'Ignore', 'Count']) ?? 'Count',
    onExitCodes: codes.missing
      ? null
      : {
          container: codes.at('containerName').text() ?? null,
          operator: codes.at('operator').oneOf(['In', 'NotIn']) ?? 'In',
          values: codes
            .at('values')
            .items()
            .flatMap((item) => item.whole() ?? []),
        },
    onPodConditions: part
      .at('onPodConditions')
      .items()
      .map((item) => ({
        type: item.at('type').text() ?? required(item.at('type'), 'the type of a condition'),
        status: item.at('status').text() ?? 'True',
      })),
  }
}

const successOf = (part: Part<batch.SuccessPolicyRule>): SuccessRule => ({
  succeededIndexes: part.at('succeededIndexes').text() ?? null,
  succeededCount: part.at('succeededCount').whole() ?? null,
})

const CRON_JOB: Fields<batch.CronJobSpec> = uses(
  READ,
  'concurrencyPolicy',
  'failedJobsHistoryLimit',
  'jobTemplate',
  'schedule',
  'startingDeadlineSeconds',
  'successfulJobsHistoryLimit',
  'suspend',
  'timeZone',
)

/** A CronJob. */
export function cronJobOf(named: Named, part: Part<batch.CronJob>): ManifestWorkload {
  const spec = part
    .only(TOP as Fields<batch.CronJob>)
    .at('spec')
    .only(CRON_JOB)
  const template = spec.at('jobTemplate').only(uses(READ, 'metadata', 'spec'))
  template.at('metadata').only(METADATA)
  const zone = spec.at('timeZone')
  const timeZone = zone.text() ?? null
  if (timeZone !== null) tried(zone, () => new TimeZone(timeZone))
  const schedule = spec.at('schedule')
  const line = schedule.text() ?? required(schedule, 'a cron line such as "*/5 * * * *"')
  if (line !== '') tried(schedule, () => parseCron(line))
  return jobWorkload(named, template.at('spec'), {
    kind: 'CronJob',
    schedule: line,
    timeZone,
    concurrencyPolicy: spec.at('concurrencyPolicy').oneOf(['Allow', 'Forbid', 'Replace']) ?? 'Allow',
    startingDeadline: spec.at('startingDeadlineSeconds').seconds({ max: INT32 }) ?? null,
    suspend: spec.at('suspend').flag() ?? false,
    successfulJobsHistory: spec.at('successfulJobsHistoryLimit').whole() ?? 3,
    failedJobsHistory: spec.at('failedJobsHistoryLimit').whole() ?? 1,
    job: jobControllerOf(template.at('spec')),
  })
}

/** Reports the RangeError of a reading. */
function tried(part: Part, read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    part.error(`found ${error.message.replace(/^schedule /, '')}`)
  }
}

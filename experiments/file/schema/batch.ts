/** Jobs and CronJobs of the Kubernetes API in the experiment file: their objects, and how their pods run and exit. */
import { z } from 'zod'
import { parseCron, TimeZone } from '../../../sim/index.ts'
import { show } from '../document.ts'
import {
  amounts,
  cpu,
  duration,
  flag,
  forms,
  isMap,
  labels,
  list,
  memory,
  name,
  number,
  oneOf,
  positive,
  positiveTime,
  section,
  share,
  whole,
  words,
} from '../quantities.ts'
import { scheduler, usage } from './background.ts'
import { distribution } from './distribution.ts'
import { admissionKeys } from './namespaces.ts'
import { toleration } from './toleration.ts'

const exitCodes = () => list('exit codes', whole({ min: 0, max: 255 })).min(1, 'found an empty list; accepted: at least one exit code')

const failureRule = section('a rule of the pod failure policy', {
  action: oneOf(['FailJob', 'FailIndex', 'Ignore', 'Count']).describe(
    'the Job fails, the index fails, it does not count, or it counts as usual',
  ),
  exitCodes: exitCodes().optional().describe('the rule holds for these exit codes'),
  otherExitCodes: exitCodes().optional().describe('or for all exit codes but these and 0'),
  disrupted: flag().prefault(false).describe('true: or for pods that were evicted, preempted or lost with their node (DisruptionTarget)'),
}).refine((rule) => [rule.exitCodes, rule.otherExitCodes, rule.disrupted || undefined].filter((one) => one !== undefined).length === 1, {
  message: 'found no condition, or several; accepted: one of exitCodes, otherExitCodes and disrupted: true',
})

const successRule = section('a rule of the success policy', {
  indexes: words().optional().describe('indexes that must succeed, such as "0-3,5"; default: any'),
  count: whole({ min: 1 }).optional().describe('how many of them; default: all'),
})

const job = section('a Job', {
  completions: forms<number | null>(
    { queue: z.literal('queue').transform(() => null), count: whole({ min: 0, max: 1_000_000 }) },
    (value) => (value === 'queue' ? 'queue' : 'count'),
  )
    .optional()
    .describe('pods that must succeed, or queue: complete when one pod has succeeded and all have ended; default 1'),
  parallelism: whole({ min: 0, max: 1_000_000 }).prefault(1).describe('pods at once; default 1'),
  completionMode: oneOf(['NonIndexed', 'Indexed']).prefault('NonIndexed').describe('Indexed: each index must succeed once'),
  backoffLimit: whole({ min: 0, max: 2_147_483_647 })
    .optional()
    .describe('failures that are tolerated; default 6, unlimited with backoffLimitPerIndex'),
  backoffLimitPerIndex: whole().optional().describe('failures of one index that are tolerated; default: not limited per index'),
  maxFailedIndexes: whole().optional().describe('failed indexes beyond which the Job fails at once; default: it fails at its end'),
  activeDeadline: positiveTime().optional().describe('time from its start after which the Job fails; default: none'),
  ttl: duration().optional().describe('from its end to the removal of the Job, ttlSecondsAfterFinished; default: it stays'),
  suspend: flag().prefault(false).describe('true: no pods until an action resumes it'),
  restartPolicy: oneOf(['Never', 'OnFailure'])
    .prefault('Never')
    .describe('OnFailure: the container starts again in its pod; Never: the pod fails and another one is created'),
  podReplacement: oneOf(['TerminatingOrFailed', 'Failed'])
    .optional()
    .describe('when the replacement of a pod is created; default TerminatingOrFailed, Failed with a podFailurePolicy'),
  podFailurePolicy: list('rules', failureRule)
    .min(1, 'found an empty list; accepted: at least one rule')
    .optional()
    .describe('what failures of pods mean: the first rule that matches decides'),
  successPolicy: list('rules', successRule)
    .min(1, 'found an empty list; accepted: at least one rule')
    .optional()
    .describe('which successes are enough, by one of the rules; default: all completions'),
})

/** A text that a reader of the sim accepts; its RangeError becomes the message. */
const readBy = (read: (text: string) => unknown) =>
  words().transform((text, context): string => {
    try {
      read(text)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      context.issues.push({ code: 'custom', message: `found ${error.message.replace(/^schedule /, '')}`, input: text })
    }
    return text
  })

const history = (limit: number) => whole({ min: 0, max: 1_000_000 }).prefault(limit)

const cronJob = section('a CronJob', {
  schedule: readBy((text) => parseCron(text)).describe(
    'five fields such as "*/5 * * * *", a descriptor such as @hourly, or @every and a duration',
  ),
  timeZone: readBy((text) => new TimeZone(text))
    .optional()
    .describe('IANA name such as Europe/Berlin; default: UTC'),
  concurrencyPolicy: oneOf(['Allow', 'Forbid', 'Replace'])
    .prefault('Allow')
    .describe('Forbid: no Job while one runs, the latest slot starts when that has ended; Replace: the running Job is removed'),
  startingDeadline: positiveTime()
    .optional()
    .describe('time after a slot in which its Job may start, startingDeadlineSeconds; default: always'),
  suspend: flag().prefault(false).describe('true: no Jobs until an action resumes it'),
  successfulHistory: history(3).describe('completed Jobs that are kept; default 3'),
  failedHistory: history(1).describe('failed Jobs that are kept; default 1'),
  job: job.prefault({}).describe('the Jobs that it creates'),
})

type JobData = z.infer<typeof job>

/** A controller of batch pods as the file gives it. */
export type BatchControllerData =
  { readonly kind: 'job'; readonly job: JobData } | ({ readonly kind: 'cron-job' } & z.infer<typeof cronJob>)

/** `job`, `{ job: { completions: 5 } }` or `{ cron-job: { schedule: "@hourly" } }`. */
const controller = forms<BatchControllerData>(
  {
    word: oneOf(['job']).transform((): BatchControllerData => ({ kind: 'job', job: job.parse({}) })),
    job: section('a job', { job: job.prefault({}) }).transform((given): BatchControllerData => ({ kind: 'job', job: given.job })),
    cronJob: section('a cron-job', { 'cron-job': cronJob }).transform((given): BatchControllerData => ({
      kind: 'cron-job',
      ...given['cron-job'],
    })),
  },
  (value) => {
    if (!isMap(value)) return 'word'
    if ('job' in value) return 'job'
    return 'cron-job' in value ? 'cronJob' : { wrong: `found ${show(value)}; accepted: job, { job: … } or { cron-job: { schedule: … } }` }
  },
)

/** Keys of `workload.behavior` for pods of Jobs, too. */
export const runOfPods = {
  duration: distribution().optional().describe('how long a pod of a Job runs until its process exits, drawn for each; default 1m'),
  failures: share({ min: 0, max: 1 }).optional().describe('share of exits with an error; default 0%'),
  exitCodes: list(
    'exit codes',
    forms<{ code: number; weight: number }>(
      {
        code: whole({ min: 1, max: 255 }).transform((code) => ({ code, weight: 1 })),
        weighted: section('an exit code', { code: whole({ min: 1, max: 255 }), weight: positive().prefault(1) }),
      },
      (value) => (isMap(value) ? 'weighted' : 'code'),
    ),
  )
    .min(1, 'found an empty list; accepted: at least one exit code')
    .optional()
    .describe('exit codes of errors, 1 to 255 or { code, weight }; default [1]'),
}

const template = section('a version', {
  name: name().describe('by which actions refer to it'),
  cpu: cpu().optional().describe('CPU request; default: that of the first version'),
  limit: cpu().optional(),
  memory: memory().optional(),
  ...runOfPods,
})

/** A Job or a CronJob. */
export const batch = section('a Job or a CronJob', {
  name: name().describe('unique name, also among services'),
  controller: controller.prefault('job').describe('job, { job: { completions, parallelism, … } } or { cron-job: { schedule, … } }'),
  cpu: cpu().describe('CPU request of a pod'),
  limit: cpu().optional().describe('CPU limit of a pod; default: none'),
  memory: memory().describe('memory request of a pod'),
  resources: amounts().prefault({}).describe('further named resources, whole amounts per pod'),
  nodeSelector: labels().prefault({}).describe('labels that a node must carry'),
  tolerations: list('tolerations', toleration).prefault([]),
  priority: number({ min: -2_147_483_648, max: 2_147_483_647 }).prefault(0).describe('priority of the pods'),
  namespace: words().optional().describe('namespace of the pods; default: default'),
  ...admissionKeys,
  usage: usage.prefault({}),
  scheduler: scheduler(),
  ...runOfPods,
  version: name().prefault('v1').describe('name of the version of the start'),
  versions: list('versions', template).prefault([]).describe('further versions, which actions give to a CronJob: its next Jobs have them'),
  at: duration().prefault(0).describe('when the object is created, after the origin'),
  grace: duration()
    .prefault('30s')
    .describe(
      'from the request to delete a running pod until its process has ended; default 30s, terminationGracePeriodSeconds, which a process without a handler of SIGTERM takes whole',
    ),
})

/** A Job or a CronJob as the file gives it. */
export type BatchData = z.infer<typeof batch>

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** The date and time of the origin [s since 1970]. */
export const clock = words()
  .transform((text, context): number => {
    const time = INSTANT.test(text) ? Date.parse(text) : NaN
    if (Number.isNaN(time))
      context.issues.push({
        code: 'custom',
        message: `found ${show(text)}; accepted: date and time in UTC such as 2026-01-01T00:00:00Z`,
        input: text,
      })
    return time / 1000
  })
  .prefault('2026-01-01T00:00:00Z')
  .describe('date and time of the origin, which decide when the slots of CronJobs fall; default 2026-01-01T00:00:00Z, a Thursday')

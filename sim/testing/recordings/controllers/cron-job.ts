/** Replays `cronjob`: which Jobs a CronJob starts and deletes; the script ends them. */
import { CronJobController, type CronJobSpec, type JobControl, type ScheduledJob } from '../../../controllers/kubernetes/cron-job.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { SECOND } from './names.ts'

interface Entry {
  readonly at: number
  readonly start?: number
  readonly end?: number
  readonly failed?: boolean
  readonly delete?: number
}

/** One recorded case. */
export interface CronJobCase extends RecordedCase {
  readonly schedule: string
  readonly concurrencyPolicy?: CronJobSpec['concurrencyPolicy']
  readonly startingDeadlineSeconds?: number
  readonly successfulJobsHistoryLimit?: number
  readonly failedJobsHistoryLimit?: number
  readonly createdAt?: number
  readonly controllerStartsAt?: number
  readonly script?: readonly { readonly at: number; readonly do: 'suspend' | 'resume' }[]
  readonly runs: readonly { readonly seconds: number; readonly fails?: boolean }[]
  readonly until: number
  readonly timeline: readonly Entry[]
  readonly active?: number
  readonly lastScheduleTime?: number
}

/** Midnight of the day on which a recording begins, 2000-01-01 UTC. */
const EPOCH = 946_684_800
const time = (seconds: number): number => Math.round(seconds * SECOND)

/** Events of one instant in a fixed order: where two Jobs end at once (case 57), either may come first in the real program. */
function inOrder(timeline: readonly Entry[]): Entry[] {
  const rank = ({ end, delete: deleted, start }: Entry): number[] => [
    Number(start !== undefined),
    Number(deleted !== undefined),
    start ?? deleted ?? end ?? 0,
  ]
  return [...timeline].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)]
    return a.at - b.at || x[0] - y[0] || x[1] - y[1] || x[2] - y[2]
  })
}

/** Replays one case. */
export function replayCronJob(recorded: CronJobCase): string | null {
  const { createdAt = 0, controllerStartsAt = 0, script = [], runs, until } = recorded
  const simulator = new Simulator()
  const timeline: Entry[] = []
  let started = 0
  const control: JobControl = {
    create(job: ScheduledJob): void {
      const { seconds, fails = false } = runs[started++ % runs.length]
      timeline.push({ at: simulator.now / SECOND, start: job.slot / SECOND })
      simulator.call(simulator.now + time(seconds), () => {
        if (!job.cronJob.jobs.includes(job)) return
        timeline.push({ at: simulator.now / SECOND, end: job.slot / SECOND, failed: fails })
        controller.jobEnded(job, fails ? 'Failed' : 'Complete')
      })
    },
    delete: (job) => timeline.push({ at: simulator.now / SECOND, delete: job.slot / SECOND }),
  }
  simulator.call(time(controllerStartsAt), () => {})
  simulator.run(time(controllerStartsAt))
  const controller = new CronJobController({ simulator, control, latency: 0, epoch: EPOCH })
  const cronJob = controller.create(
    {
      schedule: recorded.schedule,
      concurrencyPolicy: recorded.concurrencyPolicy ?? 'Allow',
      startingDeadline: time(recorded.startingDeadlineSeconds ?? Infinity),
      successfulJobsHistoryLimit: recorded.successfulJobsHistoryLimit ?? 0,
      failedJobsHistoryLimit: recorded.failedJobsHistoryLimit ?? 0,
    },
    time(createdAt),
  )
  for (const { at, do: action } of script) simulator.call(time(at), () => controller.update(cronJob, { suspend: action === 'suspend' }))
  simulator.run(time(until))
  const ours = {
    timeline: inOrder(timeline),
    active: cronJob.jobs.filter(({ ended }) => ended === null).length,
    lastScheduleTime: cronJob.lastSchedule === null ? undefined : cronJob.lastSchedule / SECOND,
  }
  const { active = 0, lastScheduleTime } = recorded
  return firstDifference({ timeline: inOrder(recorded.timeline), active, lastScheduleTime }, ours)
}

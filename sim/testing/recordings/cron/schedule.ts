/** Replays `schedule`: the slots of cron lines after an instant, and the lines that are refused. */
import { parseCron, type CronSchedule } from '../../../controllers/kubernetes/cron-schedule.ts'
import { TimeZone } from '../../../controllers/kubernetes/time-zone.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

/** One recorded case: `next` are the slots after `from` [s since 1970], -1 for none. */
export interface ScheduleCase extends RecordedCase {
  readonly schedule: string
  readonly zone?: string
  readonly from?: number
  readonly next?: readonly number[]
  readonly refused?: boolean
}

/** Replays one case. */
export function replaySchedule({ schedule, zone = 'UTC', from = 0, next, refused = false }: ScheduleCase): string | null {
  let parsed: CronSchedule
  try {
    parsed = parseCron(schedule, new TimeZone(zone))
  } catch (error) {
    return refused ? null : `recorded: accepted, ours: ${(error as Error).message}`
  }
  if (refused) return 'recorded: refused, ours: accepted'
  const ours: number[] = []
  for (let at = from; at < Infinity && ours.length < next!.length;) {
    at = parsed.next(at)
    ours.push(at === Infinity ? -1 : at)
  }
  return firstDifference(next, ours, 'next')
}

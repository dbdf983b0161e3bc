/**
 * Which slot of a CronJob is due, and when to look again. Source: Kubernetes 1.34 pkg/controller/cronjob/utils.go, mostRecentScheduleTime.
 * All instants are seconds since 1970.
 */
import type { CronSchedule } from './cron-schedule.ts'

/** A slot that has passed without a Job. */
export interface MissedSlot {
  /** The latest one found, null for none. */
  readonly slot: number | null
  /** The controller's estimate of their number. */
  readonly missed: number
  /** The schedule has one slot within five years and no second: the controller starts nothing. */
  readonly invalid: boolean
}

const NOTHING: MissedSlot = { slot: null, missed: 0, invalid: false }

/**
 * The latest slot after `since` and not after `now`. Only slots after an estimate are looked at: the distance of the first two slots is
 * taken for that of all. Schedules with uneven distances may therefore have missed slots and find none.
 */
export function missedSlot(schedule: CronSchedule, since: number, now: number): MissedSlot {
  const first = schedule.next(since)
  if (now < first) return NOTHING
  const second = schedule.next(first)
  if (second === Infinity) return { slot: null, missed: 0, invalid: true }
  if (now < second) return { slot: first, missed: 0, invalid: false }
  const distance = second - first
  const missed = Math.floor(Math.floor(now - first) / distance) + 1
  let slot: number | null = null
  for (let next = schedule.next(first + (missed - 2) * distance); next <= now; next = schedule.next(next)) slot = next
  return { slot, missed, invalid: false }
}

/** The slot for which the controller wakes next; Infinity: none. `since` does not follow the starting deadline here. */
export function nextWakeSlot(schedule: CronSchedule, since: number, now: number): number {
  const { slot, missed, invalid } = missedSlot(schedule, since, now)
  return schedule.next(slot ?? (missed > 0 || invalid ? now : since))
}

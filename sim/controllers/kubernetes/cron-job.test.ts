import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import { ScriptedPods } from '../../testing/recordings/controllers/scripted-pods.ts'
import { ControlledJobs } from './cron-job-jobs.ts'
import { CronJobController, type CronJobSpec, type JobControl } from './cron-job.ts'
import { parseCron } from './cron-schedule.ts'
import { missedSlot } from './cron-slots.ts'
import { JobController } from './job.ts'
import { ApiPhase } from './pod-objects.ts'
import { TimeZone } from './time-zone.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** Starts of a CronJob whose Jobs run for a duration: [slot, time] in minutes, times without the 100 ms after a slot. */
function startsOf(given: Partial<CronJobSpec> & { schedule: string }, minutes: number, { until = 20, startsAt = 0 } = {}) {
  const simulator = new Simulator()
  const starts: number[][] = []
  const noted: string[] = []
  const control: JobControl = {
    create(job) {
      starts.push([job.slot / MINUTE, Math.floor(simulator.now / MINUTE)])
      simulator.call(simulator.now + minutes * MINUTE, () => controller.jobEnded(job, 'Complete'))
    },
    delete: () => {},
  }
  simulator.call(startsAt * MINUTE, () => {})
  simulator.run(startsAt * MINUTE)
  const controller = new CronJobController({ simulator, control, latency: 0, epoch: 0, noted: (_, event) => noted.push(event) })
  const cronJob = controller.create(given, 0)
  simulator.run(until * MINUTE - 1)
  return { starts, noted, cronJob, controller, simulator }
}

describe('CronJob', () => {
  it('every 5 minutes, Forbid, Jobs of 12 minutes: slot 10 is not started in time; it, or the latest missed one, starts when the Job ends', () => {
    const { starts, noted } = startsOf({ schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid' }, 12, { until: 40 })
    expect(starts).toEqual([
      [5, 5],
      [15, 17],
      [25, 29],
    ])
    expect(noted).toContain('JobAlreadyActive')
  })

  it('with startingDeadlineSeconds 60 nothing starts at 17: the next start is at 20', () => {
    const { starts } = startsOf({ schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid', startingDeadline: MINUTE }, 12, { until: 21 })
    expect(starts).toEqual([
      [5, 5],
      [20, 20],
    ])
  })

  it('Allow: three Jobs of 12 minutes overlap', () => {
    const { cronJob } = startsOf({ schedule: '*/5 * * * *' }, 12, { until: 16 })
    expect(cronJob.jobs.filter(({ ended }) => ended === null)).toHaveLength(3)
  })

  it('the controller was away for 10 hours, every minute: one start, and a warning (600 > 100)', () => {
    const { starts, noted } = startsOf({ schedule: '* * * * *' }, 1, { startsAt: 600, until: 601 })
    expect(starts).toEqual([[600, 600]])
    expect(noted).toContain('TooManyMissedTimes')
  })

  it('an uneven schedule after a gap: the estimate passes all missed slots, nothing starts', () => {
    const uneven = parseCron('0,10,45 * * * *')
    // First slots 0:10 and 0:45; at 1:35 the estimate is 3 slots, so that only slots after 0:45 count.
    expect(missedSlot(uneven, 0, 95 * 60)).toMatchObject({ slot: 70 * 60, missed: 3 })
    const bursts = parseCron('3-20/4 * * * *')
    // First slots 0:03 and 0:07; at 0:58 the estimate is 14 slots, so that only slots after 0:51 count.
    expect(missedSlot(bursts, 0, 58 * 60)).toEqual({ slot: null, missed: 14, invalid: false })
  })

  it('a new schedule counts from its next slot; suspension starts nothing; removal leaves no event', () => {
    const { simulator, controller, cronJob, starts } = startsOf({ schedule: '*/5 * * * *' }, 1, { until: 6 })
    controller.update(cronJob, { schedule: '*/7 * * * *' })
    simulator.run(15 * MINUTE)
    controller.update(cronJob, { suspend: true })
    simulator.run(40 * MINUTE)
    controller.update(cronJob, { suspend: false })
    expect(starts.map(([slot]) => slot)).toEqual([5, 7, 14])
    controller.remove(cronJob)
    expect(simulator.run(Infinity)).toBe('empty')
    expect([starts.length, cronJob.jobs]).toEqual([3, []])
  })

  it('with the Job controller: history limits remove ended Jobs and their pods', () => {
    const simulator = new Simulator()
    const pods = new ScriptedPods(simulator, false)
    const jobs = new JobController({ simulator, objects: pods.objects, control: pods, latency: 0 })
    const control = new ControlledJobs(jobs, () => ({}))
    const controller = new CronJobController({ simulator, control, latency: 0, epoch: 0 })
    control.cronJobs = controller
    const cronJob = controller.create({ schedule: '* * * * *' })
    for (let minute = 1; minute <= 10; minute++) {
      simulator.call(minute * MINUTE + 30 * SECOND, () => {
        for (const pod of pods.existing) if (!pods.objects.isFinished(pod)) pods.setPhase(pod, ApiPhase.Succeeded)
      })
    }
    simulator.run(10 * MINUTE + 50 * SECOND)
    expect(cronJob.jobs.map(({ slot, ended }) => [slot / MINUTE, ended])).toEqual([
      [8, 'Complete'],
      [9, 'Complete'],
      [10, 'Complete'],
    ])
    expect(pods.existing).toHaveLength(3)
  })
})

describe('cron schedules', () => {
  const at = (text: string): number => Date.parse(text) / 1000
  const next = (schedule: string, zone: string, after: string, count: number): string[] => {
    const parsed = parseCron(schedule, new TimeZone(zone))
    const slots: string[] = []
    for (let t = at(after); slots.length < count; slots.push(new Date(t * 1000).toISOString().slice(0, 16))) t = parsed.next(t)
    return slots
  }

  it('clocks go forward: 2:30 on 9 March 2025 does not exist in New York and is skipped; back: 1:30 on 2 November starts twice', () => {
    expect(next('30 2 * * *', 'America/New_York', '2025-03-08T12:00Z', 1)).toEqual(['2025-03-10T06:30'])
    expect(next('30 1 * * *', 'America/New_York', '2025-11-01T12:00Z', 3)).toEqual([
      '2025-11-02T05:30',
      '2025-11-02T06:30',
      '2025-11-03T06:30',
    ])
  })

  it('a day that a zone skipped ends the search (Apia had no 30 December 2011)', () => {
    expect(next('0 1 28 * *', 'Pacific/Apia', '2011-12-29T00:00Z', 1)).toEqual(['2012-01-27T11:00'])
  })

  it('a day that does not exist has no slot', () => {
    expect(parseCron('0 0 31 2 *').next(0)).toBe(Infinity)
    expect(parseCron(', * * * *').next(0)).toBe(Infinity)
  })

  it.each([
    ['* * * *', 'schedule "* * * *" has 4 fields; accepted: 5 (minute, hour, day of month, month, day of week), or @hourly and the like'],
    ['61 * * * *', 'minute "61": 61 is above 59; accepted: 0 to 59, *, ranges 1-3, steps */2, lists 1,4'],
    ['0 0 * * 7', 'day of week "7": 7 is above 6; accepted: 0 to 6, sun to sat'],
    ['x * * * *', 'minute "x": "x" is no number'],
    ['*/0 * * * *', 'minute "*/0": step 0'],
    ['@reboot', 'schedule "@reboot" is not known; accepted: @yearly'],
    ['@every 5', 'duration "5" is not known; accepted: numbers with units, such as 1h30m or 90s'],
    ['TZ=UTC 0 * * * *', 'schedule "TZ=UTC 0 * * * *" sets TZ; accepted: the time zone in the field timeZone'],
  ])('refuses %s', (text, message) => {
    expect(() => parseCron(text)).toThrow(message)
  })

  it('refuses what is no time zone, also offsets', () => {
    for (const name of ['Mars/Olympus', '+01:00', '', 'Local']) {
      expect(() => new TimeZone(name)).toThrow(`${JSON.stringify(name)} is no time zone; accepted: a name of the IANA database`)
    }
  })
})

/** Which slots of a CronJob had a Job: what the controller does is compared with the schedule. */
import type { Time } from '../../common/ids.ts'
import type { BatchRecorder } from '../../measure/batch-recorder.ts'
import type { CronJob } from '../kubernetes/cron-job.ts'

const SECOND: Time = 1_000_000
/** A slot that is younger than this at the horizon is not missed: the controller wakes a little after a slot. */
const RECENT: Time = SECOND

export class Slots {
  private readonly cronJob: CronJob
  private readonly recorder: BatchRecorder
  private readonly epoch: number
  /** All slots up to this instant are counted [s since 1970]. */
  private counted: number

  /** @param epoch instant of time 0 [s since 1970] */
  constructor(cronJob: CronJob, recorder: BatchRecorder, epoch: number) {
    this.cronJob = cronJob
    this.recorder = recorder
    this.epoch = epoch
    this.counted = epoch + cronJob.created / SECOND
  }

  started(slot: Time, now: Time): void {
    this.missedUntil(slot - 1)
    this.recorder.slotStarted(slot, now)
    this.counted = Math.max(this.counted, this.epoch + slot / SECOND)
  }

  /** While a CronJob is suspended its slots are not missed. */
  suspended(now: Time): void {
    this.missedUntil(now)
  }

  resumed(now: Time): void {
    this.counted = Math.max(this.counted, this.epoch + now / SECOND)
  }

  ends(now: Time): void {
    if (!this.cronJob.spec.suspend) this.missedUntil(now - RECENT)
  }

  private missedUntil(time: Time): void {
    const { parsed } = this.cronJob
    const last = this.epoch + time / SECOND
    for (let slot = parsed.next(this.counted); slot <= last; slot = parsed.next(slot)) {
      this.recorder.slotMissed((slot - this.epoch) * SECOND)
      this.counted = slot
    }
  }
}

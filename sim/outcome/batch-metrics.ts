/** Fills the metrics of Jobs and CronJobs (batch-rows.ts). */
import type { Batch } from '../controllers/batch/spec.ts'
import type { BatchRecorder } from '../measure/batch-recorder.ts'
import { put, type Sheet } from './sheet.ts'

const SECOND = 1e6

/** Nothing is filled without Jobs and CronJobs, and nothing about schedules without CronJobs. */
export function batchMetrics(recorder: BatchRecorder, batch: Batch | undefined, sheet: Sheet): void {
  if (batch === undefined) return
  put(sheet, 'jobs-completed', recorder.completed)
  put(sheet, 'jobs-failed', recorder.failed)
  put(sheet, 'job-pods-failed', recorder.podsFailed)
  put(sheet, 'job-restarts', recorder.exits)
  if (!batch.workloads.some(({ controller }) => controller.kind === 'cron-job')) return
  put(sheet, 'schedule-delay', recorder.delays / recorder.scheduled / SECOND)
  put(sheet, 'schedules-missed', recorder.missed)
}

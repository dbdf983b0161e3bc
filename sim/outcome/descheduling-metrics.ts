/** Fills the metrics of descheduling (descheduling-rows.ts). */
import type { DeschedulingRecorder } from '../measure/descheduling-recorder.ts'
import { put, type Sheet } from './sheet.ts'

const SECOND = 1e6
/** Core-hour [µs · millicores]. */
const CORE_HOUR = 3600 * SECOND * 1000

/** Also of a descheduler without plugins, so that variants are comparable. */
export function deschedulingMetrics({ evictions, refusals, replaced, returned, waited, lost }: DeschedulingRecorder, sheet: Sheet): void {
  put(sheet, 'descheduled', evictions)
  put(sheet, 'descheduler-refused', refusals)
  put(sheet, 'descheduled-work', lost / CORE_HOUR)
  if (replaced === 0) return
  put(sheet, 'descheduled-returned', (100 * returned) / replaced)
  put(sheet, 'descheduled-wait', waited / replaced / SECOND)
}

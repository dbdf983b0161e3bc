/** Fills the metrics of admission (admission-rows.ts). */
import type { Time } from '../common/ids.ts'
import type { Admission } from '../controllers/admission/admission.ts'
import type { AdmissionRecorder } from '../measure/admission-recorder.ts'
import { put, type Sheet } from './sheet.ts'

/** What the metrics of admission are made from. */
export interface AdmissionMetricsRun {
  readonly admissions: AdmissionRecorder
  /** Null: nothing is refused, and nothing is filled. */
  readonly admission: Admission | null
}

/** Nothing is filled without quotas and limit ranges. */
export function admissionMetrics({ admissions, admission }: AdmissionMetricsRun, now: Time, sheet: Sheet): void {
  if (admission === null) return
  const { exceeded, unstated, outside } = admissions.refusals
  put(sheet, 'quota-refusals', exceeded + unstated)
  put(sheet, 'limit-range-refusals', outside)
  const shares = admission.quotas.flatMap(({ hard }, quota) =>
    hard.map((bound, resource) => (bound === 0 ? NaN : (100 * admissions.usage(quota, resource, now).mean) / bound)),
  )
  const known = shares.filter((share) => !Number.isNaN(share))
  if (known.length > 0) put(sheet, 'quota-usage', Math.max(...known))
}

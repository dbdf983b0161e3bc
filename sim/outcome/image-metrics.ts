/** Fills the metrics of container images (image-rows.ts). */
import type { ImageSettings } from '../controllers/images/spec.ts'
import type { ImageRecorder } from '../measure/image-recorder.ts'
import { put, type Sheet } from './sheet.ts'

const SECOND = 1e6
const GIBIBYTE = 1024 * 1024 * 1024

/** Nothing is filled when no version names its image. */
export function imageMetrics(recorder: ImageRecorder, settings: ImageSettings | undefined, sheet: Sheet): void {
  if (settings === undefined) return
  put(sheet, 'image-pulls', recorder.pulls)
  put(sheet, 'image-pulled', recorder.bytes / GIBIBYTE)
  put(sheet, 'image-pull-failures', recorder.failures)
  put(sheet, 'image-wait', recorder.waited / recorder.needed / SECOND)
  put(sheet, 'image-hits', (100 * recorder.hits) / recorder.needed)
  put(sheet, 'images-collected', recorder.collected)
}

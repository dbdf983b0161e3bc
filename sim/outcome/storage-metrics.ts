/** Fills the metrics of storage and of services that keep data (storage-rows.ts). */
import type { Time } from '../common/ids.ts'
import type { Storage } from '../controllers/storage/spec.ts'
import type { StateRecorder } from '../measure/state-recorder.ts'
import type { StorageRecorder } from '../measure/storage-recorder.ts'
import { put, putQuantile, type Sheet } from './sheet.ts'

const SECOND = 1e6
const MEBIBYTE = 1_048_576
const GIBIBYTE = 1024 * MEBIBYTE

/** Nothing is filled when no pod has volumes. */
export function storageMetrics(recorder: StorageRecorder, storage: Storage | undefined, now: Time, sheet: Sheet): void {
  if (storage === undefined) return
  put(sheet, 'volumes-provisioned', recorder.provisioned)
  put(sheet, 'provisioning-failures', recorder.failures)
  put(sheet, 'volume-attach-mean', recorder.attach.mean / SECOND)
  putQuantile(sheet, 'volume-attach-p50', recorder.attach, 0.5, SECOND)
  putQuantile(sheet, 'volume-attach-p99', recorder.attach, 0.99, SECOND)
  put(sheet, 'volume-wait', recorder.waiting.integral(now) / SECOND)
  put(sheet, 'claims-unbound', recorder.unbound)
  put(sheet, 'forced-detaches', recorder.forced)
  put(sheet, 'empty-dir-lost', recorder.emptyDirs / MEBIBYTE)
  put(sheet, 'host-path-left', recorder.leftBehind / MEBIBYTE)
  put(sheet, 'local-data-lost', recorder.lost / MEBIBYTE)
}

/** Nothing is filled when no workload keeps data. */
export function stateMetrics(recorder: StateRecorder, used: boolean, now: Time, sheet: Sheet): void {
  if (!used) return
  const { ranges, recoveries } = recorder
  if (ranges > 0) {
    put(sheet, 'store-available-one', (100 * recorder.one.mean(now)) / ranges)
    put(sheet, 'store-available-quorum', (100 * recorder.quorum.mean(now)) / ranges)
    put(sheet, 'store-available-all', (100 * recorder.all.mean(now)) / ranges)
    put(sheet, 'data-at-risk', recorder.atRisk.mean(now) / GIBIBYTE)
  }
  put(sheet, 'data-lost', recorder.lost / GIBIBYTE)
  put(sheet, 'state-recovery-mean', recorder.recoverySum / recoveries / SECOND)
  put(sheet, 'state-recovery-max', recoveries === 0 ? NaN : recorder.recoveryMax / SECOND)
  put(sheet, 'log-redone', recorder.redone / MEBIBYTE)
}

import { describe, expect, it } from 'vitest'
import { StateRecorder } from '../measure/state-recorder.ts'
import { StorageRecorder } from '../measure/storage-recorder.ts'
import { METRICS } from './standard.ts'
import { stateMetrics, storageMetrics } from './storage-metrics.ts'
import type { Sheet } from './sheet.ts'

const STORAGE = { drivers: [], classes: [], volumes: [], claims: [], configs: [], pods: [] }

function sheetOf(storage: typeof STORAGE | undefined, attached: number): Sheet {
  const recorder = new StorageRecorder(0)
  for (let i = 0; i < attached; i++) recorder.attach.record(i)
  recorder.waiting.add(2, 0)
  recorder.emptyDirs = 3 * 1_048_576
  const sheet: Sheet = { metrics: {}, refused: {} }
  storageMetrics(recorder, storage, 10e6, sheet)
  const state = new StateRecorder(0)
  state.ranges = 2
  state.one.set(2, 0)
  state.quorum.set(1, 5e6)
  state.recovered(1e6, 3e6)
  stateMetrics(state, storage !== undefined, 10e6, sheet)
  return sheet
}

describe('metrics of storage', () => {
  it('every one can be a number; quantiles of few attachments are refused', () => {
    const ids = METRICS.filter(({ group }) => group === 'storage').map(({ id }) => id)
    const { metrics } = sheetOf(STORAGE, 10_000)
    expect(ids.filter((id) => typeof metrics[id] !== 'number')).toEqual([])
    expect(metrics['volume-wait']).toBe(20)
    expect(metrics['empty-dir-lost']).toBe(3)
    expect([metrics['store-available-one'], metrics['store-available-quorum']]).toEqual([100, 25])
    expect(metrics['state-recovery-mean']).toBe(2)
    expect(sheetOf(STORAGE, 1000).refused['volume-attach-p99']).toContain('needs 10000 observations')
  })

  it('none is filled where no pod has volumes', () => {
    expect(sheetOf(undefined, 10_000)).toEqual({ metrics: {}, refused: {} })
  })
})

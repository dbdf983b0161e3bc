/** A database of one instance: what it has to do before it serves again. */
import type { Time } from '../../common/ids.ts'
import type { StateRecorder } from '../../measure/state-recorder.ts'
import type { Keeper } from './keeper.ts'
import type { DatabaseSpec } from './spec.ts'
import { redoBytes } from './wal.ts'

const SECOND = 1e6

export class Database implements Keeper {
  readonly errors = 0
  /** Where its data is; empty before its first start. */
  private disk = ''
  private serving = false
  private since: Time = 0
  /** When it stopped serving, and the log that it must redo. */
  private stopped: Time = 0
  private redo = 0
  private readonly spec: DatabaseSpec
  private readonly recorder: StateRecorder

  constructor(spec: DatabaseSpec, recorder: StateRecorder) {
    this.spec = spec
    this.recorder = recorder
  }

  /** Recovery by the log, or from a backup when the disk is another one. */
  recovery(_ordinal: number, disk: string, now: Time): Time {
    const { data, replayRate, restoreRate } = this.spec
    const isLost = this.disk !== '' && this.disk !== disk
    this.disk = disk
    if (isLost) {
      this.redo = 0
      if (this.recorder.counts(now)) this.recorder.lost += data
      return Math.round((data / restoreRate) * SECOND)
    }
    if (this.recorder.counts(now)) this.recorder.redone += this.redo
    return Math.round((this.redo / replayRate) * SECOND)
  }

  served(_ordinal: number, disk: string, now: Time): void {
    if (this.stopped > 0) this.recorder.recovered(this.stopped, now)
    this.disk = disk
    this.serving = true
    this.since = now
    this.redo = 0
  }

  /** A clean stop ends with a checkpoint. */
  stops(_ordinal: number, clean: boolean, now: Time): void {
    if (!this.serving) return
    this.serving = false
    this.stopped = now
    this.redo = clean ? 0 : redoBytes(this.spec, now - this.since)
  }
}

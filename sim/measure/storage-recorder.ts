/** What storage costs: volumes made, attempts that failed, times of attachment, pods that wait for their volumes, and data that is lost. */
import type { Time } from '../common/ids.ts'
import { Histogram } from './histogram.ts'
import { Level } from './level.ts'

export class StorageRecorder {
  provisioned = 0
  failures = 0
  /** From the request to the attachment [µs]. */
  readonly attach = new Histogram()
  forced = 0
  /** Pods with a node that wait for volumes or for what they mount. */
  readonly waiting = new Level()
  /** Bytes: of emptyDirs that ended with their pods; of hostPaths that pods do not find again; of local volumes whose node is lost. */
  emptyDirs = 0
  leftBehind = 0
  lost = 0
  /** Claims without a volume at the horizon. */
  unbound = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  /** Whether an event of this time counts. */
  counts(now: Time): boolean {
    return now >= this.windowStart
  }

  windowBegins(now: Time): void {
    this.waiting.reset(now)
  }
}

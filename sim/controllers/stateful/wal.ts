/**
 * How much write-ahead log a database replays after a crash. A checkpoint begins when its timeout has passed or when the log since the last
 * one reaches maxWal / (1 + completion), is spread over the share `completion` of the interval, and counts when it is complete; recovery
 * redoes the log since the beginning of the last complete one.
 * Source: PostgreSQL 17 src/backend/access/transam/xlog.c (CalculateCheckpointSegments, CreateCheckPoint), documentation section 28.5.
 */
import type { Time } from '../../common/ids.ts'
import type { DatabaseSpec } from './spec.ts'

const SECOND = 1e6

type Checkpoints = Pick<DatabaseSpec, 'walRate' | 'checkpointTimeout' | 'maxWal' | 'completion'>

/** Time between the beginnings of two checkpoints [µs]. */
export function checkpointInterval({ walRate, checkpointTimeout, maxWal, completion }: Checkpoints): Time {
  const full = walRate === 0 ? Infinity : (maxWal / (1 + completion) / walRate) * SECOND
  return Math.max(1, Math.round(Math.min(checkpointTimeout, full)))
}

/** Log to redo [bytes] after a crash this long after the last start, at which a checkpoint was complete. */
export function redoBytes(spec: Checkpoints, running: Time): number {
  const interval = checkpointInterval(spec)
  const cycles = Math.floor(running / interval)
  const since = running - cycles * interval
  const isComplete = cycles === 0 || since >= spec.completion * interval
  return ((isComplete ? since : since + interval) / SECOND) * spec.walRate
}

/** The rows of a pod trace that can be replayed: the pods that ran. */
import type { PodTrace } from '../traces/trace.ts'
import type { RandomStream } from '../../sim/random/index.ts'
import { BootstrappedRows, type BootstrapSpec } from './bootstrap.ts'
import { RowTimeline, runTime, shaped, type Shaped, type ShapeStep } from './timeline.ts'

/** Rows of pods in the order of their start. Times [µs] as recorded. */
export interface Rows {
  readonly length: number
  readonly shape: Int32Array
  /** Creation [µs from the start of the trace]. */
  readonly start: Float64Array
  /** Deletion minus scheduling [µs], at least 1. */
  readonly duration: Float64Array
  readonly notes: readonly string[]
}

/**
 * The rows of a trace with a measured run time. The duration of a pod is deletion - scheduling and not deletion - creation: the time in the
 * queue belongs to the recorded cluster, and the simulated cluster has its own. Rows that were never scheduled have no run time; they are
 * left out and counted in the notes.
 */
export function measuredRows(trace: PodTrace): Rows {
  const kept: number[] = []
  for (let row = 0; row < trace.length; row++) if (trace.scheduled[row] >= 0) kept.push(row)
  // The lists are not fully in order of creation; rows with equal times keep the order of the file (the sort is stable).
  kept.sort((a, b) => trace.created[a] - trace.created[b])
  const unscheduled = trace.length - kept.length
  const sentence = `${unscheduled} of ${trace.length} rows were never scheduled in the recorded cluster and are left out: they have no measured run time`
  return {
    length: kept.length,
    shape: Int32Array.from(kept, (row) => trace.shape[row]),
    start: Float64Array.from(kept, (row) => trace.created[row]),
    duration: Float64Array.from(kept, (row) => Math.max(1, trace.deleted[row] - trace.scheduled[row])),
    notes: unscheduled > 0 ? [sentence] : [],
  }
}

/** How an experiment changes a recording. */
export interface Shaping {
  /** Resampling by blocks, before all steps; null: none. */
  readonly bootstrap: BootstrapSpec | null
  readonly steps: readonly ShapeStep[]
}

/**
 * The starts of a recording, resampled and shaped. Streams: 'bootstrap' and 'shape'. Throws a RangeError when the blocks are too long for
 * the recording.
 */
export function shapedStarts(
  starts: Float64Array,
  { bootstrap, steps }: Shaping,
  stream: (purpose: string) => RandomStream,
): Shaped<RowTimeline | BootstrappedRows> {
  const recorded = new RowTimeline(starts)
  const base = bootstrap === null ? recorded : new BootstrappedRows(starts, recorded.span, bootstrap.block, stream('bootstrap'))
  return shaped<RowTimeline | BootstrappedRows>(base, steps, stream('shape'))
}

/** Notes on rows that a cut in the first step leaves out; later steps are not reported. */
export function cutNotes(starts: Float64Array, { bootstrap, steps }: Shaping): string[] {
  const [first] = steps
  if (bootstrap !== null || first?.kind !== 'cut') return []
  const { from, until } = first
  const before = starts.filter((start) => start < from).length
  const after = until === null ? 0 : starts.filter((start) => start >= until).length
  const notes: string[] = []
  if (before > 0) notes.push(`${before} of ${starts.length} rows were created before ${from / 1e6} s and are left out`)
  if (after > 0) notes.push(`${after} of ${starts.length} rows were created from ${(until ?? 0) / 1e6} s on and are left out`)
  return notes
}

/** Most rows that steps may create; more would not fit into the memory of a machine. */
const MAX_ROWS = 20_000_000

/** Returns the row, which joins `count` rows that are kept. Throws a RangeError when there are too many. */
export function accepted(row: number, count: number): number {
  if (count >= MAX_ROWS) throw new RangeError(`shape: found more than ${MAX_ROWS} rows; accepted: fewer repetitions, or a cut`)
  return row
}

/** The rows that a shaped timeline selects, copied, with durations divided by its speed; its scale is applied to the pod shapes. */
export function rowsOf(rows: Rows, { timeline, base }: Shaped<RowTimeline | BootstrappedRows>): Rows {
  const at: number[] = []
  const start: number[] = []
  for (let time = timeline.next(); time < Infinity; time = timeline.next()) {
    at.push(accepted(base.row, at.length))
    start.push(time)
  }
  return {
    length: at.length,
    shape: Int32Array.from(at, (row) => rows.shape[row]),
    start: Float64Array.from(start),
    duration: Float64Array.from(at, (row) => runTime(rows.duration[row], timeline.speed)),
    notes: rows.notes,
  }
}

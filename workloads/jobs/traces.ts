/** Jobs out of traces: of a list of pods each row is a job of one task. */
import { readPods, type TraceFormat } from '../traces/formats.ts'
import { measuredRows } from '../shape/rows.ts'
import type { JobRows } from './recorded.ts'

/** A pod each: no task waits for another, and no one is named. */
function ofPods(format: TraceFormat, path: string, file: string): JobRows {
  const trace = readPods(format, path, ...(file === '' ? [] : [file]))
  const rows = measuredRows(trace)
  const none = new Int32Array(rows.length)
  return {
    file: trace.file,
    length: rows.length,
    start: rows.start,
    first: Int32Array.from({ length: rows.length + 1 }, (_, i) => i),
    duration: rows.duration,
    shape: rows.shape,
    asked: trace.shapes,
    dags: new Array<null>(rows.length).fill(null),
    tenant: none,
    tenants: [''],
    priority: none,
    notes: rows.notes,
  }
}

const readers = {
  openb: (path: string, file: string) => ofPods('openb', path, file),
}

export type JobTrace = keyof typeof readers

/** Names of the traces that jobs can be taken from. */
export const jobTraces = Object.keys(readers) as readonly JobTrace[]

/** Jobs of a trace; with an empty file name, of the format's own file. Throws a TraceError. */
export function readJobs(format: JobTrace, path: string, file: string): JobRows {
  return readers[format](path, file)
}

/** Rows that are in memory: of documents, and of files that are not in the order of time. */
import { TraceError } from './error.ts'
import { podRow, type PodRow, type PodRows, type TraceShape } from './trace.ts'

/** Most rows that are kept in memory, about 500 MB. */
export const MAX_LISTED = 4_000_000

/** A pod without what `podRow` sets anyway. */
export type ListedPod = Partial<PodRow> & Pick<PodRow, 'line' | 'arrival' | 'duration' | 'shape'>

/** A cursor over pods in memory, in the order of their arrivals; at equal times in the order of the list. Sorts the list. */
export function listedPods(
  file: string,
  pods: ListedPod[],
  shapes: readonly TraceShape[],
  tenants: readonly string[],
  notes: readonly string[],
): PodRows {
  pods.sort((a, b) => a.arrival - b.arrival)
  const into = podRow()
  const defaults = podRow()
  let at = 0
  return {
    file,
    shapes,
    tenants,
    next: () => (at === pods.length ? undefined : Object.assign(into, defaults, pods[at++])),
    notes: () => notes,
  }
}

/** The error of a list that is too long. */
export function refuseLonger(file: string, line: number, why: string): never {
  throw new TraceError({ file, line }, `more than ${MAX_LISTED} rows`, `at most ${MAX_LISTED} rows: ${why}, so it is read into memory`)
}

/** A request without devices. */
export const plainShape = (cpu: number, memory: number): TraceShape => ({ cpu, memory, gpus: 0, gpuMilli: 0, gpuModels: [] })

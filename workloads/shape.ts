/** From a trace, or a mix of shapes, to the pods of an experiment: which rows, how fast, how many. Plain values in and out. */
import type { PodShape } from '../sim/workload.ts'
import type { PodTrace, TraceShape } from './traces/trace.ts'

/** What the whole cluster offers at the start: [millicores], [bytes], [milli-GPU]. */
export interface Capacity {
  readonly cpu: number
  readonly memory: number
  readonly gpu: number
}

export type Resource = keyof Capacity

/** The pod that asks for this, with what the experiment says about all of its background: usage, and a limit or none. */
export function podShape(shape: TraceShape, usage: number, limited: boolean, resources: Readonly<Record<string, number>> = {}): PodShape {
  return {
    cpu: shape.cpu,
    memory: shape.memory,
    limit: limited ? shape.cpu : 0,
    gpus: shape.gpus,
    gpuMilli: shape.gpuMilli,
    gpuModels: shape.gpuModels,
    usage,
    resources,
    labels: {},
    nodeSelector: {},
    tolerations: [],
    priority: 0,
  }
}

/** What a shape asks for of one resource. */
export function demandOf(shape: TraceShape, resource: Resource): number {
  return resource === 'gpu' ? shape.gpus * shape.gpuMilli : shape[resource]
}

/**
 * Little's law: pods that arrive at rate λ and stay D ask for λ E[demand D] at any time. The rate that asks for `share` of the
 * capacity [1/µs]; `demandTime` is E[demand D].
 */
export function rateFor(share: number, capacity: number, demandTime: number): number {
  return (share * capacity) / demandTime
}

/** The rows of a trace that have a measured run time, in the order of their creation. Times [µs], sped up. */
export interface Rows {
  readonly length: number
  readonly shape: Int32Array
  /** Creation, counted from `from`. */
  readonly start: Float64Array
  /** Deletion minus scheduled, at least 1. */
  readonly duration: Float64Array
  readonly notes: readonly string[]
}

/**
 * A pod's work is deletion - scheduled, never deletion - creation: the time in the queue was made by the recorded cluster, and
 * the simulated one makes its own. A row that was never scheduled therefore has no work to replay: what it shows is how long its
 * owner was ready to wait. Such rows are left out and counted in the notes, and so are rows created before `from`.
 * `speedUp` divides gaps and durations alike, so the pods present at a time stay as many.
 */
export function measuredRows(trace: PodTrace, from: number, speedUp: number): Rows {
  const kept: number[] = []
  let unscheduled = 0
  let before = 0
  for (let row = 0; row < trace.length; row++) {
    if (trace.scheduled[row] < 0) unscheduled++
    else if (trace.created[row] < from) before++
    else kept.push(row)
  }
  // The lists are not quite in order of creation; rows of one instant keep the order of the file (the sort is stable).
  kept.sort((a, b) => trace.created[a] - trace.created[b])
  const notes: string[] = []
  if (unscheduled > 0) {
    notes.push(`${unscheduled} of ${trace.length} rows were never scheduled in the recorded cluster and are left out: they have no measured run time`)
  }
  if (before > 0) notes.push(`${before} of ${trace.length} rows were created before ${from / 1e6} s and are left out`)
  return {
    length: kept.length,
    shape: Int32Array.from(kept, (row) => trace.shape[row]),
    start: Float64Array.from(kept, (row) => Math.round((trace.created[row] - from) / speedUp)),
    duration: Float64Array.from(kept, (row) => Math.max(1, Math.round((trace.deleted[row] - trace.scheduled[row]) / speedUp))),
    notes,
  }
}

/** Sums so far, for draws by inversion. */
export function cumulated(weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(weights.length)
  let sum = 0
  for (let i = 0; i < weights.length; i++) sums[i] = sum += weights[i]
  return sums
}

/** The first place whose sum lies above `u` times the whole, u in [0, 1): place i is met in proportion to weight i. */
export function placeOf(sums: Float64Array, u: number): number {
  const target = u * sums[sums.length - 1]
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sums[middle] > target) high = middle
    else low = middle + 1
  }
  return low
}

/** Recorded rows that fit no node of the cluster: named, and left out where a share of the cluster is to be requested. */
import type { PodShape } from '../../sim/index.ts'
import type { TraceShape } from '../traces/trace.ts'
import { demandOf, type Resource } from './demand.ts'
import type { Rows } from './rows.ts'

/** Whether a pod fits an empty node of the cluster; with `count`, whether that number of pods fits on all empty nodes together. */
export type Fits = (shape: PodShape, count?: number) => boolean

/** Every pod fits: where no cluster is known. */
export const everyPodFits: Fits = () => true

/** Rows that fit some node, and the others as numbers. */
export interface Fitting {
  readonly rows: Rows
  /** Number of rows that fit no node, and their share of the requested resource over their run times, 0 to 1. */
  readonly left: number
  readonly share: number
}

/** Separates the rows by whether their pods fit; `asked` are the recorded requests behind `shapes`. */
export function fittingRows(
  rows: Rows,
  shapes: readonly PodShape[],
  asked: readonly TraceShape[],
  resource: Resource,
  fits: Fits,
): Fitting {
  const fitting = shapes.map((shape) => fits(shape))
  const kept: number[] = []
  let demand = 0
  let lost = 0
  for (let row = 0; row < rows.length; row++) {
    const amount = demandOf(asked[rows.shape[row]], resource) * rows.duration[row]
    demand += amount
    if (fitting[rows.shape[row]]) kept.push(row)
    else lost += amount
  }
  const left = rows.length - kept.length
  if (left === 0) return { rows, left, share: 0 }
  const of = <T extends Int32Array | Float64Array>(column: T): T => column.slice(0, kept.length).map((_, i) => column[kept[i]]) as T
  return {
    rows: { ...rows, length: kept.length, shape: of(rows.shape), start: of(rows.start), duration: of(rows.duration) },
    left,
    // Rows without a recorded end request without an end: then rows are all that can be counted.
    share: demand > 0 && demand < Infinity ? lost / demand : left / rows.length,
  }
}

/** "5049 of 7255 rows fit no node of any pool, not even an empty one (70 % of the rows, 93 % of the cpu that they request over time)". */
export function misfitText({ left, share }: Fitting, rows: number, resource: Resource): string {
  const percent = (part: number): string => (part > 0 && part < 0.01 ? 'under 1 %' : `${Math.round(100 * part)} %`)
  return `${left} of ${rows} rows fit no node of any pool, not even an empty one (${percent(left / rows)} of the rows, ${percent(share)} of the ${resource} that all rows request over their run times)`
}

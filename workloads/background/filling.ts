/**
 * Pods that fill a cluster: the rows of a list in random order that arrive one after another and never leave, as in the studies that raise
 * the arrived demand step by step (Weng et al. 2023).
 */
import type { RandomStream } from '../../sim/random/index.ts'
import type { PodShape, PodSource } from '../../sim/index.ts'

/**
 * The shapes of the pods in the order of their arrival. The rows are shuffled. If they request less than `demand`, rows drawn with
 * replacement follow until the next one would exceed it; if they request more, rows are left out at random, the last ones of the order.
 * @param shape shape of each row
 * @param amounts request of each shape
 */
export function filledRows(shape: Int32Array, amounts: readonly number[], demand: number, random: RandomStream): Int32Array {
  const order = shape.slice()
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const one = order[i]
    order[i] = order[j]
    order[j] = one
  }
  let left = demand
  for (const row of order) left -= amounts[row]
  if (left < 0) return cut(order, amounts, demand)
  const more: number[] = []
  for (;;) {
    const row = shape[random.int(shape.length)]
    left -= amounts[row]
    if (left < 0) return Int32Array.from([...order, ...more])
    more.push(row)
  }
}

/** As many rows from the front as request at most `demand`. */
function cut(order: Int32Array, amounts: readonly number[], demand: number): Int32Array {
  let left = demand
  let kept = 0
  while (kept < order.length && (left -= amounts[order[kept]]) >= 0) kept++
  return order.slice(0, kept)
}

/** Number of rows of each shape. */
export function countsOf(shape: Int32Array, shapes: number): Float64Array {
  const counts = new Float64Array(shapes)
  for (const row of shape) counts[row]++
  return counts
}

/** The filling pods, evenly over a time. */
export class FillingPods implements PodSource {
  shape = 0
  readonly duration = Infinity
  readonly shapes: readonly PodShape[]
  readonly mix: ArrayLike<number>
  readonly meanDuration = 0
  readonly stationary = false
  readonly notes: readonly string[] = []
  private readonly rows: Int32Array
  private readonly over: number
  private at = 0

  /** `mix` has the number of rows of each shape in the list. */
  constructor(rows: Int32Array, over: number, shapes: readonly PodShape[], mix: ArrayLike<number>) {
    this.rows = rows
    this.over = over
    this.shapes = shapes
    this.mix = mix
  }

  /** Pod k of n arrives at k / n of the time. */
  next(): number {
    if (this.at === this.rows.length) return Infinity
    this.shape = this.rows[this.at]
    return Math.floor((this.over * this.at++) / this.rows.length)
  }
}

/**
 * Cell compaction (Verma et al. 2015, Large-scale cluster management at Google with Borg, section 5.1): how small a cell may be until the
 * workload no longer fits. Nodes are removed in random order and the workload is packed again from scratch each time; several trials, of
 * which the 90th percentile is the result: a cell of that size is enough in most orders.
 *
 * A smaller cell may by chance fit what a larger one does not, so a trial looks for a size that fits while one node fewer does not, by
 * bisection. A cell that is too small from the start is cloned until it is large enough.
 */
import { NONE } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import type { Packer } from '../policy.ts'
import type { Workload } from './problem.ts'

/** What is compacted. */
export interface CompactionOptions {
  readonly workload: Workload
  /** Kind of each node of the cell. */
  readonly cell: readonly number[]
  readonly packer: Packer
  readonly trials: number
  /** Share of the pods that may stay without a node; 0.002 in the paper, for tasks that are very picky. */
  readonly tolerance: number
  readonly random: RandomStream
}

/** The sizes that the trials found. */
export interface Compaction {
  /** Nodes of the cell, without clones. */
  readonly cell: number
  /** Copies of the cell that the trials began with. */
  readonly copies: number
  /** Nodes of each trial, ascending. */
  readonly sizes: readonly number[]
  readonly p90: number
}

/** Copies of a cell beyond which the workload is taken not to fit its kinds of nodes. */
const MAX_COPIES = 1024

/** Runs the trials; null when the workload does not fit any number of copies of the cell. */
export function compact(options: CompactionOptions): Compaction | null {
  const { cell, trials, random } = options
  let copies = 1
  while (!fits(repeated(cell, copies), options.workload.podClass, options)) if ((copies *= 2) > MAX_COPIES) return null
  const whole = repeated(cell, copies)
  const sizes = Array.from({ length: trials }, () =>
    smallest(shuffled(whole, random), shuffled([...options.workload.podClass], random), options),
  )
  sizes.sort((a, b) => a - b)
  return { cell: cell.length, copies, sizes, p90: sizes[Math.ceil(0.9 * trials) - 1] }
}

/** Number of nodes, from the front of the order, that hold the pods while one fewer does not. The whole order may fail with these pods: then it is taken all. */
function smallest(order: readonly number[], pods: readonly number[], options: CompactionOptions): number {
  const podClass = Int32Array.from(pods)
  let low = 0
  let high = order.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (fits(order.slice(0, middle), podClass, options)) high = middle
    else low = middle
  }
  return high
}

function fits(cell: readonly number[], podClass: Int32Array, { workload, packer, tolerance }: CompactionOptions): boolean {
  const { bin } = packer.pack(workload.ofCell(podClass, cell))
  let pending = 0
  for (const one of bin) if (one === NONE) pending++
  return pending <= tolerance * podClass.length
}

const repeated = (cell: readonly number[], copies: number): number[] =>
  Array.from({ length: copies * cell.length }, (_, i) => cell[i % cell.length])

function shuffled(list: readonly number[], random: RandomStream): number[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const one = order[i]
    order[i] = order[j]
    order[j] = one
  }
  return order
}

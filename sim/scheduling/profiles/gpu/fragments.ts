/**
 * Fragments of a node in the sense of Weng et al. 2023: the free GPU that typical pods cannot use, a mean over them by frequency.
 *
 *   F(node) = sum over typical pods m of count(m) * F(node, m)
 *   F(node, m) = all free milli-GPU of the node when m requests no GPU or cannot run there, else the free milli-GPU of the devices that
 *                have less than m requests of each
 *
 * Memory is not looked at. Counts stand for frequencies, so that F is a whole number and equal fragments are equal.
 */
import type { NodeClassId, NodeId } from '../../../common/ids.ts'
import { DEVICES, MILLI } from '../../../cluster/views.ts'
import type { ClusterView, Column } from '../../../cluster/views.ts'
import type { TypicalPod } from './typical.ts'

/** A node as fragments see it: free CPU, and free milli-GPU of its devices at free[first .. first + devices - 1]. */
export interface GpuNode {
  readonly node: NodeId
  readonly cpu: number
  readonly free: Column
  readonly first: number
  readonly devices: number
}

/** Fragments by the formula, term by term: the twin of `FragmentTables`. */
export function fragmentPlainly(typical: readonly TypicalPod[], { node, cpu, free, first, devices }: GpuNode, view: ClusterView): number {
  let sum = 0
  for (const pod of typical) {
    let fitting = 0
    let small = 0
    let all = 0
    for (let device = first; device < first + devices; device++) {
      all += free[device]
      if (free[device] >= pod.gpuMilli) fitting++
      else small += free[device]
    }
    const runs = pod.gpus > 0 && fitting >= pod.gpus && cpu >= pod.cpu && view.admissible(pod.podClass, node)
    sum += pod.count * (runs ? small : all)
  }
  return sum
}

/** What typical pods can use on nodes of one class. */
interface Table {
  /** CPU requests of the admitted typical pods with GPUs, ascending. */
  readonly levels: Float64Array
  /** Number of pods of one device that need at most the level's CPU and at most this much of a device: [level * (MILLI + 1) + milli]. */
  readonly single: Float64Array
  /** Number of pods of several devices that need at most the level's CPU and this many devices: [level * (DEVICES + 1) + devices]. */
  readonly several: Float64Array
}

/**
 * The same numbers from tables. A free device of x milli-GPU can be used by all typical pods of one device that request at most x and for
 * which the CPU suffices, and each idle device by all pods of n devices if at least n are idle. So the part of F that is used is a sum over
 * devices of table entries, whatever the number of typical pods.
 */
export class FragmentTables {
  private readonly typical: readonly TypicalPod[]
  private readonly all: number
  private readonly tables: (Table | undefined)[] = [] // [node class]

  constructor(typical: readonly TypicalPod[]) {
    this.typical = typical
    this.all = typical.reduce((sum, { count }) => sum + count, 0)
  }

  /** F of the node with this much CPU, of which `taken` milli-GPU of one device (an index of `free`) or `whole` idle devices are no longer free. */
  of(view: ClusterView, at: GpuNode, device: number, taken: number, whole: number): number {
    const { node, free, first, devices } = at
    const nodeClass = view.nodes.nodeClass[node]
    const table = (this.tables[nodeClass] ??= this.build(view, nodeClass, node))
    let left = whole
    let sum = 0
    let used = 0
    let idle = 0
    const level = levelOf(table.levels, at.cpu)
    const row = level * (MILLI + 1)
    for (let d = first; d < first + devices; d++) {
      let amount = free[d]
      if (d === device) amount -= taken
      else if (left > 0 && amount === MILLI) {
        left--
        continue
      }
      sum += amount
      if (amount === MILLI) idle++
      if (level >= 0) used += amount * table.single[row + amount]
    }
    if (level >= 0) used += idle * MILLI * table.several[level * (DEVICES + 1) + idle]
    return this.all * sum - used
  }

  private build(view: ClusterView, _nodeClass: NodeClassId, node: NodeId): Table {
    const pods = this.typical.filter(({ gpus, podClass }) => gpus > 0 && view.admissible(podClass, node))
    const levels = Float64Array.from(new Set(pods.map(({ cpu }) => cpu))).sort()
    const single = new Float64Array(levels.length * (MILLI + 1))
    const several = new Float64Array(levels.length * (DEVICES + 1))
    for (const { cpu, gpus, gpuMilli, count } of pods) {
      for (let level = levels.indexOf(cpu); level < levels.length; level++) {
        if (gpus === 1) for (let milli = gpuMilli; milli <= MILLI; milli++) single[level * (MILLI + 1) + milli] += count
        else for (let devices = gpus; devices <= DEVICES; devices++) several[level * (DEVICES + 1) + devices] += count
      }
    }
    return { levels, single, several }
  }
}

/** The last level that this CPU reaches, NONE below the first. */
function levelOf(levels: Float64Array, cpu: number): number {
  let level = levels.length - 1
  while (level >= 0 && levels[level] > cpu) level--
  return level
}

/**
 * Free capacity that the arriving pods cannot use, and the packing gap (metrics `stranded-cpu`, `stranded-gpu`, `packing-gap`), computed
 * at each sample.
 *
 *   stranded CPU = sum over Ready nodes n, classes c of w(c) * freeCpu(n) * [c does not fit n],  w(c) = arrivals(c) * cpu(c) / sum of the same
 *   stranded GPU = sum over Ready nodes n, classes c of f(c) * F(n, c),                           f(c) = arrivals(c) / all arrivals
 *   F(n, c) = all free milli-GPU of n when c does not fit n or requests no GPU, else the free milli-GPU of devices that have less than c
 *             requests of each (Weng et al. 2023, Beware of fragmentation, USENIX ATC)
 *   packing gap  = nodes in use / continuous lower bound - 1
 *
 * The weights change with every arrival, the nodes do not. So the sums over nodes are kept by class and weighted at the sample: a node whose
 * version is unchanged costs one comparison, a changed one a pass over the classes. What a node adds to the sums follows from its free
 * amounts and a bit per class, which are kept instead of the addends: a table of nodes x classes would take a hundred megabytes for
 * 100,000 nodes and 256 classes. All sums are whole numbers, so there is no drift.
 */
import type { NodeClassId, NodeId, PodClassId } from '../common/ids.ts'
import { DEVICES, FIRST_NAMED, NodeState, NONE, PODS } from '../cluster/views.ts'
import type { ClusterView, Column } from '../cluster/views.ts'
import { ColumnTable, grown } from '../common/table.ts'
import { NodeBound } from './node-bound.ts'
import type { Allocation } from './node-bound.ts'

/** The cluster whose fragments are measured. */
export interface FragmentedCluster extends Allocation {
  readonly view: ClusterView
}

/** What the sums include of each node, as it was read last; nothing of a node that was not Ready. */
class Readings extends ColumnTable {
  readonly freeCpu = this.column(Float64Array)
  readonly freeGpu = this.column(Int32Array)
  /** Of GPU nodes: free milli-GPU of device d of node n, at n * DEVICES + d. */
  readonly freeDevice = this.column(Int32Array, 0, DEVICES)
}

/** A bit per class in each row. */
class ClassBits {
  /** Words of 32 bits per row: the bit of a class is in word row * words + (class >> 5). */
  words = 1
  bits = new Int32Array(0)
  private rows = 0

  /** Makes space; what was there stays, new bits are 0. */
  reserve(rows: number, classes: number): void {
    if (rows <= this.rows && classes <= 32 * this.words) return
    const space = rows > this.rows ? Math.max(rows, 2 * this.rows) : this.rows
    const words = classes > 32 * this.words ? Math.max((classes + 31) >> 5, 2 * this.words) : this.words
    const bits = new Int32Array(space * words)
    for (let row = 0; row < this.rows; row++) bits.set(this.bits.subarray(row * this.words, (row + 1) * this.words), row * words)
    this.bits = bits
    this.rows = space
    this.words = words
  }
}

/** The sums of one cluster, updated when they are read. */
export class Fragmentation {
  private readonly view: ClusterView
  private readonly bound: NodeBound
  /** Version of the log up to which the nodes were read; a node with a later version has changed since. */
  private seenLog = -1
  /** Nodes and classes that the sums include. */
  private nodes = 0
  private classes = 0
  private readonly readings = new Readings()
  /** By node: the classes that fitted it when it was read. */
  private readonly fitted = new ClassBits()
  /** By node class: the classes that it admits, and the number of classes for which that is known. */
  private readonly admitted = new ClassBits()
  private readonly asked: number[] = []
  private cpuSum = new Float64Array(0)
  private gpuSum = new Float64Array(0)

  constructor(cluster: FragmentedCluster) {
    this.view = cluster.view
    this.bound = new NodeBound(cluster)
  }

  /** Stranded CPU [millicores]; 0 before the first arrival. @param mix number of arrivals by class */
  strandedCpu(mix: Column): number {
    this.refresh()
    const { cpu } = this.view.classes
    let sum = 0
    let weights = 0
    for (let c = 0; c < this.classes && c < mix.length; c++) {
      const weight = mix[c] * cpu[c]
      sum += weight * this.cpuSum[c]
      weights += weight
    }
    return weights === 0 ? 0 : sum / weights
  }

  /** Stranded GPU [milli-GPU]; 0 before the first arrival. @param mix number of arrivals by class */
  strandedGpu(mix: Column): number {
    this.refresh()
    let sum = 0
    let weights = 0
    for (let c = 0; c < this.classes && c < mix.length; c++) {
      sum += mix[c] * this.gpuSum[c]
      weights += mix[c]
    }
    return weights === 0 ? 0 : sum / weights
  }

  /** Number of nodes with pods, and the lower bound on it for what is allocated (0 when nothing is). */
  packing(): { readonly used: number; readonly fewest: number } {
    this.refresh()
    return { used: this.bound.used, fewest: this.bound.minimum() }
  }

  /** Nodes with pods over the lower bound, minus one; 0 when nothing is allocated. */
  packingGap(): number {
    const { used, fewest } = this.packing()
    return fewest === 0 ? 0 : used / fewest - 1
  }

  private refresh(): void {
    const { nodes, classes, log } = this.view
    if (log.version === this.seenLog && classes.count === this.classes) return
    const { seenLog } = this
    const { version, count } = nodes
    this.readings.reserve(count)
    this.fitted.reserve(count, classes.count)
    this.cpuSum = grown(this.cpuSum, 32 * this.fitted.words)
    this.gpuSum = grown(this.gpuSum, 32 * this.fitted.words)
    const more = classes.count > this.classes
    for (let node = 0; node < count; node++) {
      const changed = version[node] >= seenLog || node >= this.nodes
      if (!changed && !more) continue
      this.read(node, changed ? 0 : this.classes)
      if (changed) this.bound.read(nodes, node)
    }
    this.seenLog = log.version
    this.nodes = count
    this.classes = classes.count
  }

  /** Updates the sums of the classes from `first` on. */
  private read(node: NodeId, first: PodClassId): void {
    const { view, readings, fitted, cpuSum } = this
    const { nodes, classes } = view
    const ready = nodes.state[node] === NodeState.Ready
    const freeBefore = readings.freeCpu[node]
    const free = ready ? nodes.freeCpu[node] : 0
    const known = node < this.nodes ? this.classes : 0
    for (let from = first & ~31; from < classes.count; from += 32) {
      const place = node * fitted.words + (from >> 5)
      // A class that fits adds nothing, nor does one that the sums do not include yet.
      const before = fitted.bits[place] | ~below(known - from)
      const now = this.fitting(node, from)
      for (let others = ~(before & now) & below(classes.count - from); others !== 0; others &= others - 1) {
        const bit = others & -others
        cpuSum[from + 31 - Math.clz32(bit)] += ((now & bit) === 0 ? free : 0) - ((before & bit) === 0 ? freeBefore : 0)
      }
      if (nodes.devices[node] > 0) this.readGpu(node, from, known, fitted.bits[place], now)
      fitted.bits[place] = now
    }
    readings.freeCpu[node] = free
    if (nodes.devices[node] > 0) this.remember(node, ready)
  }

  /** The GPU sums of 32 classes; the devices are as in `readings` before, as in the view now. */
  private readGpu(node: NodeId, from: PodClassId, known: number, before: number, now: number): void {
    const { nodes, classes } = this.view
    const { freeGpu, freeDevice } = this.readings
    const free = nodes.state[node] === NodeState.Ready ? freeMilli(nodes, node) : 0
    for (let c = from; c < classes.count && c < from + 32; c++) {
      if (c < known) this.gpuSum[c] -= this.fragment(c, node, (before & (1 << c)) !== 0, freeGpu[node], freeDevice)
      this.gpuSum[c] += this.fragment(c, node, (now & (1 << c)) !== 0, free, nodes.freeDevice)
    }
  }

  /** Free milli-GPU of a node that a class cannot use, of `free` in all. */
  private fragment(podClass: PodClassId, node: NodeId, fits: boolean, free: number, freeDevice: Column): number {
    const { nodes, classes } = this.view
    if (!fits || free === 0 || classes.gpus[podClass] === 0) return free
    const asked = classes.gpuMilli[podClass]
    let sum = 0
    for (let d = node * DEVICES; d < node * DEVICES + nodes.devices[node]; d++) if (freeDevice[d] < asked) sum += freeDevice[d]
    return sum
  }

  private remember(node: NodeId, ready: boolean): void {
    const { nodes } = this.view
    const { freeGpu, freeDevice } = this.readings
    freeGpu[node] = ready ? freeMilli(nodes, node) : 0
    for (let d = node * DEVICES; d < node * DEVICES + nodes.devices[node]; d++) freeDevice[d] = nodes.freeDevice[d]
  }

  /** The classes from .. from + 31 that fit on the node, a bit each: the same as `view.feasible`. */
  private fitting(node: NodeId, from: PodClassId): number {
    const { view } = this
    const { nodes, classes } = view
    if (nodes.state[node] !== NodeState.Ready || nodes.free[PODS][node] < 1) return 0
    const freeCpu = nodes.freeCpu[node]
    const freeMemory = nodes.freeMemory[node]
    const devices = nodes.devices[node]
    const { cpu, memory, gpus } = classes
    const end = Math.min(classes.count, from + 32)
    let bits = this.admittedOn(node, from)
    for (let c = from; c < end; c++) if (cpu[c] > freeCpu || memory[c] > freeMemory || gpus[c] > devices) bits &= ~(1 << c)
    for (let r = FIRST_NAMED; r < nodes.free.length; r++)
      for (let c = from; c < end; c++) if (classes.request[r][c] > nodes.free[r][node]) bits &= ~(1 << c)
    if (devices === 0) return bits
    for (let c = from; c < end; c++) if (gpus[c] > 0 && (bits & (1 << c)) !== 0 && view.pickDevices(c, node) === NONE) bits &= ~(1 << c)
    return bits
  }

  /** The classes from .. from + 31 that the node's class admits. */
  private admittedOn(node: NodeId, from: PodClassId): number {
    const { view, admitted, asked } = this
    const nodeClass = view.nodes.nodeClass[node]
    if ((asked[nodeClass] ?? 0) < view.classes.count) this.ask(nodeClass, node)
    return admitted.bits[nodeClass * admitted.words + (from >> 5)]
  }

  private ask(nodeClass: NodeClassId, node: NodeId): void {
    const { view, admitted, asked } = this
    const { count } = view.classes
    admitted.reserve(nodeClass + 1, count)
    for (let c = asked[nodeClass] ?? 0; c < count; c++)
      if (view.admissible(c, node)) admitted.bits[nodeClass * admitted.words + (c >> 5)] |= 1 << c
    asked[nodeClass] = count
  }
}

/** The lowest `count` bits. */
function below(count: number): number {
  return count >= 32 ? -1 : count <= 0 ? 0 : (1 << count) - 1
}

/** Free milli-GPU of a node. */
function freeMilli({ devices, freeDevice }: ClusterView['nodes'], node: NodeId): number {
  let sum = 0
  for (let d = node * DEVICES; d < node * DEVICES + devices[node]; d++) sum += freeDevice[d]
  return sum
}

/** Reference implementation (twin) of `strandedCpu`: the formula, term by term. */
export function strandedCpuPlainly(view: ClusterView, mix: Column): number {
  const { nodes, classes } = view
  let sum = 0
  let weights = 0
  for (let c = 0; c < classes.count; c++) {
    const weight = (mix[c] ?? 0) * classes.cpu[c]
    weights += weight
    for (let n = 0; n < nodes.count; n++) if (nodes.state[n] === NodeState.Ready && !view.feasible(c, n)) sum += weight * nodes.freeCpu[n]
  }
  return weights === 0 ? 0 : sum / weights
}

/** Reference implementation (twin) of `strandedGpu`. */
export function strandedGpuPlainly(view: ClusterView, mix: Column): number {
  const { nodes, classes } = view
  let sum = 0
  let weights = 0
  for (let c = 0; c < classes.count; c++) {
    weights += mix[c] ?? 0
    for (let n = 0; n < nodes.count; n++) {
      if (nodes.state[n] !== NodeState.Ready) continue
      const usable = classes.gpus[c] > 0 && view.feasible(c, n)
      for (let d = 0; d < nodes.devices[n]; d++) {
        const free = nodes.freeDevice[n * DEVICES + d]
        if (!usable || free < classes.gpuMilli[c]) sum += (mix[c] ?? 0) * free
      }
    }
  }
  return weights === 0 ? 0 : sum / weights
}
